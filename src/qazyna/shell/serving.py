"""Serving the pages: gunicorn in front of Django, on the loopback unless told otherwise."""

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
SECONDS_TO_ANSWER = 30


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


def serve(books: Books, host: str, port: int, detach: bool, said: Callable[[], None]) -> None:
    """Serve until interrupted, or, detached, until `qazyna down`. `said` speaks once it answers."""
    if running(books.home) is not None:
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
    try:
        pid = int(_pid_file(home).read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    return pid if b"gunicorn" in command else None


def stop(home: Home) -> bool:
    """Stop serving this home's pages. False if nobody was."""
    pid = running(home)
    if pid is None:
        return False
    _end(pid)
    _pid_file(home).unlink(missing_ok=True)
    return True


def _end(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        for _ in range(100):
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            os.kill(pid, 0)
            time.sleep(0.1)
        os.kill(pid, signal.SIGKILL)


def _pid_file(home: Home) -> Path:
    return home.path / "web.pid"
