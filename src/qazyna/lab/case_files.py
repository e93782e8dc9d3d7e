"""Files of what governments were reported to have sold and bought, read row by row.

Three layouts, those of `data/government_sales`: the tracker's list of United States sales, the
table of disposals compiled from press, and the reported purchases. A blank cell was not reported.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

Cells: TypeAlias = Mapping[str, str]

_TOTAL = re.compile(r"running total ([\d,]+)")
_COST = re.compile(r"cost about ([\d.]+)m USD")


@dataclass(frozen=True, slots=True)
class Sale:
    """One disposal as reported; `proceeds` and `on` are None where none is.

    `since` is the first day of a sale that took several; `on` the last, or the only one.
    """

    country: str
    authority: str
    asset: str
    quantity: Decimal
    since: date | None
    on: date | None
    proceeds: Decimal | None
    currency: str
    how: str
    note: str
    source: str

    @property
    def is_done(self) -> bool:
        """Whether it was sold, on a known day for a known sum."""
        return self.on is not None and self.proceeds is not None


@dataclass(frozen=True, slots=True)
class Purchase:
    """One purchase as reported, made on a day or within a month."""

    when: str
    """As reported: `2021-09`, or `2022-05-09`."""
    since: date
    until: date
    quantity: Decimal
    price: Decimal | None
    """On average, in dollars."""
    cost: Decimal | None
    running: Decimal | None
    """All that was bought by then, as reported."""
    note: str
    source: str

    @property
    def of_one_day(self) -> bool:
        return self.since == self.until

    def within(self, other: "Purchase") -> bool:
        """Whether a month's figure already counts it."""
        return self.of_one_day and not other.of_one_day and other.since <= self.since <= other.until


def tracked(rows: Iterable[Cells]) -> list[Sale]:
    """Sales of the United States as the tracker lists them, and what it lists as unsold."""
    return [
        Sale(
            country="US",
            authority="",
            asset="BTC",
            quantity=Decimal(row["btc"]),
            since=None,
            on=_day(row["date_iso_normalised"]),
            proceeds=_number(row["usd"]),
            currency="USD",
            how="",
            note=row["title"],
            source=row["url"],
        )
        for row in rows
    ]


def compiled(rows: Iterable[Cells]) -> list[Sale]:
    """Disposals of several countries as press tells them."""
    return [
        Sale(
            country=row["country"],
            authority=row["authority"],
            asset=row["asset"],
            quantity=Decimal(row["quantity"]),
            since=_day(row["date_start"]),
            on=_day(row["date_end"]),
            proceeds=_number(row["proceeds"]),
            currency=row["currency"],
            how=row["method"],
            note="; ".join(each for each in (row["note"], row["source_quality"]) if each),
            source=row["source"],
        )
        for row in rows
    ]


def purchases(rows: Iterable[Cells]) -> list[Purchase]:
    """Purchases as press tells them: a row has an average price, a cost, or neither."""
    found = []
    for row in rows:
        since, until = _span(row["date"])
        cost, total = _COST.search(row["note"]), _TOTAL.search(row["note"])
        found.append(
            Purchase(
                when=row["date"],
                since=since,
                until=until,
                quantity=Decimal(row["btc"]),
                price=_number(row["avg_usd_price"]),
                cost=Decimal(cost[1]) * 1_000_000 if cost else None,
                running=Decimal(total[1].replace(",", "")) if total else None,
                note=row["note"],
                source=row["source"],
            )
        )
    return found


def _day(text: str) -> date | None:
    """A whole day; a year alone, or nothing, is none."""
    return date.fromisoformat(text) if len(text) == len("2021-09-06") else None


def _span(text: str) -> tuple[date, date]:
    day = _day(text)
    if day:
        return day, day
    year, month = map(int, text.split("-"))
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None
