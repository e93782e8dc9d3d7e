"""Managers: what the reserve has with each, and every date on which something is to be done."""

from itertools import groupby
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from qazyna.money import ASSETS, total
from qazyna.programme.manager import Manager
from qazyna.reports.statement import Line
from qazyna.shell.queries import agenda
from qazyna.shell.web import books, figures
from qazyna.shell.web.figures import link, mark, money, path, quantity
from qazyna.shell.web.frame import page, show
from qazyna.shell.web.queries.overview import Overview, overview
from qazyna.shell.web.queries.pulse import pulse
from qazyna.shell.web.views.rows import date_row, marks

AHEAD: Final = (6, 12, 24)
"""Months that the calendar can be seen for."""

CLASS: Final = {"hedge_fund": "hedge_funds", "venture_fund": "venture_funds"}


def manager_rows(found: Overview) -> list[dict[str, Any]]:
    """Every manager admitted, in the order of codes: what we hold with each, and its last NAV."""
    return [
        manager_row(found, each)
        for each in sorted(found.managers, key=lambda m: (m.manager_kind, m.code))
    ]


def manager_lines(found: Overview, code: str) -> list[Line]:
    """What the reserve has with a manager: units, money waiting for units, money due."""
    return [
        line
        for each in found.statement.classes
        for line in each.holdings
        if line.account.detail == code
    ]


def manager_row(found: Overview, manager: Manager) -> dict[str, Any]:
    lines = manager_lines(found, manager.code)
    units = [line for line in lines if line.account.klass == "fund"]
    nav = manager.last_nav
    undrawn = manager.committed + manager.recallable - manager.called - manager.released
    href = path("managers", manager.code)
    return {
        "klass": CLASS[manager.manager_kind],
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
def calendar(request: HttpRequest) -> HttpResponse:
    """Every date of the months to come with any manager, by the month in which one must act."""
    today = overview(pulse()).statement.as_of
    asked = request.GET.get("months", "")
    ahead = next((each for each in AHEAD if str(each) == asked), AHEAD[0])
    found = agenda.calendar(books.connection(), today, ahead)
    overdue = [each for each in found if each["overdue_days"]]
    to_come = [each for each in found if not each["overdue_days"]]
    context = {
        "as_of": figures.day(today),
        "ahead": [{"months": each, "here": each == ahead} for each in AHEAD],
        "overdue": [date_row(each) for each in overdue],
        "months": [
            {"name": figures.month(month), "rows": [date_row(each) for each in rows]}
            for month, rows in groupby(to_come, key=lambda each: each["act_by"][:7])
        ],
    }
    return show(request, "pages/calendar.html", context, trail=(("Managers", "/managers"),))
