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
    started: int
    port: int
    sockets: Path | None

    @classmethod
    def of(cls, data: Path) -> Self | None:
        """Read the file; None where there is none or it is not yet written in full."""
        try:
            lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            folder = Path(lines[4]) if lines[4:5] != [""] else None
            pid, started, port = abs(int(lines[0])), int(lines[2]), int(lines[3])
            return cls(pid, Path(lines[1]), started, port, folder)
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
        if not Path("/proc/self").exists():
            return False if self._is_elsewhere(data) else self.is_listening() or None
        process = Path("/proc") / str(self.pid)
        try:
            # "PID (NAME) STATE ...", of which everyone may read this much
            name, _, rest = (process / "stat").read_text().partition("(")[2].rpartition(")")
            state, started = rest.split()[0], int(rest.split()[19])
            if name != "postgres" or state in "ZX":  # ended, though its parent took no note of it
                return False
            # PostgreSQL works inside its data folder, wherever that was moved to since.
            return os.path.samestat((process / "cwd").stat(), data.stat())
        except (FileNotFoundError, ProcessLookupError):
            return False
        except PermissionError:
            # A container's root may not look further. The time of the start tells it from another
            # server under the same number, and the path from the server that this is a copy of.
            if self._is_elsewhere(data):
                return False
            return abs(_clock_time(started) - self.started) <= 5 or self.is_listening() or None

    def _is_elsewhere(self, data: Path) -> bool:
        """Whether the file came here with a copy: the folder it names is there, and another."""
        try:
            return not self.data.samefile(data)
        except OSError:
            return False

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


def _clock_time(ticks: int) -> float:
    """The time, in seconds since 1970, that is so many clock ticks after the machine's start."""
    lines = Path("/proc/stat").read_text().splitlines()
    boot = next((int(line.split()[1]) for line in lines if line.startswith("btime")), 0)
    return boot + ticks / os.sysconf("SC_CLK_TCK")
