"""`qazyna --help` loads neither Django nor numba nor Polars."""

import subprocess
import sys
import time

from bench.common import Claim

HEAVY = ("django", "numba", "polars", "psycopg", "pydantic")
FORBIDDEN = ("django", "numba", "polars")

RUN = f"""
import sys
from qazyna.shell.cli import app
try:
    app(["--help"], standalone_mode=False)
finally:
    print(*[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
"""
ROUNDS = 7


def loaded() -> list[str]:
    """Which of the heavy libraries are loaded when help has been shown."""
    done = subprocess.run(
        [sys.executable, "-c", RUN], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stderr.split()


def measure() -> Claim:
    found = loaded()
    times = sorted(_timed("-c", RUN) for _ in range(ROUNDS))
    bare = sorted(_timed("-c", "import typer, rich") for _ in range(ROUNDS))
    heavy = [name for name in FORBIDDEN if name in found]
    return Claim(
        promise="`qazyna --help` loads neither Django nor numba nor Polars",
        measured=f"loaded: {', '.join(heavy) or 'none of them'}; "
        f"median {times[ROUNDS // 2] * 1000:.0f} ms of {ROUNDS}",
        against=f"the libraries of the command line alone: {bare[ROUNDS // 2] * 1000:.0f} ms",
        data="a fresh process each time",
        ratio=0.0 if heavy else 1.0,
        details=[f"of what is heavy it loads: {', '.join(found) or 'nothing'}"],
    )


def _timed(*arguments: str) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, *arguments], capture_output=True, check=True, timeout=60)
    return time.perf_counter() - begun
