"""Rows that several pages show: a holding, a limit, what is not plain fact."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from qazyna.reports.statement import Line
from qazyna.reserve.allocation import Standing
from qazyna.shell.web import figures, words
from qazyna.shell.web.figures import link, mark, money, number, path, quantity, share


def marks(lines: Iterable[Line]) -> SafeString:
    """What about these holdings is not plain fact, said once."""
    said: dict[str, str] = {}
    for line in lines:
        why = line.stale or (line.price.estimated if line.price is not None else "")
        if why:
            said.setdefault("stale" if "stale:" in why else "estimated", why)
        if line.stale and line.price is not None and "estimate:" in line.price.estimated:
            said.setdefault("estimated", line.price.estimated)
    return mark_safe(" ".join(mark(kind, why) for kind, why in said.items()))


def holding_row(line: Line, currency: str, then: str = "") -> dict[str, Any]:
    """A holding of the reserve: how much, at what price of which day, and so worth what. `then`
    says as of when its entries are to be shown, where that is not now."""
    href = figures.path("holdings", line.account.path, line.asset.code) + then
    price = line.price
    return {
        "account": link(line.account.path, href),
        "asset": line.asset.name or line.asset.code,
        "quantity": link(quantity(line.amount, line.asset), href),
        "price": link(
            money(price.value, currency, places=_places(price.value)),
            figures.path("prices", line.asset.code),
        )
        if price
        else figures.UNVALUED,
        "price_of": price.on if price else "",
        "source": price.source if price else "",
        "why": price.estimated if price else "",
        "marks": marks([line]),
        "value": _value(line, currency),
    }


def _value(line: Line, currency: str) -> SafeString:
    """What it is worth; below, where its NAV is stale, what it may be worth."""
    value = money(line.value, currency)
    if line.estimate is None:
        return value
    return format_html(
        '{}<br><span class="small soft">may be {} {}</span>',
        value,
        money(line.estimated_value, currency),
        mark("estimated", line.estimate.estimated),
    )


def _places(value: Decimal) -> int:
    """A price is shown to at most six places; its exact text is on the page of its series."""
    exponent = value.as_tuple().exponent
    return min(max(-exponent, 2), 6) if isinstance(exponent, int) else 2


_BOUND: Final = (
    70  # per cent of the bar's width: there is room to see by how much a bound is passed
)


def limit_row(each: Standing) -> dict[str, Any]:
    """A limit as a bullet: the actual figure as a part of its bound, and what that means."""
    limit = each.limit
    is_count = limit.measure == "manager_count"
    show_figure = number if is_count else share
    most = limit.bound == "max"
    if each.actual is None:
        length = 0.0
    elif limit.value:
        length = min(float(each.actual / limit.value) * _BOUND, 100.0)
    else:
        length = 100.0 if each.actual else 0.0
    near = float(limit.amber) * _BOUND if most else min(_BOUND / float(limit.amber), 100.0)
    subject = words.STATEMENT_CLASSES[limit.klass]
    what = {
        "class_share": subject,
        "manager_share": f"Largest single manager of {subject.lower()}",
        "manager_count": f"Managers of {subject.lower()}",
    }[limit.measure]
    href = f"/blueprint#limits.{limit.name}"
    return {
        "name": what,
        "actual": link(
            show_figure(each.actual) if each.actual is not None else figures.UNVALUED,
            f"/classes/{limit.klass}" if limit.measure == "class_share" else "/managers",
        ),
        "rule": link(
            format_html("{} {}", "at most" if most else "at least", show_figure(limit.value)), href
        ),
        "status": each.status,
        "words": "not measurable" if each.actual is None else words.LIMITS[each.status],
        "length": f"{length:.2f}",
        "bound": f"{_BOUND:.2f}",
        "near": f"{min(near, _BOUND):.2f}",
        "near_width": f"{abs(near - _BOUND):.2f}",
        "near_from": f"{min(near, float(_BOUND)):.2f}",
        "beyond_from": f"{_BOUND:.2f}" if most else "0",
        "beyond_width": f"{100 - _BOUND if most else _BOUND:.2f}",
    }


def estimates(found: Iterable[Any]) -> list[dict[str, Any]]:
    """What is not plain fact, gathered by its reason."""
    by_reason: dict[str, list[str]] = {}
    for each in found:
        by_reason.setdefault(each.why, []).append(each.what)
    return [{"why": why, "what": what} for why, what in by_reason.items()]


def date_row(entry: dict[str, Any]) -> dict[str, Any]:
    """A date of the calendar as a row of a table."""
    unit = entry["unit"]
    return {
        "act_by": figures.short_day(date.fromisoformat(entry["act_by"])),
        "on": figures.short_day(date.fromisoformat(entry["on"])),
        "manager": link(entry["manager"], path("managers", entry["manager"])),
        "action": entry["action"],
        "about": entry["about"],
        "amount": format_html("{} {}", number(Decimal(entry["quantity"])), figures.unit(unit))
        if entry["quantity"]
        else figures.NOTHING,
        "overdue": entry["overdue_days"],
        "assumed": mark("assumed", "The documents do not bind this day")
        if entry["assumed"]
        else "",
    }
