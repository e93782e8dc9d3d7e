"""The folder of one installation: its database, keys, imported files and logs.

    <home>/
      database/   the embedded server's data; made and owned by shell/postgres.py
      keys/       secrets, one a file; nobody else may look
      files/      imported originals, named by their SHA-256
      logs/
      cache/      what can be made again, as the charts' script for browsers

Nothing is kept outside it, so two homes never meet, and copying a stopped home copies everything.
"""

import fcntl
import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_SECRET_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Home:
    """One installation, named by its folder."""

    path: Path

    def __post_init__(self) -> None:
        # Absolute, since the database server has another working folder than we have.
        object.__setattr__(self, "path", self.path.expanduser().absolute())

    @classmethod
    def current(cls) -> Self:
        """The home that QAZYNA_HOME names, or the user's own data folder where it names none."""
        if named := os.environ.get("QAZYNA_HOME"):
            return cls(Path(named))
        data = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
        return cls(Path(data) / "qazyna")

    @property
    def database(self) -> Path:
        return self.path / "database"

    @property
    def keys(self) -> Path:
        return self.path / "keys"

    @property
    def files(self) -> Path:
        return self.path / "files"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    def create(self) -> Self:
        """Make the folders that are missing; leave those that exist as they are."""
        # 0711: the database server, which may run as another user, passes through to its own
        # folder and sees nothing else.
        self.path.mkdir(mode=0o711, parents=True, exist_ok=True)
        for folder in (self.keys, self.files, self.logs):
            folder.mkdir(mode=0o700, exist_ok=True)
        return self

    def secret(self, name: str) -> str:
        """The secret of that name: random, made when first asked for, the same ever after."""
        if not _SECRET_NAME.fullmatch(name):
            raise ValueError(f"not a name for a secret: {name!r}")
        place = self.keys / name
        if not place.exists():
            self.create()
            # Whoever links first wins, and a reader never meets a half-written secret.
            with _written(self.keys, f"{secrets.token_urlsafe(32)}\n".encode()) as fresh:
                with suppress(FileExistsError):
                    place.hardlink_to(fresh)
                _sync_folder(self.keys)
        return place.read_text(encoding="ascii").strip()

    def store_file(self, content: bytes) -> str:
        """Keep an imported original and return its SHA-256, under which `file` finds it."""
        digest = hashlib.sha256(content).hexdigest()
        place = self.file(digest)
        if not place.exists():
            self.create()
            with _written(self.files, content) as fresh:
                fresh.replace(place)
                _sync_folder(self.files)
        return digest

    def file(self, digest: str) -> Path:
        """Where the original with this SHA-256 lies, if it was stored."""
        if not _SHA256.fullmatch(digest):
            raise ValueError(f"not a SHA-256: {digest!r}")
        return self.files / digest

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold the home's lock of that name; other processes wait. It is let go if we die."""
        self.create()
        descriptor = os.open(self.path / f".{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


@contextmanager
def _written(folder: Path, content: bytes) -> Iterator[Path]:
    """A private, durable file of a passing name beside its final place, gone afterwards."""
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=".new-")  # mkstemp gives 0600
    fresh = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield fresh
    finally:
        fresh.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make the folder's names durable; fsync of a file alone does not promise its name."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
