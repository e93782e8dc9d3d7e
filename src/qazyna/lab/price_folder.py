"""A folder of price files read into series, each layout told by its heading.

Beside the layouts that `qazyna import prices` reads there are four:

    Date, SP500                                       an equity index -> SPX
    observation_date, DGS3MO                          a yield, per cent a year -> DGS3MO, and CASH
    SNo, Name, Symbol, Date, …, Close, Volume, Marketcap     a coin, volume and worth in dollars
    date, value                                       a series of your own, called by its file

A sixth column `volume_…` of the daily closes is the volume in the asset's own unit. What has no
heading known here is named, and left out.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from qazyna.errors import FileRefused, Finding
from qazyna.lab.market import CASH, DAILY, DIGITS, MONTHLY, Series
from qazyna.money import ASSETS
from qazyna.reserve import price_files

_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30})?", re.ASCII)
_MISSING: Final = frozenset({"", ".", "N/A"})
_SHORT: Final = ("DGS3MO", "DGS1MO", "DGS6MO", "DGS1")
"""Yields that stand for cash, the first that is there."""


@dataclass(slots=True)
class Folder:
    """What the files of a folder say: series by name, euro rates by currency, files left out."""

    series: dict[str, Series] = field(default_factory=dict)
    rates: dict[str, Series] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


Observed = dict[date, tuple[Decimal, Decimal | None, Decimal | None]]
"""day -> value, volume, market value"""


def read(files: Iterable[tuple[str, Iterable[str]]]) -> Folder:
    """Read every file, (name, lines); refused with all problems of the first that is not sound.

    Of two files of one series the later, by name, counts.
    """
    folder = Folder()
    for name, lines in files:
        _file(folder, name, list(lines))
    short = next((code for code in _SHORT if code in folder.series), None)
    if short and CASH not in folder.series:
        of = folder.series[short]
        folder.series[CASH] = Series(CASH, "", of.days, of.values, of.source)
    return folder


def _file(folder: Folder, name: str, lines: list[str]) -> None:
    heading = next(csv.reader(lines), [])
    columns = [cell.strip().removeprefix("\ufeff") for cell in heading]
    lower = [cell.lower() for cell in columns]
    if lower == ["date", "sp500"]:
        _keep(folder, "SPX", "", _columns(name, lines, 0, 1), name)
    elif len(lower) == 2 and lower[0] == "observation_date":
        _keep(folder, columns[1].upper(), "", _columns(name, lines, 0, 1), name)
    elif lower == ["date", "value"]:
        _keep(folder, name, "", _columns(name, lines, 0, 1), name)
    elif {"symbol", "date", "close", "volume", "marketcap"} <= set(lower):
        _coin(folder, name, lines, lower)
    else:
        _known(folder, name, lines, lower)


def _known(folder: Folder, name: str, lines: list[str], lower: list[str]) -> None:
    """A layout that the reserve's own reader knows."""
    found = price_files.read(name, lines, ASSETS)
    if any(each.code in ("unknown_layout", "unnamed_series") for each in found.findings):
        folder.left_out.append(name)
        return
    rows = found.sound().rows
    volumes: dict[date, Decimal | None] = {}
    if len(lower) > 5 and lower[4] == "close" and lower[5].startswith("volume"):
        volumes = {day: value for day, (value, _, _) in _columns(name, lines, 0, 5).items()}
    series: dict[tuple[str, str], Observed] = {}
    monthly = {(row.asset, row.currency) for row in rows if row.estimated}
    for row in rows:
        seen = series.setdefault((row.asset, row.currency), {})
        seen[row.on] = row.price, volumes.get(row.on), None
    for (asset, currency), seen in series.items():
        if ASSETS[asset].klass != "currency":
            good = MONTHLY if (asset, currency) in monthly else DAILY
            _keep(folder, asset, currency, seen, name, good)
        elif asset == "EUR":
            folder.rates[currency] = _series(currency, "EUR", seen, name, DAILY)


def _coin(folder: Folder, name: str, lines: list[str], lower: list[str]) -> None:
    at = {column: lower.index(column) for column in lower}
    by_symbol: dict[str, Observed] = {}
    for number, cells in _rows(name, lines):
        day = _day(name, number, cells[at["date"]][:10])
        close = _number(name, number, "Close", cells[at["close"]])
        dollars = _number(name, number, "Volume", cells[at["volume"]])
        whole = _number(name, number, "Marketcap", cells[at["marketcap"]])
        if close:
            volume = DIGITS.divide(dollars, close) if dollars else None
            symbol = cells[at["symbol"]].strip().upper()
            by_symbol.setdefault(symbol, {})[day] = close, volume, whole or None
    for symbol, seen in by_symbol.items():
        _keep(folder, symbol, "USD", seen, name)


def _columns(name: str, lines: list[str], day_at: int, at: int) -> Observed:
    seen: Observed = {}
    for number, cells in _rows(name, lines):
        value = _number(name, number, "", cells[at])
        if value is not None:
            seen[_day(name, number, cells[day_at])] = value, None, None
    return seen


def _rows(name: str, lines: list[str]) -> Iterable[tuple[int, list[str]]]:
    reader = csv.reader(lines)
    width = len(next(reader, []))
    for cells in reader:
        if any(cells):
            if len(cells) != width:
                raise _refused(name, reader.line_num, "", "wrong_columns", "Is the line whole?")
            yield reader.line_num, cells


def _day(name: str, line: int, text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        why = f"“{text[:40]}” is not a date: write it as 2026-01-31."
        raise _refused(name, line, "date", "bad_date", why) from None


def _number(name: str, line: int, column: str, text: str) -> Decimal | None:
    text = text.strip()
    if text in _MISSING:
        return None
    if not _NUMBER.fullmatch(text):
        why = f"“{text[:40]}” is not a number: write plain digits with a point."
        raise _refused(name, line, column, "bad_price", why)
    return Decimal(text)


def _refused(name: str, line: int, column: str, code: str, why: str) -> FileRefused:
    return FileRefused(name, line, [Finding(line, column, code, why)])


def _keep(
    folder: Folder, code: str, currency: str, seen: Observed, source: str, good: int = DAILY
) -> None:
    if seen:
        folder.series[code] = _series(code, currency, seen, source, good)


def _series(
    code: str,
    currency: str,
    seen: Mapping[date, tuple[Decimal, Decimal | None, Decimal | None]],
    source: str,
    good: int,
) -> Series:
    days = tuple(sorted(seen))
    volumes = tuple(seen[day][1] for day in days)
    whole = tuple(seen[day][2] for day in days)
    return Series(
        code,
        currency,
        days,
        tuple(seen[day][0] for day in days),
        source,
        good,
        volumes if any(volumes) else (),
        whole if any(whole) else (),
    )
