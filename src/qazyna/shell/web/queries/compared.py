"""Comparisons for the page: which registers and models there are, and a play of them, kept a while.

A play is a function of the register, the blueprints, the prices and the window. So it is kept under
the digests of all of them, and the next one who asks for the same does not wait.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Final

from qazyna.errors import Refused
from qazyna.lab.compare import Compared, compare
from qazyna.lab.register import Register
from qazyna.shell import lab_files
from qazyna.shell.law_files import BLUEPRINTS, ROOT, blueprint_file
from qazyna.shell.queries.register import live_register
from qazyna.shell.web.books import connection

MOST: Final = 8
"""Models that one page sets side by side."""

KEPT: Final = 6
"""Comparisons that a process keeps; one is some megabytes."""

BOOKS: Final = "books"
"""The register that the books themselves tell of."""

REGISTERS: Final[dict[str, tuple[str, Path]]] = {
    "united-states": ("Public sales of the United States", ROOT / "data" / "us_seized_sales.csv"),
    "europe": ("Three public sales in Europe", ROOT / "data" / "european_sales.csv"),
}
"""name -> (what it is called, its file): registers that come with the program"""

FIRST: Final = ("kazakhstan", "united-states", "china", "el-salvador", "gulf")
"""The models that stand side by side where nobody chose others."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see compared."""

    register: str
    models: tuple[str, ...]
    since: date | None
    until: date | None
    currency: str


_kept: OrderedDict[str, Compared] = OrderedDict()
_lock = Lock()


def registers() -> dict[str, str]:
    """The registers that are there, by name: the books' own first."""
    return {
        BOOKS: "The register of these books",
        **{name: called for name, (called, file) in REGISTERS.items() if file.is_file()},
    }


def models() -> tuple[str, ...]:
    """The models that come with the program: first those that are compared if nobody chooses."""
    shipped = sorted(path.stem for path in BLUEPRINTS.glob("*.toml"))
    return (*(each for each in FIRST if each in shipped), *(e for e in shipped if e not in FIRST))


def compared(asked: Asked) -> Compared:
    """The comparison, played anew or as it is kept. Refused where something asked for is not."""
    if asked.register not in registers():
        raise Refused("no_register", f"There is no register called {asked.register}.")
    unknown = [each for each in asked.models if each not in models()]
    if unknown or not asked.models:
        raise Refused(
            "no_such_blueprint",
            f"No model is called {unknown[0]}." if unknown else "Choose at least one model.",
        )
    if len(asked.models) > MOST:
        raise Refused("too_many_models", f"Choose at most {MOST} models for one page.")
    register = register_of(asked.register)
    key = _key(asked, register)
    with _lock:
        found = _kept.get(key)
        if found is None:
            found = _kept[key] = _played(asked, register)
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
        _kept.move_to_end(key)
    return found


def _played(asked: Asked, register: Register) -> Compared:
    found = lab_files.models_of(asked.models)
    market = lab_files.market_of([], asked.currency, found)
    since = asked.since or max(register.first, *(each.blueprint.first for each in found))
    ends = [day for code in register.assets if (day := market.last_day(code))]
    return compare(register, found, market, since, asked.until or min(ends, default=since))


def register_of(name: str) -> Register:
    """What is in the books now, or a register that comes with the program."""
    if name == BOOKS:
        return live_register(connection())
    return lab_files.register_of(REGISTERS[name][1])


def _key(asked: Asked, register: Register) -> str:
    """A digest of everything that the figures rest on; prices by name, size and time."""
    digest = sha256(repr((asked, register)).encode())
    for name in asked.models:
        digest.update(f"\0{name}\0".encode())
        digest.update(blueprint_file(name).read_bytes())
    for folder in lab_files.SHIPPED:
        for path in lab_files.price_files(folder):
            said = path.stat()
            digest.update(f"{path}\0{said.st_size}\0{said.st_mtime_ns}\0".encode())
    return digest.hexdigest()
