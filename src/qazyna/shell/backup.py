"""Backups: one encrypted file made while work goes on, and a home made of it again, verified.

A backup holds the server's data folder as `pg_basebackup` copies it (a physical copy: numbers of
transactions, on which the guards rest, stay what they were), the imported originals, and the keys.
A manifest tells what is inside; the log's checkpoint in it says what a restored home must hold.

    line 1   what this is
    line 2   JSON: how the key is derived
    then     chunks of AES-256-GCM over a compressed stream, each with its number and whether it is
             the last in its nonce (the STREAM construction), and the two lines as what it rests on:
             a chunk changed, moved, left out or added, and a file cut short, are all found

Within the stream there are sections, each of blocks with their length before them, ended by one of
length zero: the manifest, the data folder as tar, the rest of the home as tar.
"""

import hashlib
import io
import json
import os
import secrets
import shutil
import struct
import subprocess
import tarfile
import tempfile
import zlib
from base64 import b32encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from qazyna.errors import Refused
from qazyna.shell.home import Home
from qazyna.shell.postgres.postmaster import Postmaster
from qazyna.shell.postgres.programs import Programs, ServerError, text_of

MAGIC = b"qazyna backup 1\n"
CHUNK = 1 << 20
_TAG = 16
_SCRYPT = {"n": 1 << 16, "r": 8, "p": 1}
_MOST_N, _MOST_R, _MOST_P = 1 << 20, 32, 16
_LONGEST_HEADER = 1000


# ── Keys ────────────────────────────────────────────────────────────────────────────────────────


def recovery_key() -> str:
    """A fresh key for a person to keep: 160 random bits in groups of four letters and digits."""
    text = b32encode(secrets.token_bytes(20)).decode().lower()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def read_key(content: str) -> str:
    """The passphrase or recovery key in a file: its one line."""
    key = content.strip()
    if len(key) < 12 or "\n" in key:
        raise Refused(
            "weak_key", "A key is one line of at least twelve characters; longer is better."
        )
    return key


def _derived(key: str, header: dict[str, Any]) -> bytes:
    n, r, p = (int(header[name]) for name in ("n", "r", "p"))
    if not (1 < n <= _MOST_N and 0 < r <= _MOST_R and 0 < p <= _MOST_P):
        raise _broken("its header asks for too much work")
    salt = bytes.fromhex(header["salt"])
    try:
        return hashlib.scrypt(
            key.encode(), salt=salt, n=n, r=r, p=p, maxmem=2 * 128 * n * r, dklen=32
        )
    except ValueError:
        raise _broken("its header cannot be understood") from None


def _broken(why: str) -> Refused:
    return Refused("broken_backup", f"This is no whole backup: {why}.", {"why": why})


# ── The encrypted stream ────────────────────────────────────────────────────────────────────────


class _Sealing:
    """Bytes go in, compressed and encrypted chunks come out in the file."""

    def __init__(self, file: IO[bytes], key: str) -> None:
        header = {**_SCRYPT, "salt": secrets.token_hex(16), "prefix": secrets.token_hex(7)}
        self._about = MAGIC + json.dumps(header).encode() + b"\n"
        self._file = file
        self._cipher = AESGCM(_derived(key, header))
        self._prefix = bytes.fromhex(str(header["prefix"]))
        self._pressed = zlib.compressobj(1)
        self._waiting = bytearray()
        self._number = 0
        file.write(self._about)

    def block(self, content: bytes) -> None:
        """One block of a section; an empty one ends the section."""
        self._add(self._pressed.compress(struct.pack(">I", len(content)) + content))

    def close(self) -> None:
        self._add(self._pressed.flush())
        self._put(bytes(self._waiting), last=True)

    def _add(self, pressed: bytes) -> None:
        self._waiting += pressed
        while len(self._waiting) > CHUNK:
            self._put(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]

    def _put(self, chunk: bytes, last: bool) -> None:
        nonce = _nonce(self._prefix, self._number, last)
        self._file.write(self._cipher.encrypt(nonce, chunk, self._about))
        self._number += 1


class _Opening:
    """The file's bytes, decrypted, checked and unpacked. Nothing unchecked is ever passed on."""

    def __init__(self, file: IO[bytes], key: str) -> None:
        magic, line = file.readline(len(MAGIC)), file.readline(_LONGEST_HEADER)
        if magic != MAGIC:
            raise _broken("it does not begin like one")
        try:
            header = json.loads(line)
            self._prefix = bytes.fromhex(header["prefix"])
            self._cipher = AESGCM(_derived(key, header))
        except (KeyError, TypeError, ValueError):
            raise _broken("its header cannot be understood") from None
        self._about = magic + line
        self._file = file
        self._unpacked = zlib.decompressobj()
        self._ready = bytearray()
        self._number = 0
        self._ahead = file.read(CHUNK + _TAG)

    def take(self, count: int) -> bytes:
        """Exactly so many bytes."""
        while len(self._ready) < count:
            if not self._ahead:
                raise _broken("it ends too early")
            chunk, self._ahead = self._ahead, self._file.read(CHUNK + _TAG)
            nonce = _nonce(self._prefix, self._number, last=not self._ahead)
            try:
                plain = self._cipher.decrypt(nonce, chunk, self._about)
            except InvalidTag:
                if self._number == 0:
                    raise Refused(
                        "wrong_key", "The key does not open this backup, or its start was changed."
                    ) from None
                raise _broken("it was changed or cut short") from None
            self._number += 1
            self._ready += self._unpacked.decompress(plain)
        taken = bytes(self._ready[:count])
        del self._ready[:count]
        return taken

    def blocks(self) -> Iterator[bytes]:
        """The blocks of the next section."""
        while length := struct.unpack(">I", self.take(4))[0]:
            yield self.take(length)

    def end(self) -> None:
        """Refuse what goes on after its end."""
        if self._ready or self._ahead or not self._unpacked.eof:
            raise _broken("it goes on after its end")


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + struct.pack(">IB", number, last)


class _Section(io.RawIOBase):
    """A section as a file to read from."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks, self._left = blocks, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._left:
            self._left = next(self._blocks, b"")
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count


class _Blocks(io.RawIOBase):
    """A section as a file to write to."""

    def __init__(self, sealing: _Sealing) -> None:
        self._sealing = sealing

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        if content:
            self._sealing.block(bytes(content))
        return len(content)


# ── Making one ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Made:
    """A backup as it was made."""

    file: Path
    size: int
    sha256: str
    manifest: dict[str, Any]


def back_up(books: Any, file: Path, key: str) -> Made:
    """Write everything of an open installation to the file, encrypted. Work goes on meanwhile."""
    if os.environ.get("DATABASE_URL"):
        raise Refused(
            "not_our_server", "DATABASE_URL names a server that is not ours: back it up there."
        )
    if file.exists():
        raise Refused("file_exists", f"{file} is there already; a backup overwrites nothing.")
    home: Home = books.home
    manifest = _manifest(books)
    descriptor, name = tempfile.mkstemp(dir=file.absolute().parent, prefix=".backup-")  # 0600
    fresh = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as out:
            sealing = _Sealing(out, key)
            sealing.block(json.dumps(manifest).encode())
            sealing.block(b"")
            _copy_database(home, sealing)
            sealing.block(b"")
            # After the database: an original is stored before the command that brings it in.
            with tarfile.open(mode="w|", fileobj=_Blocks(sealing)) as tar:
                for folder in (home.keys, home.files):
                    for place in sorted(folder.iterdir()):
                        if place.is_file() and not place.name.startswith("."):
                            tar.add(place, f"{folder.name}/{place.name}")
            sealing.block(b"")
            sealing.close()
            out.flush()
            os.fsync(out.fileno())
        with fresh.open("rb") as written:
            digest = hashlib.file_digest(written, "sha256").hexdigest()
        file.hardlink_to(fresh)  # unlike a rename, this overwrites nothing
        return Made(file, fresh.stat().st_size, digest, manifest)
    except FileExistsError:
        raise Refused("file_exists", f"{file} is there already.") from None
    finally:
        fresh.unlink(missing_ok=True)


def _manifest(books: Any) -> dict[str, Any]:
    """What the backup holds at least: all that was sealed in the log when it began."""
    from qazyna.shell.log.sealing import seal
    from qazyna.shell.log.signing import latest

    sealed = seal(books.connection, books.home)
    note = latest(books.connection, books.home)
    now, events, version = books.connection.execute(
        "SELECT clock_timestamp(), (SELECT count(*) FROM books.event),"
        " current_setting('server_version_num')::int / 10000"
    ).fetchone()
    return {
        "made_at": now.isoformat(),
        "postgresql": str(version),
        "events": events,
        "leaves": sealed.size,
        "root": sealed.root.hex(),
        "checkpoint": str(note),
    }


def _copy_database(home: Home, sealing: _Sealing) -> None:
    """The data folder and the log of what changed meanwhile, as one tar from `pg_basebackup`."""
    postmaster = Postmaster.of(home.database)
    if postmaster is None or postmaster.sockets is None:
        raise ServerError(f"The database server of {home.path} does not run.")
    tools = Programs.of(home.database)
    command = [
        *(str(tools.programs / "pg_basebackup"), "--pgdata=-", "--format=tar", "--no-manifest"),
        *("--wal-method=fetch", "--checkpoint=fast", "--no-password"),
        *(f"--host={postmaster.sockets}", f"--port={postmaster.port}", "--username=postgres"),
    ]
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        "PGPASSWORD": home.secret("database-postgres"),
    }
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            env=environment,
            cwd="/",
        ) as copying,
    ):
        assert copying.stdout is not None
        try:
            while content := copying.stdout.read(CHUNK):
                sealing.block(content)
        except BaseException:
            copying.kill()
            raise
        if copying.wait() != 0:
            said.seek(0)
            raise ServerError(f"The database could not be copied: {text_of(said.read())}")


# ── Making a home of it ─────────────────────────────────────────────────────────────────────────


def restore(file: Path, home: Home, key: str) -> dict[str, Any]:
    """Make the home that a backup holds, where there is none. Returns the backup's manifest.

    A home is made whole or not at all. Its server is not started; `verified` looks whether the
    books are those that were sealed.
    """
    if os.environ.get("DATABASE_URL"):
        raise Refused("not_our_server", "DATABASE_URL is set: a home has a server of its own.")
    folders = (home.keys, home.files)
    if home.database.exists() or any(f.exists() and any(f.iterdir()) for f in folders):
        raise Refused(
            "home_in_use",
            f"{home.path} holds an installation. Restore into another home (QAZYNA_HOME).",
        )
    with file.open("rb") as content:
        opening = _Opening(content, key)
        manifest: dict[str, Any] = json.loads(b"".join(opening.blocks()))
        home.create()
        with _or_nothing(home) as fresh:
            _unpacked(opening, fresh, lambda name: True)
            _unpacked(opening, home.path, lambda name: name.split("/")[0] in ("keys", "files"))
            opening.end()
            tools = Programs.of(fresh)
            for place in (fresh, *fresh.rglob("*")):
                tools.give(place)
            os.sync()  # before anybody is told that it is there
            fresh.rename(home.database)
    return manifest


@contextmanager
def _or_nothing(home: Home) -> Iterator[Path]:
    """The data folder under a passing name; if anything fails, all that was brought is removed."""
    fresh = home.database.with_name("database.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    try:
        yield fresh
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        for folder in (home.keys, home.files):
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _unpacked(opening: _Opening, folder: Path, wanted: Callable[[str], bool]) -> None:
    """Plain files and folders only, in that folder only, belonging to whoever restores."""
    section = _Section(opening.blocks())
    try:
        with tarfile.open(mode="r|", fileobj=io.BufferedReader(section)) as tar:
            for member in tar:
                name = PurePosixPath(member.name)
                plain = member.isreg() or member.isdir()
                if not plain or name.is_absolute() or ".." in name.parts or not wanted(member.name):
                    raise _broken(f"{member.name} has no place in it")
                place = folder / name
                if member.isdir():
                    place.mkdir(parents=True, exist_ok=True)
                else:
                    place.parent.mkdir(parents=True, exist_ok=True)
                    content = tar.extractfile(member)
                    assert content is not None
                    with place.open("xb") as file:
                        shutil.copyfileobj(content, file, CHUNK)
                place.chmod(member.mode & 0o755)
    except FileExistsError as error:
        raise _broken(f"it has {error.filename} twice") from None
    except tarfile.TarError as error:
        raise _broken(str(error)) from None
    while section.read(CHUNK):
        pass  # the padding after the end of the tar


def verified(books: Any, manifest: dict[str, Any]) -> dict[str, Any]:
    """Whether a restored home holds what was sealed, and every table what the events say."""
    from qazyna.shell.log.database import verify_log
    from qazyna.shell.store.replay import check

    with tempfile.TemporaryDirectory() as folder:
        note = Path(folder) / "checkpoint"
        note.write_text(manifest["checkpoint"], encoding="utf-8")
        log = verify_log(books.connection, note)
    replay = check(books.connection)
    problems = [*log.problems, *replay.differences]
    if replay.events < manifest["events"]:
        problems.append({"where": "events", "what": f"{manifest['events']} were backed up"})
    return {
        "ok": not problems,
        "events": replay.events,
        "entries": replay.entries,
        "leaves": manifest["leaves"],
        "root": manifest["root"],
        "problems": problems,
    }


__all__ = ["Made", "back_up", "read_key", "recovery_key", "restore", "verified"]
