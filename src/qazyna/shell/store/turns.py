"""Two threads that run Python in turns: one thinks, the other talks to the database."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_TURN = 0.0005


@contextmanager
def short_turns() -> Iterator[None]:
    """Let the thread that thinks keep its turn for half a millisecond, where Python gives it five.

    The other one asks for its turn after each answer of the database, which waits for it meanwhile.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(_TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
