"""A witness asked over HTTP: it signs what grew, and nothing else is kept."""

import socket
import threading
import time
from dataclasses import replace

import pytest

from qazyna.errors import Refused
from qazyna.log.checkpoint import Checkpoint, cosign, cosigned_at
from qazyna.log.note import COSIGNATURE, Note, Signer
from qazyna.office.appointment import Appoint
from qazyna.shell.home import Home
from qazyna.shell.log import signing
from qazyna.shell.log.sealing import seal
from qazyna.shell.log.witnessing import send
from qazyna.shell.store.commit import execute
from tests.shell.log.witness import NOW, SIGNER, Witness, witnessing
from tests.shell.store.opened import adopt, opened

OTHER = Signer("witness.example/w1", bytes(32), COSIGNATURE)
"""Another's key under the witness's name."""


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home").create()


@pytest.fixture
def books(own_database, home):
    with opened(own_database.url()) as connection:
        adopt(connection)
        grow(connection, home, 3)
        yield connection


@pytest.fixture
def witness(books):
    """A witness that is listened to and knows the log."""
    with witnessing(Witness(signing.log_key(books))) as found:
        signing.add_witness(books, str(found.signer.verifier))
        yield found


def grow(connection, home, count):
    (start,) = connection.execute("SELECT count(*) FROM books.command").fetchone()
    for n in range(count):
        execute(connection, Appoint(user=f"u{start + n}", roles=("auditor",)), actor="owner")
    return seal(connection, home).size


def signatures(books):
    query = "SELECT size, line FROM books.signature WHERE line LIKE '%witness.example%'"
    return books.execute(query).fetchall()


def refused(books, home, url, **said):
    with pytest.raises(Refused) as no:
        send(books, home, url, **said)
    assert [] == signatures(books)
    return no.value


def test_it_signs_the_first_checkpoint_and_every_one_that_grew(books, home, witness):
    first = send(books, home, witness.url)
    assert (0, ["witness.example/w1"]) == (first.old, first.kept)
    size = grow(books, home, 5)
    second = send(books, home, f"{witness.url}/")
    assert (size, first.size) == (second.size, second.old)
    assert 2 == len(witness.asked)
    note = signing.latest(books, home)
    (mine,) = [each for each in note.signatures if each.by(witness.signer.verifier)]
    assert NOW == cosigned_at(note.text, mine, witness.signer.verifier)


def test_asked_again_it_signs_the_same_tree(books, home, witness):
    assert send(books, home, witness.url).size == send(books, home, witness.url).old
    assert 1 == len(signatures(books))


def test_it_says_what_it_saw_last_and_is_asked_from_there(books, home, witness):
    """It saw a tree that we do not know of: its answer 409 names the size."""
    note = signing.latest(books, home)
    witness.seen = Checkpoint.parse(note.text)
    seen = witness.seen.size
    grow(books, home, 4)
    done = send(books, home, witness.url)
    assert [0, seen] == [each.old for each in witness.asked]
    assert seen == done.old
    assert ["witness.example/w1"] == done.kept


def test_a_log_it_did_not_grow_from_is_not_signed(books, home, witness):
    real = Checkpoint.parse(signing.latest(books, home).text)
    witness.seen = replace(real, root=bytes(32))
    grow(books, home, 2)
    no = refused(books, home, witness.url)
    assert ("witness_refused", "422") == (no.code, no.facts["status"])


def test_another_tree_of_the_same_size_is_called_by_its_name(books, home, witness):
    real = Checkpoint.parse(signing.latest(books, home).text)
    send(books, home, witness.url)
    witness.seen = replace(real, root=bytes(32))
    with pytest.raises(Refused) as no:
        send(books, home, witness.url)
    assert ("witness_saw_another", str(real.size)) == (no.value.code, no.value.facts["size"])


def test_a_witness_that_saw_more_than_there_is(books, home, witness):
    real = Checkpoint.parse(signing.latest(books, home).text)
    witness.seen = replace(real, size=real.size + 10)
    assert "witness_saw_more" == refused(books, home, witness.url).code


def signing_with(signer, text=lambda text: text, seconds=NOW):
    def answer(body):
        note = Note.parse(body.partition("\n\n")[2])
        line = cosign(text(note.text), signer, seconds).line()
        return 200, "text/plain", f"{line}\n"

    return answer


ANSWERS = [
    ("another key", signing_with(OTHER), "unknown_witness"),
    ("another text", signing_with(SIGNER, lambda text: text.replace("\n", "\n1", 1)),
     "bad_cosignature"),
    ("no signature", lambda _: (200, "text/plain", ""), "unknown_witness"),
    ("no line", lambda _: (200, "text/plain", "well done\n"), "bad_cosignature"),
    ("no text", lambda _: (200, "text/plain", "\x00\ufffd"), "bad_cosignature"),
    ("a size that is none", lambda _: (409, "text/x.tlog.size", "many\n"), "witness_refused"),
    ("no size at all", lambda _: (409, "text/x.tlog.size", ""), "witness_refused"),
    ("a conflict without a size", lambda _: (409, "text/plain", "no"), "witness_refused"),
    ("always a conflict", lambda _: (409, "text/x.tlog.size", "1\n"), "witness_refused"),
    ("unknown log", lambda _: (404, "text/plain", "unknown log\n"), "witness_refused"),
    ("forbidden", lambda _: (403, "text/plain", ""), "witness_refused"),
    ("broken", lambda _: (500, "text/html", "<p>oh"), "witness_refused"),
    ("elsewhere", lambda _: (307, "text/plain", "http://127.0.0.1:1/"), "witness_refused"),
    ("endless", lambda _: (200, "text/plain", "x" * 100_000), "no_answer"),
    ("nothing", lambda _: None, "no_answer"),
]  # fmt: skip


@pytest.mark.parametrize("answer, code", [a[1:] for a in ANSWERS], ids=[a[0] for a in ANSWERS])
def test_what_is_no_cosignature_is_not_kept(books, home, witness, answer, code):
    witness.answers = answer
    assert code == refused(books, home, witness.url).code


def test_a_log_it_does_not_know_is_not_signed(books, home, witness):
    witness.log = replace(witness.log, name="log.example/other")
    no = refused(books, home, witness.url)
    assert ("witness_refused", "404") == (no.code, no.facts["status"])


def test_a_witness_that_is_not_listened_to(books, home):
    with witnessing(Witness(signing.log_key(books))) as found:
        assert "unknown_witness" == refused(books, home, found.url).code


def test_nobody_is_there(books, home):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        assert "no_answer" == refused(books, home, url).code


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x/", "witness", "http://"])
def test_what_is_no_address(books, home, url):
    assert "bad_address" == refused(books, home, url).code


@pytest.mark.parametrize("drips", [False, True])
def test_one_who_never_comes_to_an_end_is_left(books, home, drips):
    """Silent, or word by word: after so many seconds nobody waits any longer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()

        def slow():
            taken, _ = server.accept()
            with taken:
                if drips:
                    taken.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                while not stop.wait(0.1):
                    if drips:
                        taken.sendall(b"x")

        thread = threading.Thread(target=slow, daemon=True)
        thread.start()
        begun = time.monotonic()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        assert "no_answer" == refused(books, home, url, seconds=1).code
        assert time.monotonic() - begun < 5
        stop.set()
        thread.join(5)


def test_no_proxy_is_asked(books, home, witness, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert ["witness.example/w1"] == send(books, home, witness.url).kept
