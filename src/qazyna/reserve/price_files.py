"""Price files: four layouts read into rows, every problem reported by its line.

Three are public series as their publishers lay them out; the fourth is the long form, for any:

    date, asset, price, currency, source[, frequency]      one unit of asset costs price currency
    Date, USD, JPY, …                                      euro reference rates: the price of 1 EUR
    Date, Price                                            a monthly average
    date, open, high, low, close, …                        a daily close

The last two do not say what they price, so their file's name must: `btc_usd_daily.csv`. A monthly
average is dated at its month's end, for it is not known before.
"""

import csv
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, TypeAlias

from qazyna.clock import month_end
from qazyna.errors import FileRefused, Finding
from qazyna.money import Asset
from qazyna.reserve.prices import Row

LONG_FORM: Final = ("date", "asset", "price", "currency", "source")
AVERAGE: Final = "a monthly average, dated at its month's end"
QUOTED: Final = ("currency", "gold", "crypto")
"""Classes that have prices; funds have NAVs, and those are stated by their administrators."""

_PLAIN = re.compile(r"\d{1,30}(\.\d{1,30})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NAMED = re.compile(r"([A-Za-z]+)_([A-Za-z]+)(?![A-Za-z])")
_COMMON_NAMES: Final = {"GOLD": "XAU"}
_MISSING: Final = frozenset({"", "N/A"})

Series: TypeAlias = tuple[str, str, date, date, int]
"""asset, currency, first day, last day, how many observations"""


@dataclass(frozen=True, slots=True)
class PriceFile:
    """What a file holds: its rows in the order of its lines, and what is wrong with it."""

    file: str
    lines: int
    """Lines below the heading."""
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]

    @property
    def series(self) -> tuple[Series, ...]:
        """What is in it, one line a series."""
        days: dict[tuple[str, str], list[date]] = {}
        for row in self.rows:
            days.setdefault((row.asset, row.currency), []).append(row.on)
        return tuple(
            (asset, currency, min(on), max(on), len(on)) for (asset, currency), on in days.items()
        )

    def sound(self) -> "PriceFile":
        """Itself; refused whole when anything is wrong with it."""
        if self.findings:
            raise FileRefused(self.file, self.lines, self.findings)
        return self


def read(
    file: str,
    lines: Iterable[str],
    known: Mapping[str, Asset],
    pair: tuple[str, str] | None = None,
    today: date = date.max,
) -> PriceFile:
    """Read a file of prices to its end. `pair` says what is priced where its name does not, and
    nothing after `today` can be known."""
    reader = _Reader(file, known, pair, today)
    reader.read(lines)
    return PriceFile(file, reader.count, tuple(reader.rows.values()), tuple(reader.findings))


Cells: TypeAlias = list[str]


@dataclass(slots=True)
class _Reader:
    file: str
    known: Mapping[str, Asset]
    pair: tuple[str, str] | None
    today: date
    count: int = 0
    rows: dict[tuple[str, str, date], Row] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    line: int = 1

    def read(self, lines: Iterable[str]) -> None:
        reader = csv.reader(lines, strict=True)
        try:
            heading = [cell.strip() for cell in next(reader, [])]
            take = self._layout([cell.removeprefix("\ufeff") for cell in heading])
            if take is None:
                return
            for cells in reader:
                self.line = reader.line_num
                if not any(cells):
                    continue
                self.count += 1
                if len(cells) != len(heading):
                    self._say(
                        "",
                        "wrong_columns",
                        f"{len(cells)} cells under {len(heading)} headings: is the line whole?",
                    )
                    continue
                take([cell.strip() for cell in cells])
        except csv.Error as error:
            self.line = reader.line_num
            self._say("", "unreadable", f"This line cannot be read as CSV: {error}.")
        if not self.count and not self.findings:
            self._say("", "empty_file", "There is nothing below the heading.")

    def _layout(self, heading: Cells) -> Callable[[Cells], None] | None:
        lower = tuple(cell.lower() for cell in heading)
        if lower[:5] == LONG_FORM and lower[5:] in ((), ("frequency",)):
            return self._long
        if lower[:1] == ("date",) and "USD" in heading[1:]:
            return self._rates(heading)
        if lower == ("date", "price"):
            return self._one_series(1, "Price", monthly=True)
        if lower[:5] == ("date", "open", "high", "low", "close"):
            return self._one_series(4, "close", monthly=False)
        if not any(heading):
            self._say("", "empty_file", "The file is empty.")
        else:
            self._say(
                "",
                "unknown_layout",
                f"The heading “{', '.join(heading)[:80]}” is none that is read here. "
                f"Write {', '.join(LONG_FORM)}.",
            )
        return None

    # the layouts

    def _long(self, cells: Cells) -> None:
        day, asset, price, currency, source = cells[:5]
        frequency = cells[5].lower() if len(cells) > 5 else ""
        on = self._day("date", day)
        value = self._price("price", price)
        good = self._quoted("asset", asset) & self._currency("currency", currency)
        if asset == currency:
            self._say("currency", "bad_price", f"{asset} is priced in itself.")
            good = False
        if not source:
            self._say("source", "no_source", "Who says so? Name the source of the price.")
            good = False
        if frequency not in ("", "daily", "monthly"):
            self._say("frequency", "bad_frequency", f"“{frequency}” is neither daily nor monthly.")
            good = False
        if good and on and value:
            self._keep("price", asset, currency, on, value, source, frequency == "monthly")

    def _rates(self, heading: Cells) -> Callable[[Cells], None]:
        columns = [
            (at, code)
            for at, code in enumerate(heading)
            if code != "EUR" and code in self.known and self.known[code].klass == "currency"
        ]
        source = f"{self.file}: euro reference rate"

        def take(cells: Cells) -> None:
            on = self._day("Date", cells[0])
            for at, code in columns:
                if cells[at] in _MISSING:
                    continue
                value = self._price(code, cells[at])
                if on and value:
                    self._keep(code, "EUR", code, on, value, source)

        return take

    def _one_series(self, at: int, column: str, monthly: bool) -> Callable[[Cells], None] | None:
        pair = self.pair or self._pair_of_name()
        if pair is None:
            self._say(
                "",
                "unnamed_series",
                "This layout does not say what it prices, so the file's name must: "
                "call it btc_usd_daily.csv, or use the long form.",
            )
            return None
        asset, currency = pair
        if not (self._quoted("", asset) & self._currency("", currency)):
            return None
        source = f"{self.file}: {'monthly average' if monthly else 'daily close'}"

        def take(cells: Cells) -> None:
            on = self._day("date", cells[0])
            value = self._price(column, cells[at])
            if on and value:
                self._keep(column, asset, currency, on, value, source, monthly)

        return take

    def _pair_of_name(self) -> tuple[str, str] | None:
        named = _NAMED.match(self.file.rpartition("/")[2])
        if not named:
            return None
        asset, currency = named[1].upper(), named[2].upper()
        return _COMMON_NAMES.get(asset, asset), currency

    # the cells

    def _day(self, column: str, text: str) -> date | None:
        try:
            if _DATE.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:
            pass
        self._say(column, "bad_date", f"“{text[:40]}” is not a date: write it as 2026-01-31.")
        return None

    def _price(self, column: str, text: str) -> Decimal | None:
        value = Decimal(text) if _PLAIN.fullmatch(text) else Decimal(0)
        if value:
            return value
        self._say(
            column,
            "bad_price",
            f"“{text[:40]}” is not a price: write plain digits with a point, more than nothing, "
            "no sign, no exponent, no separators of thousands.",
        )
        return None

    def _quoted(self, column: str, code: str) -> bool:
        found = self.known.get(code)
        if found is None:
            names = sorted(c for c, asset in self.known.items() if asset.klass in QUOTED)
            self._say(
                column,
                "unknown_asset",
                f"No asset “{code[:40]}” is known here. Known are {', '.join(names)}.",
            )
        elif found.klass not in QUOTED:
            self._say(
                column,
                "not_quoted",
                f"{code} has no market price: record its NAV as its administrator states it.",
            )
        return found is not None and found.klass in QUOTED

    def _currency(self, column: str, code: str) -> bool:
        found = self.known.get(code)
        if found is not None and found.klass == "currency":
            return True
        names = sorted(c for c, asset in self.known.items() if asset.klass == "currency")
        self._say(
            column,
            "unknown_currency",
            f"“{code[:40]}” is no currency known here. Known are {', '.join(names)}.",
        )
        return False

    def _keep(
        self,
        column: str,
        asset: str,
        currency: str,
        on: date,
        value: Decimal,
        source: str,
        monthly: bool = False,
    ) -> None:
        if monthly:
            on = month_end(on)
        if on > self.today:
            self._say(
                "date",
                "date_in_future",
                f"This price is of {on}, and today is {self.today}."
                + (" A monthly average is known at its month's end." if monthly else ""),
            )
        row = Row(asset, currency, on, value, source, AVERAGE if monthly else "")
        before = self.rows.setdefault((asset, currency, on), row)
        if before.price != value:
            self._say(
                column,
                "two_prices",
                f"{asset}/{currency} of {on} stands here at {value}, and above at {before.price}.",
            )

    def _say(self, column: str, code: str, message: str) -> None:
        self.findings.append(Finding(self.line, column, code, message))
