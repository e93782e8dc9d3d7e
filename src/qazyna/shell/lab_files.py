"""What the lab reads and writes: registers, folders of prices, blueprints, simulated journals."""

import csv
import gzip
from collections.abc import Iterable, Sequence
from pathlib import Path

from qazyna import blueprint
from qazyna.errors import Refused
from qazyna.lab import price_folder
from qazyna.lab.compare import Compared
from qazyna.lab.entries import COLUMNS, FIGURES, figures, rows
from qazyna.lab.market import Market, in_currency
from qazyna.lab.model import Model
from qazyna.lab.register import Register, read
from qazyna.shell.adapters.tables import content_of, read_table, text_of
from qazyna.shell.law_files import ROOT, blueprint_file, blueprint_text

SHIPPED = tuple(ROOT / "data" / name for name in ("prices", "rates", "equities"))
"""Where public series are, if no folder is named."""


def register_of(path: Path) -> Register:
    """A register from its file."""
    columns, lines, _ = read_table(path)
    return read(path.name, columns, lines)


def models_of(names: Sequence[str]) -> list[Model]:
    """Models by the name of a shipped blueprint, or the path of one."""
    found = []
    for name in names:
        path = blueprint_file(name)
        found.append(Model(path.stem, blueprint.parse(blueprint_text(path), path.stem)))
    return found


def market_of(folders: Iterable[Path], currency: str, models: Iterable[Model] = ()) -> Market:
    """All series of some folders, and of the folders in them; pars are those that laws assume."""
    files = [each for folder in folders or SHIPPED for each in price_files(folder)]
    found = price_folder.read(
        (path.name, _text(path).splitlines(keepends=True)) for path in sorted(files, key=_name)
    )
    pars = {
        code: (par.currency, par.value)
        for model in models
        for law in (model.blueprint.on(model.blueprint.change_dates[-1]),)
        for code, par in law.par.items()
        if code not in found.series
    }
    return Market(found.series.values(), found.rates, in_currency(currency), pars)


def price_files(folder: Path) -> list[Path]:
    """The price files of a folder, by name; none in a shipped one that is not there."""
    if not folder.is_dir():
        if folder in SHIPPED:
            return []
        raise Refused("no_folder", f"{folder} is no folder of price files.", {"folder": folder})
    found = [*folder.rglob("*.csv"), *folder.rglob("*.csv.gz")]
    if not found:
        raise Refused("no_prices", f"There is no price file in {folder}.", {"folder": folder})
    return found


def _name(path: Path) -> str:
    return path.name


def _text(path: Path) -> str:
    content = content_of(path)
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    return text_of(path.name, content)


def write_entries(compared: Compared, folder: Path, case: str = "") -> list[Path]:
    """Every model's simulated journal as CSV, and which entries its figures are sums of."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, played in compared.plays.items():
        tables: list[tuple[str, Sequence[str], Iterable[Sequence[str]]]] = [
            (f"{name}.entries.csv", COLUMNS, rows(played, case)),
            (f"{name}.figures.csv", FIGURES, figures(compared.outcomes[name])),
        ]
        for file, heading, lines in tables:
            path = folder / file
            with path.open("w", encoding="utf-8", newline="") as out:
                writer = csv.writer(out, lineterminator="\n")
                writer.writerow(heading)
                writer.writerows(lines)
            written.append(path)
    return written
