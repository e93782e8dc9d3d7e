"""A log that is really served and really sealed by its job: `qazyna up --detach` in a home."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

import psycopg
import pytest
from tlog_scales import reader as scales
from tlog_scales import signing as scales_signing
from tlog_scales.backend import HttpBackend

from qazyna.log.checkpoint import Checkpoint
from qazyna.log.note import Note
from qazyna.log.tiles import bundles_of, tiles_of
from qazyna.shell import postgres, serving
from qazyna.shell.home import Home
from qazyna.shell.log import bundle

ADDRESS = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"
NOTE = "found with Әсел under the stairs"
KEPT_SECRET = (ADDRESS, "Әсел", "under the stairs")


@dataclass(frozen=True)
class Site:
    home: Home
    address: str

    def qazyna(self, *words, stdin=None, exits=0):
        done = subprocess.run(
            [str(Path(sys.executable).with_name("qazyna")), *map(str, words), "--json"],
            env={**os.environ, "QAZYNA_HOME": str(self.home.path)} | {"DATABASE_URL": ""},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert exits == done.returncode, done.stdout + done.stderr
        return json.loads(done.stdout)

    def seize(self, case):
        fields = {
            "case": case,
            "holding": "1",
            "authority": "AFM",
            "asset": "BTC",
            "quantity": "1.5",
            "seized_on": "2025-03-03",
            "control": "device",
            "address": ADDRESS,
            "note": NOTE,
        }
        return self.qazyna("run", "seize", "--json-file", "-", stdin=json.dumps(fields))

    def get(self, path):
        """Status, headers and content of an address, asked by nobody in particular."""
        try:
            with build_opener(ProxyHandler({})).open(f"{self.address}{path}", timeout=20) as found:
                return found.status, found.headers, found.read()
        except HTTPError as no:
            with no:
                return no.code, no.headers, no.read()

    def checkpoint(self):
        return Note.parse(self.get("/log/checkpoint")[2].decode())

    @property
    def size(self):
        """How many leaves are sealed; none before the first checkpoint."""
        status, _, text = self.get("/log/checkpoint")
        return Checkpoint.parse(Note.parse(text.decode()).text).size if status == 200 else 0

    def sealed(self, more_than, seconds=30):
        """The size, once the job has sealed more than so many leaves."""
        deadline = time.monotonic() + seconds
        while (size := self.size) <= more_than:
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)
        return size

    def said(self):
        return (self.home.logs / "sealing.log").read_text("utf-8")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("served") / "home")
    port = free_port()
    found = Site(home, f"http://127.0.0.1:{port}")
    # Output goes to files: what goes on serving would keep a pipe open.
    try:
        up(found, port, "--seal-every", "1")
        yield found
    finally:
        found.qazyna("down")
        postgres.stop(home)


def up(site, port, *words):
    with (site.home.path.parent / "out").open("w+") as out:
        subprocess.run(
            [
                *(str(Path(sys.executable).with_name("qazyna")), "up", "--detach", "--json"),
                *("--port", str(port), *words),
            ],
            env={**os.environ, "QAZYNA_HOME": str(site.home.path)} | {"DATABASE_URL": ""},
            stdout=out,
            stderr=out,
            timeout=240,
            check=True,
        )


@pytest.fixture(scope="module")
def written(site):
    """Enough events to fill a tile, one of them with what is private; all of them sealed."""
    before = site.sealed(0)
    site.seize("C-1")
    rows = "venue_id,name,kind,shut_on,volume_usd,order_ref\n" + "".join(
        f"V-{n},Venue {n},exchange,2025-01-{1 + n % 28:02},1000,O-{n}\n" for n in range(300)
    )
    file = site.home.path.parent / "venues.csv"
    file.write_text(rows, encoding="utf-8")
    site.qazyna("import", "venues", file)
    site.sealed(before + 300)
    return site


def fetched(site, folder):
    """Every file of the log, over HTTP, by the paths that the formats give them."""
    note = site.checkpoint()
    size = Checkpoint.parse(note.text).size
    for tile in (*tiles_of(size), *bundles_of(size)):
        status, headers, content = site.get(f"/log/{tile.path}")
        assert (200, "application/octet-stream") == (status, headers["Content-Type"]), tile
        assert "public, max-age=31536000, immutable" == headers["Cache-Control"]
        place = folder / tile.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    (folder / "checkpoint").write_text(str(note), encoding="utf-8")
    return size


def test_what_is_fetched_is_verified_as_what_was_exported(written, tmp_path):
    size = fetched(written, tmp_path / "log")
    keys = written.get("/log/keys")[2].decode().split()
    assert size > 256
    told = written.qazyna("verify", tmp_path / "log", "--key", keys[0])
    assert (True, size, True) == (told["ok"], told["checked"]["leaves"], told["key"]["held"])
    assert keys[0] == written.qazyna("log", "checkpoint")["key"]


def test_the_independent_reader_reads_it_over_http(written):
    reader = scales.TilesReader(HttpBackend(f"{written.address}/log"))
    checkpoint = reader.get_checkpoint()
    key = written.get("/log/keys")[2].decode().split()[0]
    vkey = scales_signing.Vkey.from_string(key)
    assert scales_signing.VkeySet(vkey).verify(checkpoint.signatures, checkpoint)
    assert reader.calculate_root_hash() == checkpoint.root_hash
    for index in (0, 255, 256, checkpoint.size - 1):
        assert json.loads(reader.get_entry(index))["leaf"] in ("event", "entry")


def test_a_command_fetches_it_and_again_only_what_is_new(written, tmp_path):
    log = f"{written.address}/log"
    told = written.qazyna("log", "fetch", log, tmp_path / "log")
    assert bundle.verify(tmp_path / "log", written.get("/log/keys")[2].decode().split()).ok
    first = tmp_path / "log" / "tile" / "0" / "000"
    stamp = first.stat().st_mtime_ns
    written.seize("C-again")
    written.sealed(told["size"])
    assert told["size"] < written.qazyna("log", "fetch", log, tmp_path / "log")["size"]
    assert stamp == first.stat().st_mtime_ns
    assert bundle.verify(tmp_path / "log").ok
    refused = written.qazyna("log", "fetch", f"{written.address}/login", tmp_path / "no", exits=1)
    assert "not_served" == refused["refused"]["code"]


def test_the_checkpoint_and_the_keys_are_kept_by_no_cache(written):
    for path in ("/log/checkpoint", "/log/keys"):
        status, headers, _ = written.get(path)
        assert (200, "text/plain; charset=utf-8") == (status, headers["Content-Type"])
        assert "no-store" == headers["Cache-Control"]
        assert headers["Set-Cookie"] is None


@pytest.mark.parametrize(
    "path",
    [
        *("tile/0/001.p/255", "tile/0/999", "tile/1/000.p/200", "tile/1/000", "tile/2/000.p/1"),
        *("tile/entries/999", "tile/entries/x001/000", "tile/64/000", "tile/0/0", "tile/0/000.p/0"),
        *("tile/0/000.p/256", "tile/x/000", "tile/0/../checkpoint", "tile/entries", "tile"),
        *("proof/99999999", "proof/99999999.json", "tile/0/" + "x999/" * 9 + "999", "other"),
    ],
)
def test_what_is_not_sealed_is_not_there(written, path):
    status, headers, _ = written.get(f"/log/{path}")
    assert 404 == status
    assert "immutable" not in headers["Cache-Control"]


def test_the_log_is_only_read(written):
    request = build_opener(ProxyHandler({}))
    for path in ("/log/checkpoint", "/log/tile/0/000", "/log/proof/0", "/log"):
        with pytest.raises(HTTPError) as no:
            request.open(f"{written.address}{path}", data=b"x", timeout=20)
        assert no.value.code in (403, 405)
        no.value.close()


def test_nothing_private_leaves(written, tmp_path):
    """The address and the note are in the books, and in nothing that is served to anyone."""
    with psycopg.connect(postgres.connection("qazyna_app", written.home)) as connection:
        (private,) = connection.execute(
            "SELECT private::text FROM books.event WHERE stream = 'case/C-1' AND version = 1"
        ).fetchone()
        (position,) = connection.execute(
            "SELECT position FROM books.sealed JOIN books.event ON event = seq"
            " WHERE stream = 'case/C-1' AND version = 1"
        ).fetchone()
        salts = [row[0].hex() for row in connection.execute("SELECT salt FROM books.command")]
        digests = [row[0] for row in connection.execute("SELECT body_sha256 FROM books.command")]
    kept = json.loads(private)
    assert {ADDRESS, NOTE} <= {each["value"] for each in kept.values()}
    salts += [each["salt"] for each in kept.values()]
    fetched(written, tmp_path / "log")
    served = [place.read_bytes() for place in (tmp_path / "log").rglob("*") if place.is_file()]
    served += [written.get(p)[2] for p in ("/log", "/log/keys", f"/log/proof/{position}")]
    served += [written.get(f"/log/proof/{position}.json")[2]]
    everything = b"\n".join(served)
    assert b'"case":"C-1"' in everything
    for secret in (*KEPT_SECRET, *salts, *(digest.hex() for digest in digests)):
        assert secret.encode() not in everything, secret


def test_a_proof_is_served_and_verified_at_home(written, tmp_path):
    status, headers, text = written.get("/log/proof/3")
    assert (200, "text/plain; charset=utf-8") == (status, headers["Content-Type"])
    assert text.startswith(b"c2sp.org/tlog-proof@v1\nindex 3\n")
    file = tmp_path / "proof.json"
    file.write_bytes(written.get("/log/proof/3.json")[2])
    told = written.qazyna("verify", file, "--key", written.get("/log/keys")[2].decode().split()[0])
    assert (True, 3) == (told["ok"], told["position"])


# ── The job ─────────────────────────────────────────────────────────────────────────────────────


def test_what_is_written_is_sealed_without_a_word(written):
    before = written.size
    written.seize("C-job")
    assert before + 2 == written.sealed(before)


def test_a_lost_connection_costs_a_delay(written):
    before = written.sealed(0)
    with psycopg.connect(postgres.connection("postgres", written.home)) as connection:
        lost = connection.execute(
            "SELECT count(*) FROM pg_stat_activity, pg_terminate_backend(pid)"
            " WHERE pid <> pg_backend_pid() AND usename = 'qazyna_app'"
        ).fetchone()
    assert lost[0] >= 1
    written.seize("C-lost")
    written.sealed(before)
    assert serving.sealing(written.home) is not None


def test_a_database_that_was_away_is_sealed_when_it_is_back(written):
    before = written.sealed(0)
    postgres.stop(written.home)
    time.sleep(2)
    assert not postgres.is_running(written.home)  # the job started none
    assert "not sealed: " in written.said()
    written.seize("C-away")
    written.sealed(before)
    assert "sealing again" in written.said()


def test_there_are_never_two(written):
    job = serving.sealing(written.home)
    up(written, int(written.address.rpartition(":")[2]), "--seal-every", "1")
    assert job == serving.sealing(written.home)
    second = subprocess.run(
        [
            *(sys.executable, "-m", "qazyna.shell.log.job", "--home", str(written.home.path)),
            *("--server", str(serving.running(written.home)), "--every", "1"),
        ],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert "another job seals" in second.stdout


def test_a_job_that_died_is_started_again_by_up(written):
    job = serving.sealing(written.home)
    os.kill(job, signal.SIGKILL)
    gone(job)
    up(written, int(written.address.rpartition(":")[2]), "--seal-every", "1")
    assert serving.sealing(written.home) not in (None, job)
    before = written.size
    written.seize("C-died")
    written.sealed(before)


def gone(pid, seconds=15):
    """Wait until a process is no more, or only its name is left to be read."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return
        if state == "Z":
            return
        assert time.monotonic() < deadline, f"{pid} goes on"
        time.sleep(0.05)


def test_it_ends_with_the_server_however_that_ends(tmp_path):
    home = Home(tmp_path / "home")
    port = free_port()
    site = Site(home, f"http://127.0.0.1:{port}")
    try:
        for how in ("killed", "down"):
            up(site, port, "--seal-every", "30")
            server, job = serving.running(home), serving.sealing(home)
            assert None not in (server, job)
            if how == "killed":
                os.kill(server, signal.SIGKILL)
                deadline = time.monotonic() + 20  # its workers let the address go
                while not free(port) and time.monotonic() < deadline:
                    time.sleep(0.1)
            else:
                site.qazyna("down")
            gone(job)
        up(site, free_port(), "--seal-every", "0")
        assert serving.running(home)
        assert serving.sealing(home) is None
    finally:
        site.qazyna("down")


def free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0
