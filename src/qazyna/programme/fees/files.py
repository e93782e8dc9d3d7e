"""What a fee check is made of, from files: terms, NAVs, what was dealt, what was charged."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final, TypeVar, get_args

from qazyna.errors import InvariantBroken, Refused
from qazyna.office.table import Findings, Line
from qazyna.programme.fees.comparing import Charge
from qazyna.programme.fees.shadow import Dealing, Valuation
from qazyna.programme.fees.venture import Told
from qazyna.programme.fees.waterfall import Flow, Kind, Waterfall
from qazyna.programme.statements.figures import number
from qazyna.programme.terms import Terms, TermsFrom, VentureTerms
from qazyna.programme.terms_file import read_cents, read_day, read_number, read_versions

T = TypeVar("T")

_FACTS: Final = ("commitment", "currency")
KINDS: Final = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Fund:
    """Whose fees are checked: its terms, dated, and what was promised to it, in cents."""

    versions: tuple[TermsFrom, ...]
    commitment: int | None = None
    currency: str | None = None

    def terms_on(self, day: date) -> Terms:
        """The terms that applied that day; the first ones before it."""
        said = [each.terms for each in self.versions if each.since <= day]
        return said[-1] if said else self.versions[0].terms


def read_fund(file: str, said: Any, lines: Mapping[str, int]) -> Fund:
    """The terms, as they stand or by date. Raises `FileRefused` with every problem by its line.

    Beside terms that stand a file may say the `commitment` and the `currency`.
    """
    findings = Findings(file, 1)
    facts = said if isinstance(said, dict) else {}
    left = {key: value for key, value in facts.items() if key not in _FACTS}
    versions = read_versions(findings, left if isinstance(said, dict) else said, lines)
    commitment = None
    if "commitment" in facts:
        line = lines.get("commitment", 1)
        commitment = read_cents(findings, line, "commitment", facts["commitment"])
    findings.stop()
    currency = str(facts["currency"]) if "currency" in facts else None
    return Fund(versions, commitment, currency)


def read_valuations(file: str, columns: Sequence[str], rows: Sequence[Line]) -> list[Valuation]:
    """NAVs per unit by date. Raises `FileRefused` with every problem by its line."""
    findings = Findings(file, len(rows))

    def row(line: int, cells: Mapping[str, str]) -> Valuation | None:
        on = read_day(findings, line, "date", cells["date"])
        nav = _price(findings, line, "nav_per_unit", cells)
        gav = _price(findings, line, "gav_per_unit", cells) if cells.get("gav_per_unit") else None
        if nav is not None and gav is not None and gav < nav:
            what = "Before the performance fee a unit is worth no less than after it."
            findings.add(line, "gav_per_unit", "contradiction", what)
        return Valuation(on, nav, gav) if on and nav else None

    found = _read(findings, columns, rows, ("date", "nav_per_unit"), ("gav_per_unit",), row)
    _by_date(findings, rows, [each.on if each else None for each in found], strictly=True)
    return _sound(findings, found)


def read_dealings(
    file: str, columns: Sequence[str], rows: Sequence[Line], valuations: Sequence[Valuation]
) -> list[Dealing]:
    """Units issued (more than nothing) and redeemed (less), each on the day of a NAV."""
    findings = Findings(file, len(rows))
    days = {each.on for each in valuations}
    held = Decimal(0)

    def row(line: int, cells: Mapping[str, str]) -> Dealing | None:
        nonlocal held
        on = read_day(findings, line, "date", cells["date"])
        units = _signed(findings, line, "units", cells["units"])
        if on and on not in days:
            what = f"No NAV of {on} is among the NAVs: units are dealt at one."
            findings.add(line, "date", "no_nav", what)
        if units is None or on is None:
            return None
        if not units:
            findings.add(line, "units", "bad_number", "Nothing was dealt: leave the row out.")
        held += units
        if held < 0:
            findings.add(line, "units", "more_than_held", "More is redeemed than was held.")
        return Dealing(on, units)

    found = _read(findings, columns, rows, ("date", "units"), ("amount",), row)
    _by_date(findings, rows, [each.on if each else None for each in found])
    return _sound(findings, found)


def read_charges(file: str, columns: Sequence[str], rows: Sequence[Line]) -> list[Charge]:
    """What was charged, period by period; `from` and `to` are the first and the last day."""
    findings = Findings(file, len(rows))

    def row(line: int, cells: Mapping[str, str]) -> Charge | None:
        since = read_day(findings, line, "from", cells["from"])
        until = read_day(findings, line, "to", cells["to"])
        if since and until and until < since:
            findings.add(line, "to", "dates_out_of_order", f"It ends before {since}.")
        fees = [
            _signed(findings, line, name, cells[name]) if cells.get(name) else None
            for name in ("management_fee", "performance_fee")
        ]
        if not since or not until:
            return None
        return Charge(since - timedelta(days=1), until, *fees)

    optional = ("management_fee", "performance_fee")
    found = _read(findings, columns, rows, ("from", "to"), optional, row)
    told = [(line, each) for (line, _), each in zip(rows, found, strict=True) if each]
    told.sort(key=lambda pair: (pair[1].since, pair[1].until))
    for (_, earlier), (line, later) in pairwise(told):
        if later.since < earlier.until:
            what = f"It overlaps with the period that ends on {earlier.until}."
            findings.add(line, "from", "overlap", what)
    return _sound(findings, found)


def read_flows(file: str, columns: Sequence[str], rows: Sequence[Line], fund: Fund) -> list[Told]:
    """Flows of a venture fund, each as its waterfall can take it."""
    findings = Findings(file, len(rows))

    def row(line: int, cells: Mapping[str, str]) -> Told | None:
        on = read_day(findings, line, "date", cells["date"])
        kind = next((known for known in KINDS if known == cells["kind"]), None)
        if kind is None:
            findings.add(line, "kind", "bad_value", f"Known are {', '.join(KINDS)}.")
        amount = read_cents(findings, line, "amount", cells["amount"] or "0")
        carry = None
        if cells.get("carry"):
            told = _signed(findings, line, "carry", cells["carry"])
            carry = None if told is None else int(told.scaleb(2))
        if on is None or amount is None or kind is None:
            return None
        return Told(Flow(on, kind, amount, cells.get("deal", "")), carry)

    found = _read(findings, columns, rows, ("date", "kind", "amount"), ("deal", "carry"), row)
    if not findings.found and rows:
        last = fund.terms_on(max(each.flow.on for each in found if each))
        waterfall = Waterfall(last.venture or VentureTerms(), fund.commitment)
        for (line, _), each in zip(rows, found, strict=True):
            try:
                if each:
                    waterfall.take(each.flow)
            except Refused as no:
                findings.refused(line, "kind", no)
                break
    return _sound(findings, found)


def _read(
    findings: Findings,
    columns: Sequence[str],
    rows: Sequence[Line],
    required: Sequence[str],
    optional: Sequence[str],
    row: Callable[[int, Mapping[str, str]], T | None],
) -> list[T | None]:
    if rows:
        findings.header(columns, required, optional)
    else:
        findings.add(1, "", "no_rows", "The file has no rows.")
    findings.stop()
    return [row(line, cells) for line, cells in rows]


def _sound(findings: Findings, found: Sequence[T | None]) -> list[T]:
    findings.stop()
    sound = [each for each in found if each is not None]
    if len(sound) < len(found):
        raise InvariantBroken(f"{findings.file}: a row is neither sound nor found wanting")
    return sound


def _by_date(
    findings: Findings, rows: Sequence[Line], days: Sequence[date | None], strictly: bool = False
) -> None:
    last: date | None = None
    for (line, _), day in zip(rows, days, strict=True):
        if last and day and (day < last or (strictly and day == last)):
            what = f"{day} stands after {last}: " + (
                "each day once." if day == last else "sort by date."
            )
            findings.add(line, "date", "duplicate" if day == last else "out_of_order", what)
        last = day or last


def _price(findings: Findings, line: int, column: str, cells: Mapping[str, str]) -> Decimal | None:
    found = read_number(findings, line, column, cells[column], "a NAV per unit")
    if found is not None and not found:
        findings.add(line, column, "bad_number", "A NAV per unit is more than nothing.")
        return None
    return found


def _signed(findings: Findings, line: int, column: str, text: str) -> Decimal | None:
    try:
        return number(text)
    except Refused as no:
        findings.refused(line, column, no)
        return None
