"""Managers: who they are, on what terms, and how far every dealing with them has got."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from qazyna.money import ASSETS, total
from qazyna.programme.manager import Manager
from qazyna.reports.statement import Line
from qazyna.shell.web import figures, words
from qazyna.shell.web.figures import link, mark, money, number, path, quantity, reference
from qazyna.shell.web.frame import missing, page, show
from qazyna.shell.web.queries import cases
from qazyna.shell.web.queries.overview import Overview, overview
from qazyna.shell.web.queries.pulse import pulse
from qazyna.shell.web.views.cases import timeline_step
from qazyna.shell.web.views.rows import holding_row, marks

_CLASS: Final = {"hedge_fund": "hedge_funds", "venture_fund": "venture_funds"}
_NAVS: Final = 24


def manager_rows(found: Overview) -> list[dict[str, Any]]:
    """Every manager admitted, in the order of codes: what we hold with each, and its last NAV."""
    return [
        _row(found, each) for each in sorted(found.managers, key=lambda m: (m.manager_kind, m.code))
    ]


def _lines(found: Overview, code: str) -> list[Line]:
    """What the reserve has with a manager: units, money waiting for units, money due."""
    return [
        line
        for each in found.statement.classes
        for line in each.holdings
        if line.account.detail == code
    ]


def _row(found: Overview, manager: Manager) -> dict[str, Any]:
    lines = _lines(found, manager.code)
    units = [line for line in lines if line.account.klass == "fund"]
    nav = manager.last_nav
    undrawn = manager.committed + manager.recallable - manager.called
    href = path("managers", manager.code)
    return {
        "klass": _CLASS[manager.manager_kind],
        "name": link(manager.name or manager.code, href),
        "code": manager.code,
        "kind": manager.manager_kind.replace("_", " "),
        "holding": figures.listed([quantity(line.amount, line.asset) for line in units])
        if units
        else figures.NOTHING,
        "undrawn": quantity(undrawn, ASSETS[manager.currency]) if undrawn > 0 else None,
        "value": link(money(total(line.value for line in lines), found.statement.currency), href),
        "nav": format_html(
            "{} {}", figures.short_day(nav.on), "" if nav.final else mark("estimated")
        )
        if nav
        else mark("pending", "No NAV has been stated yet"),
        "marks": marks(units),
    }


@page
def listing(request: HttpRequest) -> HttpResponse:
    """All managers."""
    found = overview(pulse())
    context = {
        "managers": manager_rows(found),
        "as_of": figures.day(found.statement.as_of),
    }
    return show(request, "pages/managers.html", context)


@page
def manager(request: HttpRequest, code: str) -> HttpResponse:
    """One manager: holdings, terms, NAVs, dealings under way, and what happened."""
    found = overview(pulse())
    known = next((each for each in found.managers if each.code == code), None)
    if known is None:
        raise missing(f"No manager is called {code}.")
    currency = ASSETS[known.currency]
    units = found.assets[code]
    before = request.GET.get("before", "")
    happened = cases.timeline_of(
        f"manager/{code}", int(before) if before.isdecimal() else 2**31 - 1
    )
    terms = known.terms
    context = {
        "manager": known,
        "klass": _CLASS[known.manager_kind],
        "kind": words.STATEMENT_CLASSES[_CLASS[known.manager_kind]].lower().removesuffix("s"),
        "row": _row(found, known),
        "admitted_on": figures.day(known.admitted_on),
        "lines": [holding_row(line, found.statement.currency) for line in _lines(found, code)],
        "terms": [
            ("Notice", format_html("{} {}", number(terms.notice_days), figures.unit("days"))),
            ("Gate", figures.share(terms.gate, 0) if terms.gate else "none stated"),
            ("Holdback", figures.share(terms.holdback, 0) if terms.holdback else "none stated"),
            ("Lock-up until", figures.day(terms.lock_until)),
        ]
        if known.manager_kind == "hedge_fund"
        else [
            ("Committed", quantity(known.committed, currency)),
            ("Called", quantity(known.called, currency)),
            ("Distributed", quantity(known.distributed, currency)),
            ("Recallable", quantity(known.recallable, currency)),
        ],
        "waiting": [
            {
                "number": number_,
                "dealing_on": figures.day(each.dealing_on),
                "amount": quantity(each.amount, currency),
            }
            for number_, each in sorted(known.waiting.items())
        ],
        "requests": [
            {
                "number": number_,
                "requested_on": figures.day(each.requested_on),
                "dealing_on": figures.day(each.dealing_on),
                "units": quantity(each.units, units),
                "filled": quantity(each.filled, units),
                "open": quantity(each.open, units) if each.open else figures.NOTHING,
            }
            for number_, each in sorted(known.requests.items(), reverse=True)[:_NAVS]
        ],
        "navs": [
            {
                "on": figures.short_day(nav.on),
                "per_unit": money(nav.per_unit, known.currency, places=4),
                "final": "final" if nav.final else mark("estimated"),
                "ref": reference(nav.statement_ref),
            }
            for nav in reversed(known.navs[-_NAVS:])
        ],
        "timeline": [timeline_step(each, found.assets) for each in happened[: cases.TIMELINE]],
        "earlier": happened[cases.TIMELINE - 1].version if len(happened) > cases.TIMELINE else None,
    }
    return show(request, "pages/manager.html", context, trail=(("Managers", "/managers"),))
