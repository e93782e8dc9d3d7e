"""A file's lines read by a layout into one statement; every problem is told by its line."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final

from qazyna.clock import day
from qazyna.errors import FileRefused, Refused
from qazyna.money import Asset
from qazyna.office.table import Findings, Line
from qazyna.programme.exposures import Exposures, plain
from qazyna.programme.statements.figures import AccountTold, number, signed
from qazyna.programme.statements.layouts import (
    ACCOUNT_FIELDS,
    LAYOUTS,
    NAMED,
    TOTALS,
    Goes,
    Layout,
    folded,
)
from qazyna.programme.statements.receiving import ReceiveStatement

_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_NAME = re.compile(r"[^\s\x00-\x1f]([^\x00-\x1f]{0,118}[^\s\x00-\x1f])?")
_YES_NO: Final = {"yes": True, "true": True, "no": False, "false": False}
_UNITS: Final = ("opening_units", "closing_units", "units_issued", "units_redeemed")
_FEES: Final = ("management_fee", "performance_fee")
_LISTS: Final = ("market_values", "issuers", "counterparties", "risk")
REQUIRED: Final = ("fund", "currency", "period_to")


def layout_of(file: str, columns: Sequence[str], named: str | None) -> Layout:
    """The layout that was asked for, or the one whose columns the file has."""
    if named is not None:
        return LAYOUTS[named]
    there = {column.lower() for column in columns}
    for layout in LAYOUTS.values():
        if layout.within and layout.within not in there:
            continue
        if layout.named and layout.named not in there:
            continue
        if there.intersection(layout.label) and any(
            there.intersection(called) for called in layout.columns.values()
        ):
            return layout
    findings = Findings(file, 0)
    findings.add(
        1,
        "",
        "unknown_layout",
        "These are the columns of no layout that is known here: write `item, name, value` as "
        "`qazyna programme statement template` does, or say which one it is with --format.",
    )
    raise FileRefused(file, 0, findings.found)


def read(
    file: str,
    columns: Sequence[str],
    rows: Sequence[Line],
    layout: Layout,
    assets: Mapping[str, Asset],
    *,
    manager: str,
    received_on: date,
    sha256: str = "",
) -> ReceiveStatement:
    """The statement that a file holds. Raises `FileRefused` for one that cannot be read."""
    reader = _Reader(file, layout, assets, manager, len(rows))
    reader.header(columns)
    for line, cells in rows:
        reader.line(line, {name.lower(): text for name, text in cells.items()})
    return reader.statement(received_on, sha256)


@dataclass
class _Reader:
    file: str
    layout: Layout
    assets: Mapping[str, Asset]
    manager: str
    rows: int
    texts: dict[str, tuple[int, str]] = field(default_factory=dict)
    """field of the statement -> line, text"""
    sums: dict[str, Decimal] = field(default_factory=dict)
    lists: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    read_from: dict[str, int] = field(default_factory=dict)
    """field -> the line it was first read from"""
    seen: dict[tuple[str, str], int] = field(default_factory=dict)
    called: dict[str, str] = field(default_factory=dict)
    """column as the layout knows it -> as the file calls it"""
    label: str = ""

    def __post_init__(self) -> None:
        self.findings = Findings(self.file, self.rows)

    # the heading

    def header(self, columns: Sequence[str]) -> None:
        there = [column.lower() for column in columns]
        self.label = next((name for name in self.layout.label if name in there), "")
        for column, names in self.layout.columns.items():
            found = next((name for name in names if name in there), None)
            if found:
                self.called[column] = found
        if not self.label:
            self._missing(self.layout.label[0])
        if not self.called:
            self._missing(next(iter(self.layout.columns)))
        for needed in (self.layout.within, self.layout.named):
            if needed and needed not in there:
                self._missing(needed)
        self.findings.stop()

    def _missing(self, column: str) -> None:
        self.findings.add(1, column, "missing_column", f"The file has no column {column}.")

    # one line

    def line(self, line: int, cells: Mapping[str, str]) -> None:
        label = folded(cells.get(self.label, ""))
        section = folded(cells[self.layout.within]) if self.layout.within else ""
        name = cells.get(self.layout.named, "") if self.layout.named else ""
        given = {c: cells.get(there, "") for c, there in self.called.items()}
        if not any(given.values()):
            return
        goes, own = self._where(label, section)
        if goes is None:
            self._unknown(line, cells[self.label], section)
            return
        own = name or own or cells[self.label].strip()
        if self.layout.named and label in NAMED and not name:
            self.findings.add(line, self.layout.named, "name_missing", f"Of what is this {label}?")
            return
        if self._twice(line, f"{section}: {label}", own):
            return
        for each in goes:
            text = given.get(each.column, "")
            if text:
                self._take(line, each, text, (each.of or "…").replace("…", own))

    def _where(self, label: str, section: str) -> tuple[tuple[Goes, ...] | None, str]:
        layout = self.layout
        whole = f"{section}: {label}" if section else label
        if found := layout.lines.get(whole):
            return found, ""
        if whole in layout.passed_over:
            return (), ""
        for begins, there in layout.beginnings.items():
            if label.startswith(begins):
                return there, label.removeprefix(begins).strip() or begins
        if section and (found := layout.sections.get(section)):
            return found, ""
        if section in layout.passed_over:
            return (), ""
        return None, ""

    def _unknown(self, line: int, label: str, section: str) -> None:
        known = (*self.layout.lines, *self.layout.sections)
        whole = f"{section}: {folded(label)}" if section else folded(label)
        near = get_close_matches(whole, known, 1)
        hint = f" Is “{near[0]}” meant?" if near else ""
        self.findings.add(
            line, self.label, "unknown_line", f"No line is called “{label[:60]}” here.{hint}"
        )

    def _twice(self, line: int, label: str, name: str) -> bool:
        before = self.seen.setdefault((label, name), line)
        if before != line:
            self.findings.add(
                line,
                self.label,
                "line_twice",
                f"This line stands in the file on line {before} too.",
            )
        return before != line

    def _take(self, line: int, goes: Goes, text: str, name: str) -> None:
        part, _, to = goes.to.partition(".")
        column = self.called[goes.column]
        if not to:
            self.texts[part] = (line, text)
            return
        self.read_from.setdefault(goes.to, line)
        try:
            figure = number(self._plain(text))
            if to in _UNITS and self.manager in self.assets:
                signed(self.assets[self.manager], plain(figure))
        except Refused as no:
            self.findings.refused(line, column, no)
            return
        figure = (abs(figure) if goes.sized else figure) * Decimal(goes.times)
        if to in ACCOUNT_FIELDS or to in TOTALS:
            self.sums[goes.to] = self.sums.get(goes.to, Decimal(0)) + figure
            return
        if not _NAME.fullmatch(name):
            self.findings.add(
                line, self.label, "bad_reference", "A name is one line of at most 120 characters."
            )
            return
        of = self.lists.setdefault(to, {})
        of[name] = of.get(name, Decimal(0)) + figure

    def _plain(self, text: str) -> str:
        """A figure as accountants write it, in plain digits; percent signs say nothing new."""
        if not self.layout.accounting:
            return text
        text = text.removesuffix("%").strip()
        minus = text.startswith("(") and text.endswith(")")
        text = text[1:-1].strip() if minus else text
        if _GROUPED.fullmatch(text.removeprefix("-")):
            text = text.replace(",", "")
        return f"-{text}" if minus else text

    # all of it

    def statement(self, received_on: date, sha256: str) -> ReceiveStatement:
        for needed in REQUIRED:
            if needed not in self.texts:
                self.findings.add(1, needed, "missing_line", f"Nothing says the {needed}.")
        on = {name: self._day(name) for name in ("period_from", "period_to")}
        said = {name: self._yes_no(name, usual) for name, usual in _USUAL.items()}
        for name in ("fund", "currency", "statement_ref"):
            if name in self.texts and not _NAME.fullmatch(self.texts[name][1]):
                self.findings.add(
                    self.texts[name][0],
                    name,
                    "bad_reference",
                    f"{name} is one line of at most 120 characters.",
                )
        currency = self._currency()
        account = self._account(currency) if currency else None
        self.findings.stop()
        until = on["period_to"]
        if until is None:
            raise Refused("bad_date", "Nothing says when the period ends.")
        fields: dict[str, Any] = {
            "manager": self.manager,
            "fund": self.texts["fund"][1],
            "period_from": on["period_from"] or until.replace(day=1),
            "period_to": until,
            "received_on": received_on,
            "currency": self.texts["currency"][1],
            **said,
            "account": account,
            "exposures": self._exposures(),
            "statement_ref": self.texts.get("statement_ref", (0, self.file))[1],
            "sha256": sha256,
        }
        return ReceiveStatement.model_validate(fields)

    def _day(self, name: str) -> date | None:
        if name not in self.texts:
            return None
        line, text = self.texts[name]
        try:
            return day(text)
        except Refused as no:
            self.findings.refused(line, name, no)
            return None

    def _yes_no(self, name: str, usual: bool) -> bool:
        line, text = self.texts.get(name, (1, ""))
        if text and text.lower() not in _YES_NO:
            self.findings.add(line, name, "bad_answer", f"“{text[:20]}”: write yes or no.")
        return _YES_NO.get(text.lower(), usual)

    def _currency(self) -> Asset | None:
        line, code = self.texts.get("currency", (1, ""))
        found = self.assets.get(code)
        if code and (found is None or found.klass != "currency"):
            self.findings.add(
                line, "currency", "not_a_currency", f"{code[:20]!r} is no currency known here."
            )
            return None
        return found

    def _account(self, currency: Asset) -> AccountTold | None:
        told = {
            to.partition(".")[2]: plain(figure)
            for to, figure in self.sums.items()
            if to.startswith("account.")
        }
        fees = self.lists.get("other_fees", {})
        if not told and not fees:
            return None
        for needed in ("opening_value", "closing_value"):
            if needed not in told:
                self.findings.add(1, needed, "missing_line", f"Nothing says the {needed}.")
        if self.layout.fees_are_summed:
            sums = [Decimal(told.get(name, "0")) for name in _FEES]
            told["fees_total"] = plain(sum([*sums, *fees.values()], Decimal(0)))
        others = tuple((name, plain(charged)) for name, charged in fees.items())
        money = {k: v for k, v in told.items() if k not in _UNITS and k != "nav_per_unit"}
        for name, text in (*money.items(), *(("other_fees", charged) for _, charged in others)):
            try:
                signed(currency, text)
            except Refused as no:
                self.findings.refused(self.read_from.get(f"account.{name}", 1), name, no)
        if len(self.findings):
            return None
        return AccountTold.model_validate({**told, "other_fees": others})

    def _exposures(self) -> Exposures | None:
        totals = {name: self.sums.get(f"exposures.{name}") for name in TOTALS}
        long, short = self.lists.get("long", {}), self.lists.get("short", {})
        lists = {name: tuple(self.lists.get(name, {}).items()) for name in _LISTS}
        if not (
            any(lists.values()) or long or short or any(v is not None for v in totals.values())
        ):
            return None
        nothing = Decimal(0)
        return Exposures.model_validate(
            {
                "assets": tuple(
                    (asset, long.get(asset, nothing), short.get(asset, nothing))
                    for asset in _in_order(long, short)
                ),
                **lists,
                **totals,
            }
        )


_USUAL: Final = {"final": True, "restates": False}


def _in_order(*named: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for names in named for name in names))
