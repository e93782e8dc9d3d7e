"""A register as any model could have known it: what was seized, when, and what a court decided.

What one State then did with it is known too, and counts only for a model that does the same. No
law is asked here: custodians, addresses and permitted mechanisms are one State's own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import count

from pydantic import TypeAdapter, ValidationError

from qazyna.clock import day as read_day
from qazyna.errors import Refused
from qazyna.history.rows import COLUMNS, OPTIONAL, OUTCOMES
from qazyna.money import ASSETS, Asset
from qazyna.office.table import Findings, Line
from qazyna.plan import Name, Segment
from qazyna.seizure.case import may_name_a_case

_CASE: TypeAdapter[str] = TypeAdapter(Name)
_REF: TypeAdapter[str] = TypeAdapter(Segment)
_QUOTED = ("crypto", "currency", "gold")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What one State did with a holding: how, when, and the gross proceeds in a currency."""

    disposal: str
    on: date
    currency: str
    proceeds: int
    costs: int


@dataclass(frozen=True, slots=True)
class Holding:
    """One row: so much of one asset, seized on a day, and what was decided on it.

    `final_on` is None where the register does not say when.
    """

    line: int
    case: str
    ref: str
    asset: Asset
    amount: int
    seized_on: date
    outcome: str
    final_on: date | None
    recorded: Recorded | None
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Register:
    """Holdings in the order in which they were seized, then of the file."""

    name: str
    holdings: tuple[Holding, ...]

    @property
    def assets(self) -> tuple[str, ...]:
        """The codes of everything in it, in the order met."""
        return tuple(dict.fromkeys(each.asset.code for each in self.holdings))

    @property
    def first(self) -> date:
        return self.holdings[0].seized_on


def read(name: str, columns: Iterable[str], rows: Iterable[Line]) -> Register:
    """The register of a file; refused with every problem at once."""
    lines = tuple(rows)
    findings = Findings(name, len(lines))
    findings.header(columns, COLUMNS, OPTIONAL)
    findings.stop()
    taken: dict[str, set[str]] = {}
    for _, cells in lines:
        taken.setdefault(cells["case_id"], set()).add(cells.get("holding_ref", ""))
    reader = _Reader(findings, taken)
    found = [holding for line, cells in lines if (holding := reader.read(line, cells))]
    findings.stop()
    return of(name, found)


def of(name: str, holdings: Iterable[Holding]) -> Register:
    """The register of holdings that were read elsewhere."""
    return Register(name, tuple(sorted(holdings, key=lambda each: (each.seized_on, each.line))))


class _Reader:
    def __init__(self, findings: Findings, taken: dict[str, set[str]]) -> None:
        self.findings = findings
        self._taken = taken
        self._numbers: dict[str, count[int]] = {}
        self._used: dict[tuple[str, str], int] = {}

    def read(self, line: int, cells: dict[str, str]) -> Holding | None:
        before = len(self.findings)
        for column in ("case_id", "asset", "quantity", "seized_on", "outcome"):
            if not cells[column]:
                self.findings.add(line, column, "missing_value", f"Every row needs its {column}.")
        self._names(line, cells)
        asset, amount = self._quantity(line, cells)
        seized_on = self._day(line, "seized_on", cells)
        final_on = self._day(line, "final_on", cells)
        disposed_on = self._day(line, "disposed_on", cells)
        outcome = cells["outcome"]
        if outcome and outcome not in OUTCOMES:
            what = f"“{outcome[:40]}” is no outcome; there are {', '.join(OUTCOMES)}."
            self.findings.add(line, "outcome", "unknown_outcome", what)
        for column, later in (("final_on", final_on), ("disposed_on", disposed_on)):
            if seized_on and later and later < seized_on:
                what = f"{column} ({later}) lies before seized_on ({seized_on})."
                self.findings.add(line, column, "dates_out_of_order", what)
        recorded = self._recorded(line, cells, disposed_on)
        if len(self.findings) > before or asset is None or seized_on is None:
            return None
        ref = self._name(cells["case_id"], cells.get("holding_ref", ""))
        assumed = tuple(cells.get("assumed", "").replace(";", " ").replace(",", " ").split())
        return Holding(
            line,
            cells["case_id"],
            ref,
            asset,
            amount,
            seized_on,
            outcome,
            final_on,
            recorded,
            assumed,
        )

    def _names(self, line: int, cells: dict[str, str]) -> None:
        """A case and a holding must be able to name a book."""
        try:
            may_name_a_case(cells["case_id"])
        except Refused as no:
            self.findings.refused(line, "case_id", no)
        for column, kind in (("case_id", _CASE), ("holding_ref", _REF)):
            if cells.get(column):
                try:
                    kind.validate_python(cells[column])
                except ValidationError:
                    what = (
                        f"{column} is one short line that can name a book: no slash in a holding."
                    )
                    self.findings.add(line, column, "bad_reference", what)

    def _name(self, case: str, ref: str) -> str:
        """A holding of its own for each row: a part of one is followed by itself."""
        if not ref:
            numbers = self._numbers.setdefault(case, count(1))
            ref = next(name for number in numbers if (name := str(number)) not in self._taken[case])
        used = self._used[case, ref] = self._used.get((case, ref), 0) + 1
        return ref if used == 1 else f"{ref}.{used}"

    def _quantity(self, line: int, cells: dict[str, str]) -> tuple[Asset | None, int]:
        asset = ASSETS.get(cells["asset"])
        if asset is None or asset.klass not in _QUOTED:
            if cells["asset"]:
                what = f"No asset {cells['asset'][:40]!r} is known here. Known are "
                self.findings.add(line, "asset", "unknown_asset", what + f"{', '.join(ASSETS)}.")
            return None, 0
        try:
            return asset, asset.amount(cells["quantity"]) if cells["quantity"] else 0
        except Refused as no:
            self.findings.refused(line, "quantity", no)
            return asset, 0

    def _day(self, line: int, column: str, cells: dict[str, str]) -> date | None:
        if not cells[column]:
            return None
        try:
            return read_day(cells[column])
        except Refused as no:
            self.findings.refused(line, column, no)
            return None

    def _recorded(self, line: int, cells: dict[str, str], on: date | None) -> Recorded | None:
        disposal = cells["disposal"]
        if not disposal or on is None:
            return None
        if not cells["proceeds"]:
            return Recorded(disposal, on, "", 0, 0)
        currency = ASSETS.get(cells["proceeds_currency"])
        if currency is None or currency.klass != "currency":
            what = "Proceeds need the currency they are in, one that is known here."
            self.findings.add(line, "proceeds_currency", "proceeds_missing", what)
            return None
        try:
            proceeds = currency.amount(cells["proceeds"])
            costs = currency.amount_or_zero(cells.get("costs", "") or "0")
        except Refused as no:
            self.findings.refused(line, "proceeds", no)
            return None
        return Recorded(disposal, on, currency.code, proceeds, costs)
