"""Files of cash flows, and of an index to hold them against.

date, amount[, nav]     amount negative = paid in; nav on the last row: what is left then
date, level             an index; with two columns, the second may have any name
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from qazyna.programme.performance.cells import Line, Reader

LEVELS: Final = ("level", "close", "price", "value", "index")


@dataclass(frozen=True, slots=True)
class CashFlows:
    """Flows in the order of their days, seen by the investor, and what was left at the last day."""

    days: tuple[date, ...]
    amounts: tuple[float, ...]
    """Negative: paid in. Several may share a day."""
    nav: float
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Index:
    """Levels of an index on the days it was published, in their order."""

    days: tuple[date, ...]
    levels: tuple[float, ...]

    def at(self, day: date) -> tuple[date, float] | None:
        """The last level published by that day, and its day; None before the first."""
        at = bisect_right(self.days, day) - 1
        return (self.days[at], self.levels[at]) if at >= 0 else None


def read_flows(file: str, columns: Sequence[str], lines: Sequence[Line]) -> CashFlows:
    """A file of cash flows. Raises `FileRefused` with every problem by its line."""
    lines = [(line, {name.lower(): cell for name, cell in cells.items()}) for line, cells in lines]
    reader = Reader(file, [name.lower() for name in columns], lines)
    reader.needs("date", "amount")
    rows = [_row(reader, line, cells, line == lines[-1][0]) for line, cells in lines]
    days = [day for day, _, _ in rows if day]
    for (line, _), (before, _, _), (day, _, _) in zip(lines[1:], rows, rows[1:], strict=False):
        if before and day and day < before:
            reader.find(line, "date", "out_of_order", f"{day} stands below {before}: sort by date.")
    amounts = [amount for _, amount, _ in rows if amount is not None]
    if not reader.findings and not any(amount < 0 for amount in amounts):
        reader.find(
            lines[0][0], "amount", "nothing_paid_in", "No amount is negative: nothing was paid in."
        )
    reader.sound()
    navs = [nav for _, _, nav in rows]
    warnings = []
    if navs[-1] is None:
        warnings.append("The last row states no NAV: nothing is taken to be left.")
    if any(nav is not None for nav in navs[:-1]):
        warnings.append("Of the column nav only the last row counts.")
    return CashFlows(tuple(days), tuple(amounts), navs[-1] or 0.0, tuple(warnings))


def _row(
    reader: Reader, line: int, cells: Mapping[str, str], last: bool
) -> tuple[date | None, float | None, float | None]:
    """Day, amount, NAV. The last row may state a NAV and move nothing."""
    day = reader.day(line, "date", cells["date"])
    amount: float | None = 0.0
    if cells["amount"] or not last:
        amount = reader.number(line, "amount", cells["amount"])
    nav = reader.number(line, "nav", cells["nav"]) if cells.get("nav") else None
    if nav is not None and nav < 0:
        reader.find(line, "nav", "negative_nav", "What is left cannot be worth less than nothing.")
    return day, amount, nav


def read_index(file: str, columns: Sequence[str], lines: Sequence[Line]) -> Index:
    """A file of an index. Raises `FileRefused` with every problem by its line."""
    reader = Reader(file, columns, lines)
    reader.needs(columns[0])
    named = [name for name in LEVELS if name in columns[1:]]
    if not named and len(columns) != 2:
        reader.find(
            1, "", "no_level", f"Which column is the index? Call it one of {', '.join(LEVELS)}."
        )
    reader.sound()
    column = named[0] if named else columns[1]
    found: dict[date, float] = {}
    for line, cells in lines:
        day = reader.day(line, columns[0], cells[columns[0]])
        level = reader.number(line, column, cells[column]) if cells[column] else None
        if level is not None and level <= 0:
            reader.find(line, column, "level_not_positive", "An index is more than nothing.")
        if day in found:
            reader.find(line, columns[0], "duplicate_date", f"{day} stands there twice.")
        if day and level is not None:
            found[day] = level
    reader.sound()
    days = tuple(sorted(found))
    return Index(days, tuple(found[day] for day in days))
