"""A dealing date from files: the fund's terms and NAV, and what every investor asked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from qazyna.errors import InvariantBroken
from qazyna.office.table import Findings, Line
from qazyna.programme.gate import Request, gate
from qazyna.programme.terms import Terms
from qazyna.programme.terms_file import in_cents, read_cents, read_day, read_terms

REQUIRED: Final = ("id", "amount")
OPTIONAL: Final = ("requested_on", "carried", "investor", "holding")
_FACTS: Final = ("nav", "dealing_date", "side_pocket_value")
_YES_NO: Final = {"": False, "false": False, "no": False, "true": True, "yes": True}


@dataclass(frozen=True, slots=True)
class Dealing:
    """What a fund's dealing date is judged by."""

    terms: Terms
    on: date
    nav: int
    side_pocket: int


def read_dealing(file: str, said: Any, lines: Mapping[str, int]) -> Dealing:
    """The fund on its dealing date. Raises `FileRefused` with every problem by its line.

    Beside its terms the file says its `nav`, its `dealing_date`, and what of the NAV lies in a side
    pocket (`side_pocket_value`).
    """
    findings = Findings(file, 1)
    facts = said if isinstance(said, dict) else {}
    left = {key: value for key, value in facts.items() if key not in _FACTS}
    terms = read_terms(findings, left if isinstance(said, dict) else said, lines)
    nav = on = None
    if isinstance(said, dict):
        for name in ("nav", "dealing_date"):
            if name not in facts:
                findings.add(1, name, "missing", f"The file does not say its {name}.")
        if "nav" in facts:
            nav = read_cents(findings, lines.get("nav", 1), "nav", facts["nav"])
        if "dealing_date" in facts:
            line = lines.get("dealing_date", 1)
            on = read_day(findings, line, "dealing_date", facts["dealing_date"])
    line = lines.get("side_pocket_value", 1)
    pocket = read_cents(findings, line, "side_pocket_value", facts.get("side_pocket_value", "0"))
    if nav is not None and pocket is not None and pocket > nav:
        findings.add(
            line, "side_pocket_value", "side_pocket_too_large", "It is more than the whole NAV."
        )
    findings.stop()
    if terms is None or on is None or nav is None or pocket is None:
        raise InvariantBroken(f"{file}: something is missing, and no problem was found")
    return Dealing(terms, on, nav, pocket)


def read_requests(
    file: str, columns: Sequence[str], rows: Sequence[Line], dealing: Dealing
) -> list[Request]:
    """The requests, each once. Raises `FileRefused` with every problem by its line."""
    findings = Findings(file, len(rows))
    if rows:
        findings.header(columns, REQUIRED, OPTIONAL)
    findings.stop()
    found = [_request(findings, line, cells, dealing) for line, cells in rows]
    _each_once(findings, rows)
    _one_holding(findings, rows, found)
    findings.stop()
    return [each for each in found if each]


def _request(
    findings: Findings, line: int, cells: Mapping[str, str], dealing: Dealing
) -> Request | None:
    before = len(findings)
    terms = dealing.terms
    if not cells["id"]:
        findings.add(line, "id", "missing", "A request has a name of its own.")
    amount = read_cents(findings, line, "amount", cells["amount"])
    if amount == 0:
        findings.add(line, "amount", "bad_number", "A request is for more than nothing.")
    asked_on = None
    if cells.get("requested_on"):
        asked_on = read_day(findings, line, "requested_on", cells["requested_on"])
        if asked_on and asked_on > dealing.on:
            what = f"It was asked for after the dealing date, {dealing.on}."
            findings.add(line, "requested_on", "dates_out_of_order", what)
    elif terms.gate_rule == "fifo":
        what = "First come, first filled: the file must say when each was asked for."
        findings.add(line, "requested_on", "missing", what)
    if (carried := _YES_NO.get(cells.get("carried", "").lower())) is None:
        findings.add(line, "carried", "bad_value", "Write true or false.")
    holding = None
    if cells.get("holding"):
        holding = read_cents(findings, line, "holding", cells["holding"])
    elif terms.gate_level == "investor":
        what = "A gate on each investor: the file must say what each has in the fund."
        findings.add(line, "holding", "missing", what)
    if len(findings) > before:
        return None
    return Request(
        id=cells["id"],
        amount=amount or 0,
        requested_on=asked_on,
        carried=bool(carried),
        investor=cells.get("investor", ""),
        holding=holding,
    )


def _each_once(findings: Findings, rows: Iterable[Line]) -> None:
    seen: dict[str, int] = {}
    for line, cells in rows:
        name = cells["id"]
        if name and seen.setdefault(name, line) != line:
            what = f"“{name[:40]}” stands on line {seen[name]} already."
            findings.add(line, "id", "duplicate", what)


def _one_holding(findings: Findings, rows: Iterable[Line], found: Iterable[Request | None]) -> None:
    held: dict[str, Request] = {}
    asked: dict[str, int] = {}
    for (line, _), each in zip(rows, found, strict=True):
        if each is None or each.holding is None:
            continue
        whose = each.whose
        if held.setdefault(whose, each).holding != each.holding:
            what = f"Another request of {whose} says that it has another holding."
            findings.add(line, "holding", "contradiction", what)
        asked[whose] = asked.get(whose, 0) + each.amount
        if asked[whose] > each.holding:
            what = f"{whose} asks for more than it has in the fund."
            findings.add(line, "amount", "more_than_held", what)


def answer(dealing: Dealing, requests: Sequence[Request]) -> dict[str, Any]:
    """What that dealing date pays and carries over; a request stands where it has something."""
    found = gate(dealing.terms, requests, dealing.nav, dealing.side_pocket)
    return {
        "dealing_date": dealing.on.isoformat(),
        "cap": in_cents(found.cap),
        "requested": in_cents(sum(each.amount for each in requests)),
        "filled": _listed(requests, found.paid),
        "carried": _listed(requests, found.carried),
    }


def _listed(requests: Sequence[Request], amounts: Sequence[int]) -> list[dict[str, str]]:
    return [
        {"id": each.id, "amount": in_cents(amount)}
        for each, amount in zip(requests, amounts, strict=True)
        if amount
    ]
