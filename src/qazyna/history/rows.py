"""Rows of a register: each is checked to its end, and every problem noted by line and column.

What a row says is checked by the same functions that the rooms' own rules use; only here they are
asked one by one, so that one refusal does not hide the next. Most of a large file is sound, so what
is the same in many rows (a date, a custodian) is checked once.
"""

import re
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from hashlib import sha256

from qazyna.blueprint import Law
from qazyna.clock import day
from qazyna.disposition.interlocutory import INTERLOCUTORY, permitted
from qazyna.disposition.sale import (
    HOLD,
    before_finality,
    costs_within,
    is_money,
)
from qazyna.errors import Refused
from qazyna.money import Asset
from qazyna.office.table import Findings
from qazyna.plan import World
from qazyna.seizure import addresses
from qazyna.seizure.case import in_order, may_name_a_case
from qazyna.seizure.taking import holder, location_of, may_be_seized

COLUMNS = (
    "case_id",
    "asset",
    "quantity",
    "seized_on",
    "authority",
    "custodian",
    "address",
    "order_ref",
    "outcome",
    "final_on",
    "final_ref",
    "disposed_on",
    "disposal",
    "proceeds",
    "proceeds_currency",
    "note",
)
OPTIONAL = ("holding_ref", "control", "costs", "assumed")
OUTCOMES = ("pending", "forfeited", "returned", "restituted")

_KNOWN = frozenset(COLUMNS + OPTIONAL)
_NEEDED = ("case_id", "asset", "quantity", "seized_on", "authority", "outcome")
_NAME = re.compile(r"[^\s\x00-\x1f]([^\x00-\x1f]{0,118}[^\s\x00-\x1f])?")
_STEP = re.compile(r"[^\s/\x00-\x1f]([^/\x00-\x1f]{0,78}[^\s/\x00-\x1f])?")
_BETWEEN = re.compile(r"[\s;,]+")
_ANYTHING = Asset("what is seized", "crypto", 18, 10**18)
"""Stands in where the asset is unknown, so that a quantity like NaN is noted all the same."""
_LONGEST_NOTE = 4000


@dataclass(slots=True)
class Row:
    """A sound row: what it says, in the terms of the rooms."""

    line: int
    case: str
    ref: str
    asset: Asset
    amount: int
    seized_on: date
    authority: str
    control: str
    custodian: str
    location: tuple[str, str]
    """(class, detail): where it was when it was seized"""
    address: str
    order_ref: str
    outcome: str
    final_on: date | None
    final_ref: str
    disposed_on: date | None
    disposal: str
    currency: Asset | None
    proceeds: int
    costs: int
    note: str
    assumed: tuple[str, ...]
    digest: str

    @property
    def net(self) -> int:
        """What the sale left, in base units of its currency."""
        return self.proceeds - self.costs


class Reader:
    """Reads the rows of one file against one world."""

    def __init__(self, world: World, findings: Findings) -> None:
        self.world = world
        self.findings = findings
        self._dates: dict[str, date | Refused] = {"": Refused("", "")}
        self._laws: dict[date, Law | Refused] = {}
        self._places: dict[tuple[Law, str, str, str], tuple[str, str]] = {}
        self._assumed: dict[str, tuple[str, ...]] = {"": ()}

    def read(self, line: int, cells: dict[str, str]) -> Row | None:
        """The row, or None with all its problems noted."""
        findings = self.findings
        before = len(findings)
        case, outcome = cells["case_id"], cells["outcome"]
        for column in _NEEDED:
            if not cells[column]:
                self._missing(line, column)
        self._names(line, cells)
        asset, amount = self._quantity(line, cells)
        seized_on = self._date(line, "seized_on", cells)
        final_on = self._date(line, "final_on", cells)
        disposed_on = self._date(line, "disposed_on", cells)
        control = cells.get("control", "") or "custody"
        location = ("", "")
        if seized_on:
            if asset:
                location = self._location(line, cells, asset, seized_on, control)
            else:
                self._whereabouts(line, cells, seized_on, control)
            if final_on and final_on < seized_on:
                self._disorder(line, "final_on", seized_on, final_on)
            if disposed_on and disposed_on < seized_on:
                self._disorder(line, "disposed_on", seized_on, disposed_on)
        if asset and cells["address"]:
            try:
                addresses.check(asset.code, cells["address"])
            except Refused as no:
                findings.refused(line, "address", no)
        self._outcome(line, cells, final_on, disposed_on)
        if (
            disposed_on
            and (law := self._law(line, "disposed_on", disposed_on))
            and cells["disposal"]
        ):
            try:
                permitted(law, cells["disposal"])
            except Refused as no:
                findings.refused(line, "disposal", no)
        currency, proceeds, costs = self._money(line, cells, asset)
        assumed = self._columns(line, cells.get("assumed", ""))
        if len(findings) > before or asset is None or seized_on is None:
            return None
        ref, note = cells.get("holding_ref", ""), cells["note"]
        digest = sha256(
            "\x1f".join(
                (
                    case,
                    ref,
                    asset.code,
                    str(amount),
                    cells["seized_on"],
                    cells["authority"],
                    control,
                    cells["custodian"],
                    cells["address"],
                    cells["order_ref"],
                    outcome,
                    cells["final_on"],
                    cells["final_ref"],
                    cells["disposed_on"],
                    cells["disposal"],
                    currency.code if currency else "",
                    str(proceeds),
                    str(costs),
                    " ".join(assumed),
                    note,
                )
            ).encode()
        ).hexdigest()[:32]
        return Row(
            line,
            case,
            ref,
            asset,
            amount,
            seized_on,
            cells["authority"],
            control,
            cells["custodian"],
            location,
            cells["address"],
            cells["order_ref"],
            outcome,
            final_on,
            cells["final_ref"],
            disposed_on,
            cells["disposal"],
            currency,
            proceeds,
            costs,
            note,
            assumed,
            digest,
        )

    # what is noted

    def _missing(self, line: int, column: str, why: str = "") -> None:
        code = "no_case" if column == "case_id" else "missing_value"
        self.findings.add(line, column, code, why or f"Every row needs its {column}.")

    def _disorder(self, line: int, column: str, earlier: date, later: date) -> None:
        try:
            in_order(earlier, later, column, "seized_on")
        except Refused as no:
            self.findings.refused(line, column, no)

    # what is read

    def _names(self, line: int, cells: dict[str, str]) -> None:
        for column, pattern in _PATTERNS:
            text = cells.get(column)
            if text and not pattern.fullmatch(text):
                limit = "80 characters, without a slash" if pattern is _STEP else "120 characters"
                self.findings.add(
                    line, column, "bad_reference", f"{column} is one line of at most {limit}."
                )
        if len(cells["note"]) > _LONGEST_NOTE:
            self.findings.add(
                line, "note", "too_long", f"A note has at most {_LONGEST_NOTE} characters."
            )
        if "\0" in cells["note"]:
            self.findings.add(line, "note", "bad_note", "The note holds a NUL: it is no text.")
        if cells["case_id"].startswith("workout"):
            try:
                may_name_a_case(cells["case_id"])
            except Refused as no:
                self.findings.refused(line, "case_id", no)

    def _quantity(self, line: int, cells: dict[str, str]) -> tuple[Asset | None, int]:
        asset = None
        if cells["asset"]:
            try:
                asset = self.world.asset(cells["asset"])
            except Refused as no:
                self.findings.refused(line, "asset", no)
        amount = 0
        if cells["quantity"]:
            try:
                amount = (asset or _ANYTHING).amount(cells["quantity"])
            except Refused as no:
                self.findings.refused(line, "quantity", no)
        return asset, amount

    def _date(self, line: int, column: str, cells: dict[str, str]) -> date | None:
        text = cells[column]
        found = self._dates.get(text)
        if found is None:
            try:
                found = day(text)
                self.world.not_future(found, "This")
            except Refused as no:
                found = no
            self._dates[text] = found
        if isinstance(found, date):
            return found
        if text:
            self.findings.refused(line, column, found)
        return None

    def _law(self, line: int, column: str, on: date) -> Law | None:
        found = self._laws.get(on)
        if found is None:
            try:
                found = self.world.law(on)
            except Refused as no:
                found = no
            self._laws[on] = found
        if isinstance(found, Refused):
            self.findings.refused(line, column, found)
            return None
        return found

    def _whereabouts(self, line: int, cells: dict[str, str], on: date, control: str) -> None:
        """What can be said of where it was when nothing is known of what it was."""
        law = self._law(line, "seized_on", on)
        if law is None:
            return
        try:
            location_of(law, _ANYTHING, control)
        except Refused as no:
            self.findings.refused(line, "control", no)
        named = law.custodians.get(cells["custodian"])
        if named is None and (cells["custodian"] or control == "restrained"):
            try:
                holder(law, control, cells["custodian"], _ANYTHING.klass)
            except Refused as no:
                self.findings.refused(line, "custodian", no)

    def _location(
        self, line: int, cells: dict[str, str], asset: Asset, on: date, control: str
    ) -> tuple[str, str]:
        law = self._law(line, "seized_on", on)
        if law is None:
            return ("", "")
        key = (law, asset.code, control, cells["custodian"])
        found = self._places.get(key)
        if found is not None:
            return found
        before, klass, place = len(self.findings), "", ""
        try:
            may_be_seized(law, asset)
        except Refused as no:
            self.findings.refused(line, "asset", no)
        try:
            klass = location_of(law, asset, control)
        except Refused as no:
            self.findings.refused(line, "control", no)
        try:
            place = holder(law, control, cells["custodian"], asset.klass)
        except Refused as no:
            self.findings.refused(line, "custodian", no)
        if len(self.findings) == before:
            self._places[key] = (klass, place)
        return klass, place

    def _outcome(
        self, line: int, cells: dict[str, str], final_on: date | None, disposed_on: date | None
    ) -> None:
        """What was decided, and whether what was done with the asset may follow from it."""
        outcome, disposal = cells["outcome"], cells["disposal"]
        if outcome == "pending":
            for column in ("final_on", "final_ref"):
                if cells[column]:
                    self.findings.add(
                        line,
                        column,
                        "outcome_mismatch",
                        f"The outcome is pending, so there is no {column} yet.",
                    )
            if disposal and disposal != INTERLOCUTORY:
                self.findings.refused(line, "disposal", before_finality(disposal))
        elif outcome in OUTCOMES:
            for column in ("final_on", "final_ref"):
                if not cells[column]:
                    self._missing(line, column, f"What was {outcome} needs its {column}.")
            if final_on:
                self._law(line, "final_on", final_on)
            if outcome != "forfeited":
                self._not_kept(line, outcome, disposal)
            if final_on and disposed_on:
                self._around_finality(line, disposal, final_on, disposed_on)
        elif outcome:
            self.findings.add(
                line,
                "outcome",
                "unknown_outcome",
                f"“{outcome[:40]}” is no outcome; there are {', '.join(OUTCOMES)}.",
            )
        if disposal and not cells["disposed_on"] and disposal != HOLD:
            self._missing(line, "disposed_on", f"A disposal ({disposal[:40]}) needs its day.")
        if cells["disposed_on"] and not disposal and outcome in ("pending", "forfeited"):
            self._missing(line, "disposal", "What was disposed of needs the mechanism used.")

    def _not_kept(self, line: int, outcome: str, disposal: str) -> None:
        """What goes back to its owner is not used for the State; for victims it may be sold."""
        if not disposal or disposal == INTERLOCUTORY:
            return
        if outcome == "returned" or disposal not in SALES:
            self.findings.add(
                line,
                "disposal",
                "disposal_not_permitted",
                f"What was {outcome} is not disposed of by “{disposal[:40]}”.",
            )

    def _around_finality(self, line: int, disposal: str, final_on: date, disposed_on: date) -> None:
        if disposal == INTERLOCUTORY:
            if disposed_on > final_on:
                self.findings.add(
                    line,
                    "disposed_on",
                    "dates_out_of_order",
                    f"An interlocutory sale ({disposed_on}) precedes the finality ({final_on}).",
                )
        elif disposed_on < final_on:
            self.findings.refused(line, "disposed_on", before_finality(disposal))

    def _money(
        self, line: int, cells: dict[str, str], asset: Asset | None
    ) -> tuple[Asset | None, int, int]:
        disposal, code, gross = cells["disposal"], cells["proceeds_currency"], cells["proceeds"]
        spent = cells.get("costs", "")
        if not disposal or disposal == HOLD:
            for column in ("proceeds", "costs"):
                if cells.get(column):
                    self.findings.add(
                        line,
                        column,
                        "proceeds_without_sale",
                        f"There are {column}, but the asset was not sold.",
                    )
            return None, 0, 0
        for column in ("proceeds", "proceeds_currency"):
            if not cells[column]:
                self.findings.add(
                    line,
                    column,
                    "proceeds_missing",
                    f"A sale needs its {column.replace('_', ' ')}.",
                )
        money = None
        if code:
            try:
                money = self.world.asset(code)
                if asset:
                    is_money(money, asset)
            except Refused as no:
                self.findings.refused(line, "proceeds_currency", no)
        unit, proceeds, costs = money or _ANYTHING, 0, 0
        if gross:
            try:
                proceeds = unit.amount(gross)
            except Refused as no:
                self.findings.refused(line, "proceeds", no)
        if spent:
            try:
                costs = unit.amount_or_zero(spent)
                if proceeds:
                    costs_within(unit, proceeds, costs)
            except Refused as no:
                self.findings.refused(line, "costs", no)
        return money, proceeds, costs

    def _columns(self, line: int, text: str) -> tuple[str, ...]:
        """The columns whose values are assumptions."""
        found = self._assumed.get(text)
        if found is not None:
            return found
        named = tuple(dict.fromkeys(_BETWEEN.split(text.strip(" ;,"))))
        for column in named:
            if column not in _KNOWN:
                near = get_close_matches(column, _KNOWN, 1)
                self.findings.add(
                    line,
                    "assumed",
                    "unknown_assumed_column",
                    f"“{column[:40]}” is no column of a register."
                    + (f" Is {near[0]} meant?" if near else ""),
                )
        if _KNOWN.issuperset(named):
            self._assumed[text] = named
        return named


SALES = ("auction", "negotiated_sale", "tranche_sale", "sell_and_invest")
_PATTERNS = (
    ("case_id", _NAME),
    ("holding_ref", _STEP),
    ("authority", _NAME),
    ("custodian", _STEP),
    ("order_ref", _NAME),
    ("final_ref", _NAME),
)
