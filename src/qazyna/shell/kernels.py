"""Where compiled kernels are kept between runs: a folder of the user's own, not the installation.

A kept kernel is told stale by its own file alone. So the folder is named by a digest of all files
of its package: what any of them changes is compiled anew.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any


@contextmanager
def kept(package: Path) -> Iterator[None]:
    """Load a package's kernels inside: what was compiled before is found, and kept what is not yet.

    A NUMBA_CACHE_DIR that is set counts. Where no folder can be written, it is one for this run.
    """
    import numba

    config: Any = numba.config
    before = config.CACHE_DIR
    if not before:
        config.CACHE_DIR = str(_folder(package))
    try:
        yield
    finally:
        config.CACHE_DIR = before


def _folder(package: Path) -> Path:
    digest = sha256()
    for path in sorted(package.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    folder = base / "qazyna" / "kernels" / digest.hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(tempfile.mkdtemp(prefix="qazyna-kernels-"))
