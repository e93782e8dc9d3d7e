"""Which process, if any, is the server of a data folder."""

import os
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Self

SOCKETS = Path("/tmp")
"""Where socket folders are made. A socket has 103 bytes for its path, so not deep in a home."""

PREFIX = "qazyna-"


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What `postmaster.pid` in a data folder says. It may be stale, or a copy of another's."""

    pid: int
    data: Path
    port: int
    sockets: Path | None

    @classmethod
    def of(cls, data: Path) -> Self | None:
        """Read the file; None where there is none or it is not yet written in full."""
        try:
            lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            folder = Path(lines[4]) if lines[4:5] != [""] else None
            return cls(abs(int(lines[0])), Path(lines[1]), int(lines[3]), folder)
        except (FileNotFoundError, NotADirectoryError, IndexError, ValueError):
            return None

    def is_running(self, data: Path) -> bool:
        """Whether the process is alive and is the server of that very folder."""
        return self._is_server_of(data) is True

    def is_stale(self, data: Path) -> bool:
        """Whether the process has certainly ended or is certainly another."""
        return self._is_server_of(data) is False

    def _is_server_of(self, data: Path) -> bool | None:
        """None: it cannot be told."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass  # alive, under another user
        process = Path("/proc") / str(self.pid)
        try:
            # PostgreSQL works inside its data folder, wherever that was moved to since.
            named = (process / "comm").read_text().strip() == "postgres"
            return named and os.path.samestat((process / "cwd").stat(), data.stat())
        except FileNotFoundError:
            if Path("/proc/self").exists():
                return False  # it has ended, whether or not its parent has taken note
        except PermissionError:
            pass
        # We may not look into the process. A socket that answers settles it, as its folder has a
        # random name of its own and is spoken of only in this file.
        if self.data not in (data, data.resolve()):
            return False
        return self.is_listening() or None

    @property
    def socket(self) -> Path | None:
        return self.sockets / f".s.PGSQL.{self.port}" if self.sockets else None

    def is_listening(self) -> bool:
        """Whether anything accepts connections on the socket."""
        if self.socket is None:
            return False
        with socket.socket(socket.AF_UNIX) as attempt:
            attempt.settimeout(5)
            try:
                attempt.connect(str(self.socket))
            except OSError:
                return False
            return True

    def remove_sockets(self) -> None:
        """Remove the socket folder if it is one of ours and nobody listens in it."""
        folder = self.sockets
        if folder is None or folder.parent != SOCKETS or not folder.name.startswith(PREFIX):
            return
        if not folder.is_symlink() and not self.is_listening():
            shutil.rmtree(folder, ignore_errors=True)
