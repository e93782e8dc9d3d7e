"""Events read aloud: each field as a name and what stands there, amounts in their own unit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from pydantic import PlainSerializer

from qazyna.money import Asset
from qazyna.plan import EVENTS
from qazyna.shell.web import figures
from qazyna.shell.web.figures import ILLUSTRATIVE, link, mark, money, path, quantity, reference
from qazyna.shell.web.queries.events import Happened
from qazyna.shell.web.words import account_class, spoken

HIDDEN: Final = frozenset({"rows", "row"})
"""Digests of the rows of a file: they serve the program, and stand in the leaf below."""

_FIRST: Final = ("case", "manager", "order_ref", "award_ref", "decision_ref", "annulment_ref")

_OF_ORDERS: Final = frozenset({"order_ref", "award_ref", "annulment_ref"})

_TABLES: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("forfeiture_ordered", "scope"): ("holding", "asset", "amount"),
    ("forfeiture_became_final", "items"): ("holding", "asset", "amount"),
    ("forfeiture_became_final", "replaced"): ("holding", "asset", "amount", "currency", "money"),
    ("judgment_annulled", "items"): ("holding", "asset", "amount"),
    ("judgment_annulled", "missing"): ("holding", "asset", "amount"),
    ("restitution_awarded", "shares"): ("holding", "asset", "was", "to", "amount"),
    ("restitution_awarded", "names"): ("party", "name"),
    ("fork_recognised", "parts"): ("whose", "party", "place", "with", "amount"),
    ("proceeds_allocated", "parts"): ("to", "amount", "place", "with"),
    ("reserve_appropriated", "items"): ("asset", "amount", "place", "with", "value"),
    ("candidate_added", "returns"): ("month", "return"),
    ("nav_stated", "fills"): ("subscription", "spent", "units", "over", "value"),
    ("prices_imported", "series"): ("asset", "currency", "first", "last", "observations"),
    ("blueprint_adopted", "permitted"): ("book", "class"),
}
"""Fields that hold rows, and what stands in each column of them."""

_IN_MONEY: Final = frozenset({"money", "spent", "over", "proceeds", "costs", "nav", "holdback"})
_IN_UNITS: Final = frozenset({"units", "carried"})

Assets = Mapping[str, Asset]


@dataclass(frozen=True, slots=True)
class _Reader:
    """An event being read: which assets there are, and which it speaks of."""

    found: Happened
    body: Mapping[str, Any]
    assets: Assets

    def unit_of(self, name: str, row: Mapping[str, Any]) -> Asset | None:
        """The asset of an amount: said in its row, or else in its event."""
        manager = self.body.get("manager") or self.found.manager or ""
        if name in _IN_UNITS:
            asks = [manager]
        elif name in _IN_MONEY:
            asks = [row.get("currency"), self.body.get("currency")]
        else:
            asks = [
                row.get("asset"),
                self.body.get("new_asset"),
                self.body.get(name.removesuffix("_amount")),
                self.body.get("asset"),
                self.body.get("currency"),
                f"{manager}:undrawn",
            ]
        return next((self.assets[ask] for ask in asks if ask in self.assets), None)

    def amount(self, name: str, value: Any, row: Mapping[str, Any]) -> SafeString:
        unit = self.unit_of(name, row)
        if unit is None or not str(value).isdecimal():
            return said(value)
        return quantity(int(value), unit)

    def table(self, columns: tuple[str, ...], rows: list[list[Any]]) -> SafeString:
        """Rows under the names of their columns; an asset is said beside its amount."""
        silent = {"asset"} if "amount" in columns else set()
        silent |= {"currency"} if "money" in columns else set()
        shown = [name for name in columns if name not in silent]
        head = format_html_join("", '<th scope="col">{}</th>', ((spoken(n),) for n in shown))
        lines = []
        for values in rows:
            row = dict(zip(columns, values, strict=False))
            cells = ((self.cell(name, row.get(name), row),) for name in shown)
            lines.append(format_html("<tr>{}</tr>", format_html_join("", "<td>{}</td>", cells)))
        return format_html(
            '<div class="scroll"><table class="dense"><thead><tr>{}</tr></thead>'
            "<tbody>{}</tbody></table></div>",
            head,
            format_html_join("", "{}", ((line,) for line in lines)),
        )

    def cell(self, name: str, value: Any, row: Mapping[str, Any]) -> SafeString:
        if name == "amount" or name in _IN_MONEY or name in _IN_UNITS:
            return self.amount(name, value, row)
        if name in ("place", "was", "whose"):
            return format_html("{}", account_class(str(value)))
        return said(value)

    def field(self, name: str, value: Any, is_amount: bool) -> SafeString:
        columns = _TABLES.get((self.found.kind, name))
        if columns and isinstance(value, list):
            return self.table(columns, value)
        if name == "volume_usd":
            return quantity(int(value), self.assets["USD"])
        if is_amount:
            return self.amount(name, value, {})
        if name == "case":
            return link(value, path("cases", value))
        if name == "manager":
            return link(value, path("managers", value))
        if name in _OF_ORDERS and isinstance(value, str):
            # Down to the order itself: what was ordered in the case, and what came of it.
            case = self.found.case
            return reference(value, f"{path('cases', case)}#orders" if case else None)
        return said(value)


def facts(found: Happened, assets: Assets, sees_private: bool) -> list[dict[str, SafeString]]:
    """Every field of the event that says something; what is private, or that it is sealed."""
    body = {**found.body, **{name: kept["value"] for name, kept in found.private.items()}}
    reader = _Reader(found, body, assets)
    amounts = _amounts(found.kind)
    told = []
    for name in sorted(body, key=_place):
        value = body[name]
        if name in HIDDEN or value in (None, [], ""):
            continue
        if (name in found.private and not sees_private) or (found.sealed and _is_sealed(value)):
            shown = _sealed(found.body[name])
        else:
            shown = reader.field(name, value, name in amounts)
            if name in found.private:
                shown = format_html("{} {}", shown, mark("private"))
        told.append({"name": format_html("{}", spoken(name)), "value": shown})
    return told


def _place(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def _amounts(kind: str) -> frozenset[str]:
    """Fields of that kind of event that hold base units."""
    model = EVENTS.get(kind)
    if model is None:
        return frozenset()
    return frozenset(
        name
        for name, field in model.model_fields.items()
        if name in ("fee", "costs")
        or (field.annotation is int and any(isinstance(m, PlainSerializer) for m in field.metadata))
        or (name == "nav" and kind == "nav_stated")
    )


def _is_sealed(value: Any) -> bool:
    """Whether a commitment stands here instead of a value."""
    return isinstance(value, dict) and set(value) == {"sha256"}


def _sealed(value: Any) -> SafeString:
    digest = value.get("sha256", "") if isinstance(value, dict) else ""
    return format_html(
        '{} <span class="small soft mono">{}</span>',
        mark("sealed", "A salted commitment stands in the public record"),
        digest,
    )


def said(value: Any) -> SafeString:
    """A value of an event or a command, whatever it is made of."""
    if value is None:
        return figures.NOTHING
    if isinstance(value, bool):
        return format_html("{}", "yes" if value else "no")
    if isinstance(value, dict):
        if {"amount", "currency", "source"} <= set(value):
            worth = money(Decimal(value["amount"]), value["currency"])
            return format_html('{} <span class="small soft">{}</span>', worth, value["source"])
        return _list(format_html("{}: {}", spoken(key), said(each)) for key, each in value.items())
    if isinstance(value, list):
        if value and all(isinstance(each, list | dict) for each in value):
            return _list(said(each) for each in value)
        return figures.listed([said(each) for each in value]) if value else figures.NOTHING
    text = str(value)
    if ILLUSTRATIVE in text:
        return reference(text)
    return format_html("{}", text)


def _list(items: Iterable[SafeString]) -> SafeString:
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((i,) for i in items)))
