"""How a kernel is compiled: once, kept in a folder of the user's own, and run without the lock.

A kept kernel is told stale by its own file alone, not by those whose kernels and constants it takes
in. So the folder is named by a digest of all of this room's files, as `shell/kernels.py` names that
of another room: what any of them changes is compiled anew.
"""

import os
import sys
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numba
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

if "scipy.linalg" not in sys.modules:
    # Numba would load scipy for the products of matrices, which no kernel here has: 17 MB and a
    # fifth of a second of every command.
    cast(dict[str, Any], sys.modules)["scipy.linalg"] = None
    try:
        import_module("numba.np.arraymath")
    finally:
        del sys.modules["scipy.linalg"]

Function = TypeVar("Function", bound=Callable[..., object])

_OPTIONS: Final[dict[str, Any]] = {"cache": True, "nogil": True}
_COUNTED: Final[dict[str, Any]] = {**_OPTIONS, "_nrt": True}
_UNCOUNTED: Final[dict[str, Any]] = {**_OPTIONS, "_nrt": False, "error_model": "numpy"}


def kernel(function: Function) -> Function:
    """The function as machine code, with the same name, promise and types."""
    return _kept(function, _COUNTED)


def uncounted(function: Function) -> Function:
    """The same for one that makes no array: it does not count who still uses which.

    Counting took most of the time of kernels that are handed many arrays, and of compiling them.
    A division by zero is not told.
    """
    return _kept(function, _UNCOUNTED)


def _kept(function: Function, options: dict[str, Any]) -> Function:
    config: Any = numba.config
    before = config.CACHE_DIR
    # A folder that somebody set counts. Where ours cannot be made, numba looks for one itself.
    config.CACHE_DIR = before or str(folder(Path(__file__).parent))
    try:
        return cast(Function, numba.njit(**options)(function))
    finally:
        config.CACHE_DIR = before


@cache
def folder(room: Path) -> Path:
    """Where kernels compiled of these very files of a room are kept."""
    digest = sha256()
    for path in sorted(room.rglob("*.py")):
        name = path.relative_to(room).as_posix()
        digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    return base / "qazyna" / "kernels" / digest.hexdigest()[:16]


def _octet(_: Any, address: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load(builder.inttoptr(arguments[0], cgutils.voidptr_t))

    return types.uint8(types.uint64), code


def _half(_: Any, address: Any) -> Any:
    return _read(types.uint32)


def _word(_: Any, address: Any) -> Any:
    return _read(types.uint64)


def _read(width: Any) -> Any:
    """A number of that type, wherever it begins."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = context.get_value_type(width)
        place = builder.inttoptr(arguments[0], kind.as_pointer())
        return builder.load(place, align=1)

    return width(types.uint64), code


def _put_word(_: Any, address: Any, word: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = context.get_value_type(types.uint64)
        builder.store(arguments[1], builder.inttoptr(arguments[0], kind.as_pointer()), align=1)
        return context.get_dummy_value()

    return types.void(types.uint64, types.uint64), code


def _put_octet(_: Any, address: Any, octet: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        builder.store(arguments[1], builder.inttoptr(arguments[0], cgutils.voidptr_t))
        return context.get_dummy_value()

    return types.void(types.uint64, types.uint8), code


octet_at: Any = intrinsic(_octet)
"""In a kernel: the byte at an address (u64)."""

half_at: Any = intrinsic(_half)
"""In a kernel: the four bytes at an address (u64), as half a word, wherever it begins."""

word_at: Any = intrinsic(_word)
"""In a kernel: the eight bytes at an address (u64), as a word, wherever it begins."""

put_word: Any = intrinsic(_put_word)
"""In a kernel: write eight bytes at an address (u64), as a word, wherever it begins."""

put_octet: Any = intrinsic(_put_octet)
"""In a kernel: write the byte at an address (u64)."""
