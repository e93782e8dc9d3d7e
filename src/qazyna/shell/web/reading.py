"""Events read aloud: each field as a name and what stands there, amounts in their own unit."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from pydantic import PlainSerializer

from qazyna.money import Asset
from qazyna.plan import EVENTS
from qazyna.shell.web import figures
from qazyna.shell.web.figures import ILLUSTRATIVE, mark, money, path, quantity, reference
from qazyna.shell.web.queries.events import Happened
from qazyna.shell.web.words import spoken

_HIDDEN: Final = frozenset({"rows", "row"})
"""Digests of the rows of a file: they serve the program, and stand in the leaf below."""

_ORDER_FIRST: Final = ("case", "manager", "order_ref", "award_ref", "decision_ref", "annulment_ref")

_UNITS_OF: Final = {"units": "manager", "carried": "manager", "nav": "currency"}
"""Amounts whose asset another field names than `asset` or `currency`."""

Assets = Mapping[str, Asset]


def facts(found: Happened, assets: Assets, sees_private: bool) -> list[dict[str, SafeString]]:
    """Every field of the event. What is private is shown, or it is said that it is sealed."""
    body = found.body
    model = EVENTS.get(found.kind)
    amounts = {
        name
        for name, field in (model.model_fields.items() if model else ())
        if field.annotation is int
        and (name == "fee" or any(isinstance(m, PlainSerializer) for m in field.metadata))
    }
    said = []
    for name in sorted(body, key=lambda each: (_place(each), list(body).index(each))):
        if name in _HIDDEN:
            continue
        kept = found.private.get(name)
        value = body[name]
        if kept is not None and not sees_private:
            shown = _sealed(value)
        else:
            value = kept["value"] if kept is not None else value
            shown = _shown(name, value, body, assets, amounts, found)
        if kept is not None and sees_private:
            shown = format_html("{} {}", shown, mark("private"))
        said.append({"name": format_html("{}", spoken(name)), "value": shown})
    return said


def _place(name: str) -> int:
    return _ORDER_FIRST.index(name) if name in _ORDER_FIRST else len(_ORDER_FIRST)


def _sealed(value: Any) -> SafeString:
    digest = value.get("sha256", "") if isinstance(value, dict) else ""
    return format_html(
        '{} <span class="small soft mono">{}</span>',
        mark("sealed", "A salted commitment stands in the public record"),
        digest,
    )


def _shown(
    name: str, value: Any, body: Mapping[str, Any], assets: Assets, amounts: set[str], at: Happened
) -> SafeString:
    if name in amounts and isinstance(value, str | int) and str(value).isdecimal():
        asset = _asset_of(name, body, assets, at)
        if asset is not None:
            return quantity(int(value), asset)
    if name == "volume_usd":
        return quantity(int(value), assets["USD"])
    if name == "case" and isinstance(value, str):
        return figures.link(value, path("cases", value))
    if name == "manager" and isinstance(value, str):
        return figures.link(value, path("managers", value))
    return said(value, assets)


def _asset_of(name: str, body: Mapping[str, Any], assets: Assets, at: Happened) -> Asset | None:
    asks = [_UNITS_OF.get(name, ""), name.removesuffix("_amount"), "currency", "asset"]
    if name in ("amount", "fee") and "asset" in body:
        asks.insert(0, "asset")
    for ask in asks:
        code = body.get(ask)
        if isinstance(code, str) and code in assets:
            return assets[code]
    manager = at.manager
    return assets.get(manager) if manager and name in _UNITS_OF else None


def said(value: Any, assets: Assets) -> SafeString:
    """A value of an event's body, whatever it is made of."""
    if value is None:
        return figures.NOTHING
    if isinstance(value, bool):
        return mark_safe("yes" if value else "no")
    if isinstance(value, dict):
        if {"amount", "currency", "source"} <= set(value):
            worth = money(Decimal(value["amount"]), value["currency"])
            return format_html('{} <span class="small soft">{}</span>', worth, value["source"])
        return _list(format_html("{}: {}", spoken(k), said(v, assets)) for k, v in value.items())
    if isinstance(value, list):
        if value and all(isinstance(each, list | dict) for each in value):
            return _list(said(each, assets) for each in value)
        return figures.listed(list(_row(value, assets))) if value else figures.NOTHING
    text = str(value)
    if ILLUSTRATIVE in text:
        return reference(text)
    return format_html("{}", text)


def _row(values: Iterable[Any], assets: Assets) -> Iterable[SafeString]:
    """A row of plain values: what follows the name of an asset is an amount of it."""
    before: Asset | None = None
    for value in values:
        if before is not None and isinstance(value, str) and value.isdecimal():
            yield quantity(int(value), before)
            before = None
            continue
        before = assets.get(value) if isinstance(value, str) else None
        if before is None:
            yield said(value, assets)


def _list(items: Iterable[SafeString]) -> SafeString:
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((i,) for i in items)))
