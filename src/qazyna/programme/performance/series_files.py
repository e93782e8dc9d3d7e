"""Files of returns: one row a period, one column a series, simple returns as fractions.

    date, HF-1, HF-2, …       the first column is the day, 2026-01-31, or the month, 2026-01; a cell
                              is empty before a series begins and after it ends, nowhere between

A file is read whole or refused with every problem by its line. Rows may stand in any order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

import numpy as np

from qazyna.errors import Refused
from qazyna.programme.performance.arrays import Array
from qazyna.programme.performance.cells import Line, Reader

BY_CALENDAR: Final[Mapping[int, int]] = {12: 1, 6: 2, 4: 3, 2: 6, 1: 12}
"""periods in a year -> months in a period, where a period is of months"""

SLACK_DAYS: Final = 10
"""Markets are closed that long at most: a longer hole between days is a gap."""


@dataclass(frozen=True, slots=True)
class Returns:
    """Series of one file: T days in their order, M names, and the (T, M) matrix of returns."""

    days: tuple[date, ...]
    names: tuple[str, ...]
    matrix: Array

    def column(self, name: str) -> Array:
        return self.matrix[:, self.names.index(name)]

    def without(self, name: str) -> "Returns":
        kept = [at for at, each in enumerate(self.names) if each != name]
        names = tuple(self.names[at] for at in kept)
        return Returns(self.days, names, self.matrix[:, kept])


def read_returns(
    file: str, columns: Sequence[str], lines: Sequence[Line], periods: float
) -> Returns:
    """A file of returns. Raises `FileRefused` with every problem by its line."""
    reader = Reader(file, columns, lines)
    first, *names = columns
    reader.needs(first)
    if not names:
        reader.find(1, "", "no_series", "Beside the date stands no column: add one a series.")
        reader.sound()
    rows: list[tuple[date, int, Mapping[str, str]]] = []
    seen: dict[date, int] = {}
    for line, cells in lines:
        day = reader.day(line, first, cells[first])
        if day in seen:
            reader.find(line, first, "duplicate_date", f"{day} stands on line {seen[day]} already.")
        elif day:
            seen[day] = line
            rows.append((day, line, cells))
    rows.sort(key=lambda row: row[0])
    matrix = np.full((len(rows), len(names)), np.nan)
    for at, (_, line, cells) in enumerate(rows):
        matrix[at] = [_return(reader, line, name, cells[name]) for name in names]
    _gaps(reader, first, rows, periods)
    _holes(reader, rows, names, matrix)
    reader.sound()
    return Returns(tuple(day for day, _, _ in rows), tuple(names), matrix)


def _return(reader: Reader, line: int, name: str, text: str) -> float:
    if not text:
        return np.nan
    found = reader.number(line, name, text)
    if found is not None and found < -1:
        reader.find(
            line,
            name,
            "below_minus_one",
            f"{text} loses more than everything: returns are fractions, -1.5 % is -0.015.",
        )
    return 0.0 if found is None else found


def _gaps(
    reader: Reader,
    column: str,
    rows: Sequence[tuple[date, int, Mapping[str, str]]],
    periods: float,
) -> None:
    """No period left out: no two rows half a period further apart than a period is long."""
    longest = 1.5 * 365.25 / periods
    if periods not in BY_CALENDAR:
        longest = max(longest, SLACK_DAYS if periods > 52 else longest)
    for (before, _, _), (day, line, _) in pairwise(rows):
        if (days := (day - before).days) > longest:
            reader.find(
                line,
                column,
                "gap",
                f"{days} days lie between {before} and {day}, too many at {periods:g} periods a "
                "year: add the rows that are missing, or say --periods.",
            )


def _holes(
    reader: Reader,
    rows: Sequence[tuple[date, int, Mapping[str, str]]],
    names: Sequence[str],
    matrix: Array,
) -> None:
    """Once begun a series goes on to its end, and each has a value at all."""
    there = ~np.isnan(matrix)
    begun = np.logical_or.accumulate(there, axis=0)
    to_come = np.logical_or.accumulate(there[::-1], axis=0)[::-1]
    for at, column in np.argwhere(begun & to_come & ~there):
        reader.find(
            rows[at][1],
            names[column],
            "missing_value",
            f"{names[column]} has no return here, and has some before and after: fill it in, or "
            "begin the series after it.",
        )
    for column in np.flatnonzero(~there.any(axis=0)) if len(rows) else ():
        name = names[int(column)]
        reader.find(1, name, "empty_series", f"{name} has no return at all.")


def aligned(benchmark: Returns, days: Sequence[date], periods: float) -> Array:
    """The benchmark's returns on these days; of the same month, quarter … where a period is one.

    NaN where it has none. Raises `Refused` where it has none of them.
    """
    its, asked = _periods_of(benchmark.days, periods), _periods_of(days, periods)
    if its is None or asked is None:
        its, asked = list(benchmark.days), list(days)
    known = dict(zip(its, benchmark.matrix[:, 0].tolist(), strict=True))
    found = np.array([known.get(key, np.nan) for key in asked], dtype=np.float64)
    if np.isnan(found).all():
        raise Refused(
            "no_common_days",
            f"The benchmark has no return in any period of the series: it runs from "
            f"{benchmark.days[0]} to {benchmark.days[-1]}, they from {days[0]} to {days[-1]}.",
        )
    return found


def _periods_of(days: Sequence[date], periods: float) -> list[object] | None:
    """The period of the calendar that each day ends; None if that tells them not apart."""
    months = BY_CALENDAR.get(int(periods)) if periods == int(periods) else None
    if months is None:
        return None
    found: list[object] = [(day.year, (day.month - 1) // months) for day in days]
    return found if len(set(found)) == len(days) else None
