"""Commitments from a file, and what is expected of each fund."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from qazyna.errors import InvariantBroken, Refused
from qazyna.office.table import Findings, Line
from qazyna.programme.pacing.model import Commitment, Model
from qazyna.programme.pacing.plan import Expected
from qazyna.programme.terms import plain_decimal
from qazyna.programme.terms_file import read_cents, read_day, read_number

REQUIRED: Final = ("id", "commitment", "started_on")
MONEY: Final = ("called", "distributed", "recallable", "nav")
RATES: Final = ("growth", "yield", "recallable_share", "target_irr")
OTHERS: Final = (
    "currency",
    "life_years",
    "calls_years",
    "contribution_rates",
    "bow",
    "target_tvpi",
)
OPTIONAL: Final = (*MONEY, *RATES, *OTHERS)

EXAMPLE: Final = Model(
    life_years=12,
    contribution_rates=(Decimal("0.25"), Decimal("1") / 3, Decimal("0.5")),
    growth=Decimal("0.13"),
    bow=Decimal("2.5"),
)
"""The fund of Takahashi and Alexander's own example: what is assumed where nobody says more."""

MOST_YEARS: Final = 50


def read_commitments(
    file: str, columns: Sequence[str], rows: Sequence[Line], as_of: date
) -> list[Expected]:
    """The commitments, each once. Raises `FileRefused` with every problem by its line."""
    findings = Findings(file, len(rows))
    if rows:
        findings.header(columns, REQUIRED, OPTIONAL)
    else:
        findings.add(1, "", "no_rows", "The file has no commitments.")
    findings.stop()
    found = [_Row(findings, line, cells).expected() for line, cells in rows]
    seen: dict[str, int] = {}
    for line, cells in rows:
        if cells["id"] and seen.setdefault(cells["id"], line) != line:
            what = f"“{cells['id'][:40]}” stands on line {seen[cells['id']]} already."
            findings.add(line, "id", "duplicate", what)
    for (line, _), each in zip(rows, found, strict=True):
        if each and each.commitment.started_on > as_of and each.commitment.called:
            what = f"Something was called, and it begins only after {as_of}."
            findings.add(line, "started_on", "dates_out_of_order", what)
    findings.stop()
    return [each for each in found if each]


class _Row:
    """One row, cell by cell; each problem noted where it stands."""

    def __init__(self, findings: Findings, line: int, cells: Mapping[str, str]) -> None:
        self.findings = findings
        self.line = line
        self.cells = cells
        self.before = len(findings)

    def expected(self) -> Expected | None:
        commitment, model, assumed = self._commitment(), self._model(), []
        target_irr, target_tvpi = self._rate("target_irr"), self._number("target_tvpi")
        if self._said("growth") and self._said("target_irr"):
            self._find("growth", "contradiction", "The growth is the IRR: say one of the two.")
        growth = self._rate("growth") if self._said("growth") else target_irr
        free = target_tvpi is not None and growth is None and self._said("bow")
        if self._said("bow") and target_tvpi is not None and growth is not None:
            what = "Growth and bow make the multiple: leave one of the three to be found."
            self._find("bow", "contradiction", what)
        if len(self.findings) > self.before:
            return None
        if commitment is None or model is None:
            raise InvariantBroken(f"line {self.line} is neither sound nor found wanting")
        if growth is not None:
            model = replace(model, growth=growth)
        elif not free:
            assumed.append(f"growth {EXAMPLE.growth}")
        if not self._said("bow") and target_tvpi is None:
            assumed.append(f"bow {EXAMPLE.bow}")
        if not self._said("life_years"):
            assumed.append(f"a life of {EXAMPLE.life_years} years")
        if not self._said("contribution_rates"):
            assumed.append("the rates of contribution")
        return Expected(commitment, model, target_irr, target_tvpi, free, tuple(assumed))

    def _commitment(self) -> Commitment | None:
        if not self.cells["id"]:
            self._find("id", "missing", "A commitment has a name of its own.")
        amount = read_cents(self.findings, self.line, "commitment", self.cells["commitment"])
        if amount == 0:
            self._find("commitment", "bad_number", "A commitment is more than nothing.")
        started = read_day(self.findings, self.line, "started_on", self.cells["started_on"])
        money = {
            name: read_cents(self.findings, self.line, name, self.cells.get(name) or "0")
            for name in MONEY
        }
        if amount is None or started is None or None in money.values():
            return None
        found = Commitment(
            id=self.cells["id"],
            currency=self.cells.get("currency", ""),
            amount=amount,
            started_on=started,
            **{name: cents or 0 for name, cents in money.items()},
        )
        if found.recallable > min(found.called, found.distributed):
            what = "Only what was called, and given back, can be called again."
            self._find("recallable", "contradiction", what)
        elif found.unfunded < 0:
            what = "More was called than was promised and given back to be called again."
            self._find("called", "above_commitment", what)
        return found

    def _model(self) -> Model | None:
        life = self._years("life_years", EXAMPLE.life_years)
        until = self._years("calls_years", 0)
        rates = self._rates()
        bow = self._number("bow") if self._said("bow") else EXAMPLE.bow
        again, yields = self._rate("recallable_share"), self._rate("yield")
        if life is None or until is None or rates is None or bow is None:
            return None
        if until > life:
            self._find("calls_years", "contradiction", f"A fund of {life} years calls no longer.")
        return Model(
            life_years=life,
            contribution_rates=rates,
            growth=EXAMPLE.growth,
            bow=bow,
            yield_rate=yields or Decimal(0),
            calls_years=until or None,
            recallable_share=again or Decimal(0),
        )

    def _rates(self) -> tuple[Decimal, ...] | None:
        if not self._said("contribution_rates"):
            return EXAMPLE.contribution_rates
        found = []
        for text in self.cells["contribution_rates"].split():
            rate = self._number("contribution_rates", text)
            if rate is None:
                return None
            if rate > 1:
                self._find("contribution_rates", "bad_number", f"{text} is more than all.")
            found.append(rate)
        return tuple(found)

    def _years(self, column: str, otherwise: int) -> int | None:
        if not self._said(column):
            return otherwise
        text = self.cells[column]
        if text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= MOST_YEARS:
            return int(text)
        self._find(column, "bad_number", f"Write whole years, from 1 to {MOST_YEARS}.")
        return None

    def _rate(self, column: str) -> Decimal | None:
        if not self._said(column):
            return None
        found = self._number(column)
        if found is not None and found > 1:
            self._find(column, "bad_number", "Write a fraction between 0 and 1, as 0.13.")
        return found

    def _number(self, column: str, text: str | None = None) -> Decimal | None:
        if text is None and not self._said(column):
            return None
        given = self.cells[column] if text is None else text
        return read_number(self.findings, self.line, column, given, "a plain number")

    def _said(self, column: str) -> bool:
        return bool(self.cells.get(column))

    def _find(self, column: str, code: str, message: str) -> None:
        self.findings.add(self.line, column, code, message)


def one_currency(expected: Sequence[Expected], liquid: str | None) -> dict[str, int]:
    """The liquid amount under the currency of the commitments; refuses what cannot be compared."""
    if liquid is None:
        return {}
    currencies = {each.commitment.currency for each in expected}
    if len(currencies) > 1:
        raise Refused(
            "several_currencies",
            "One liquid amount cannot stand beside commitments in several currencies: "
            f"{', '.join(sorted(currencies))}.",
        )
    amount = plain_decimal(liquid, "an amount of money").scaleb(2)
    if amount != amount.to_integral_value():
        raise Refused("wrong_scale", f"{liquid} has more than two decimals: money is in cents.")
    return dict.fromkeys(currencies, int(amount))


def a_rate(text: str) -> Decimal:
    """A rate a year, as a fraction."""
    found = plain_decimal(text, "a rate a year")
    if found > 1:
        raise Refused("bad_number", f"{text} is no rate between 0 and 1: write 15 % as 0.15.")
    return found
