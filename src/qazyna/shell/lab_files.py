"""What the lab reads and writes: registers, folders of prices, blueprints, simulated journals."""

import csv
import gzip
from collections.abc import Iterable, Sequence
from pathlib import Path

from qazyna import blueprint
from qazyna.blueprint import Blueprint
from qazyna.errors import Refused
from qazyna.lab import price_folder
from qazyna.lab.compare import Compared
from qazyna.lab.entries import COLUMNS, FIGURES, figures, rows
from qazyna.lab.market import Market, in_currency
from qazyna.lab.model import Model
from qazyna.lab.register import Register, read
from qazyna.money import ASSETS
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
    return [Model(law.name, law) for law in map(law_of, names)]


def law_of(name: str) -> Blueprint:
    """A blueprint that is sound; else refused with its problems, and by the clause of the first."""
    path = blueprint_file(name)
    text = blueprint_text(path)
    try:
        return blueprint.parse(text, path.stem)
    except Refused as no:
        clause = next((problem.clause for problem in blueprint.check(text)), None)
        raise Refused(no.code, no.message, no.facts, clause or no.law) from None


def market_of(folders: Sequence[Path], currency: str, models: Iterable[Model] = ()) -> Market:
    """All series of some folders, and of the folders in them; the shipped ones, if none is named.

    Of folders that are named, indices, yields and rates that they lack are the shipped ones; coins
    and gold have no price but theirs. Pars are those that the laws of the models assume.
    """
    in_currency(currency)
    found = _read(folders or SHIPPED)
    gaps = [
        f"{name}: no layout that is known here; the file is left out" for name in found.left_out
    ]
    assumed = []
    if folders:
        shipped = _read(SHIPPED)
        for name, series in shipped.series.items():
            if name not in ASSETS and name not in found.series:
                found.series[name] = series
                assumed.append(f"{name}: from the shipped {series.source}; the folder has none")
        for code, series in shipped.rates.items():
            if code not in found.rates:
                found.rates[code] = series
    pars = {
        code: (par.currency, par.value)
        for model in models
        for law in (model.blueprint.on(model.blueprint.change_dates[-1]),)
        for code, par in law.par.items()
        if code not in found.series
    }
    return Market(found.series.values(), found.rates, currency, pars, gaps, assumed)


def _read(folders: Iterable[Path]) -> price_folder.Folder:
    files = sorted(
        (each for folder in folders for each in price_files(folder)), key=lambda path: path.name
    )
    return price_folder.read((path.name, _text(path).splitlines(keepends=True)) for path in files)


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


def _text(path: Path) -> str:
    content = content_of(path)
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    return text_of(path.name, content)


def write_entries(compared: Compared, folder: Path) -> list[Path]:
    """Every model's simulated journal as CSV, and which entries its figures are sums of."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, played in compared.plays.items():
        tables: list[tuple[str, Sequence[str], Iterable[Sequence[str]]]] = [
            (f"{name}.entries.csv", COLUMNS, rows(played)),
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
