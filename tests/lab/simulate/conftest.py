"""Kernels are compiled once, and found again by every later run of the same source."""

from pathlib import Path

from qazyna import lab
from qazyna.shell import kernels

with kernels.kept(Path(lab.__path__[0]) / "simulate"):
    import qazyna.lab.simulate  # noqa: F401
