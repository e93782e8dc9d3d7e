"""Help costs nothing: what a command needs is loaded when it runs."""

from bench.help import FORBIDDEN, loaded


def test_help_loads_nothing_heavy():
    assert [] == [name for name in loaded() if name in FORBIDDEN]
