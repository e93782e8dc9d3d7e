"""Serving the pages: gunicorn in front of Django, on the loopback unless told otherwise.

Beside it runs the job that seals the log (`log/job.py`). It ends when the server ends.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from qazyna.errors import Refused
from qazyna.shell.home import Home
from qazyna.shell.installation import Books

WORKERS = 2
THREADS = 4
SECONDS_TO_ANSWER = 120
_JOB = "qazyna.shell.log.job"


def prepare(books: Books, host: str, port: int) -> str:
    """The address, if it is free or ours already; a refusal if somebody else has it."""
    address = f"http://{host}:{port}"
    if running(books.home) is None:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise Refused(
                    "address_in_use",
                    f"{address} cannot be used ({error.strerror}): choose another --port.",
                    {"host": host, "port": port},
                ) from None
    return address


def serve(
    books: Books,
    host: str,
    port: int,
    detach: bool,
    said: Callable[[], None],
    seal_every: float = 0,
) -> None:
    """Serve until interrupted, or, detached, until `qazyna down`. `said` speaks once it answers.

    The log is sealed every so many seconds; never, if they are none.
    """
    serving = running(books.home)
    if serving is not None:
        _keep_sealing(books, serving, seal_every)
        said()
        return
    log = books.home.logs / "web.log"
    with log.open("ab") as output:
        server = subprocess.Popen(
            [
                sys.executable,
                *("-m", "gunicorn", "--worker-class", "gthread", "--bind", f"{host}:{port}"),
                *("--workers", str(WORKERS), "--threads", str(THREADS), "--max-requests", "20000"),
                *("--timeout", "60", "--no-control-socket", "qazyna.shell.web.wsgi:application"),
            ],
            env={
                **os.environ,
                "QAZYNA_HOME": str(books.home.path),
                "QAZYNA_DATABASE": books.url,
                "QAZYNA_SECRET_KEY": books.home.secret("pages"),
                "QAZYNA_HOSTS": f"{host} 127.0.0.1 localhost [::1]",
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    _pid_file(books.home).write_text(f"{server.pid}\n")
    try:
        _wait_until_it_answers(server, f"http://{host}:{port}", log)
        _keep_sealing(books, server.pid, seal_every)
        said()
        sys.stdout.flush()
        if not detach:
            _wait(server)
    except BaseException:
        _end(server.pid)
        raise
    finally:
        if not detach:
            _pid_file(books.home).unlink(missing_ok=True)


def _keep_sealing(books: Books, server: int, every: float) -> None:
    """Start the job that seals while that server runs, unless it runs already."""
    if not every or sealing(books.home) is not None:
        return
    words = ("--home", str(books.home.path), "--server", str(server), "--every", str(every))
    with (books.home.logs / "sealing.log").open("ab") as output:
        job = subprocess.Popen(
            [sys.executable, "-m", _JOB, *words],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    _pid_file(books.home, "sealing").write_text(f"{job.pid}\n")


def _wait(server: subprocess.Popen[bytes]) -> None:
    """Until it ends, or somebody ends us: then it ends with us."""

    def stop(*_: object) -> None:
        _end(server.pid)

    signal.signal(signal.SIGTERM, stop)
    with suppress(KeyboardInterrupt):
        server.wait()
    _end(server.pid)


def _wait_until_it_answers(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_ANSWER
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        with suppress(URLError, OSError), urlopen(f"{address}/health", timeout=5):
            return
        time.sleep(0.1)
    tail = log.read_text("utf-8", "replace")[-1500:]
    raise Refused("not_serving", f"The pages did not come up. {log} ends with:\n{tail}")


def running(home: Home) -> int | None:
    """The process that serves this home's pages, if one does."""
    return _process(home, "web", b"gunicorn")


def sealing(home: Home) -> int | None:
    """The process that seals this home's log, if one does."""
    return _process(home, "sealing", f"{_JOB}\0--home\0{home.path}\0".encode())


def _process(home: Home, name: str, says: bytes) -> int | None:
    """The process of that name, if it lives and is what it was."""
    try:
        pid = int(_pid_file(home, name).read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    return pid if says in command else None


def stop(home: Home) -> bool:
    """Stop serving this home's pages. False if nobody was."""
    pid, job = running(home), sealing(home)
    if pid is not None:
        _end(pid)
        _pid_file(home).unlink(missing_ok=True)
    if job is not None:  # it ends by itself; here it is waited for
        _end(job)
        _pid_file(home, "sealing").unlink(missing_ok=True)
    return pid is not None


def _end(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        for _ in range(100):
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            os.kill(pid, 0)
            time.sleep(0.1)
        os.kill(pid, signal.SIGKILL)


def _pid_file(home: Home, name: str = "web") -> Path:
    return home.path / f"{name}.pid"
