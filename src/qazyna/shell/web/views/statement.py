"""The statement of any day as a page: as published, as known at a time, or restated."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from qazyna.ledger.entry import Account
from qazyna.reports.statement import Custody, Due, Statement
from qazyna.shell.log.reading import log_position
from qazyna.shell.queries import changes
from qazyna.shell.queries.statement import published_at, statement
from qazyna.shell.web import books, figures, words
from qazyna.shell.web.figures import link, money, path, quantity
from qazyna.shell.web.frame import page, show
from qazyna.shell.web.queries.pulse import pulse
from qazyna.shell.web.two_times import TwoTimes, asked
from qazyna.shell.web.views.rows import estimates, holding_row, limit_row, marks

DUE: Final = {
    "issued_call": "Called by a fund, not yet paid",
    "award": "Awarded, not yet paid",
    "invoice": "Invoiced",
    "unfunded": "Promised to a fund, not yet called",
    "receivable": "Due to the reserve",
    "shortfall": "Lost or stolen",
}


@page
def any_day(request: HttpRequest) -> HttpResponse:
    """The figures of a day, what they rest on, and what a restated one says otherwise."""
    connection, times = books.connection(), asked(request)
    as_of = times.as_of or pulse().today
    more: dict[str, Any] = {}
    if times.restated:
        said, more = changes.restated(connection, as_of, times.known_at)
    else:
        said = statement(connection, as_of, times.known_at)
    published = published_at(connection, as_of)
    as_published = published is not None and said.known_at == published and not times.restated
    context = {
        "as_of": as_of.isoformat(),
        "day": figures.day(as_of),
        "known_at": times.known_at.isoformat() if times.known_at else "",
        "known_by": figures.instant(said.known_at) if said.known_at else None,
        "restated": times.restated,
        "published": figures.instant(published) if published else None,
        "as_published": as_published,
        "log_position": log_position(connection, said.known_at)["log_position"],
        "again": TwoTimes(as_of, said.known_at, times.restated).address(),
        "with_restated": True,
        **_figures(said, f"?{TwoTimes(as_of, said.known_at).address()}"),
        **_differences(said, more),
    }
    return show(request, "pages/statement.html", context, trail=(("Reserve", "/"),))


def _figures(said: Statement, then: str) -> dict[str, Any]:
    currency = said.currency
    return {
        "jurisdiction": said.jurisdiction.name,
        "total": money(said.total, currency),
        "valued": money(said.valued, currency) if said.total is None else None,
        "classes": [
            {
                "klass": each.klass,
                "name": words.STATEMENT_CLASSES[each.klass],
                "value": money(each.value, currency),
                "share": "" if each.share is None else figures.percent(each.share),
                "marks": marks(each.holdings),
                "lines": [holding_row(line, currency, then) for line in each.holdings],
            }
            for each in said.classes
        ],
        "others": [
            {"name": name, "lines": [holding_row(line, currency, then) for line in lines]}
            for name, lines in (("The State budget", said.budget), ("Workout", said.workout))
            if lines
        ],
        "custody": [_custody(each, currency, then) for each in said.custody],
        "flows": _flows(said),
        "since": figures.day(said.flows.since),
        "dues": [
            _due(each, currency)
            for each in (*said.obligations, *said.receivables, *said.shortfalls)
        ],
        "limits": [limit_row(each) for each in said.limits],
        "estimates": estimates(said.estimates),
    }


def _custody(held: Custody, currency: str, then: str) -> dict[str, Any]:
    def account(which: Account) -> SafeString:
        klass = words.account_class(which.klass)
        name = f"{klass}, {which.detail}" if which.detail else klass
        return link(name, path("holdings", which.path, held.asset.code) + then)

    return {
        "case": link(f"{held.case}/{held.holding}", path("cases", held.case)),
        "title": account(held.title),
        "place": account(held.place),
        "amount": quantity(held.amount, held.asset),
        "value": money(held.value, currency),
    }


def _flows(said: Statement) -> list[dict[str, Any]]:
    def minus(value: Decimal | None) -> Decimal | None:
        return None if value is None else -value

    rows: Iterable[tuple[str, Decimal | None]] = (
        ("Opening", said.flows.opening),
        ("Inflow", said.flows.inflow),
        ("Withdrawal", minus(said.flows.withdrawal)),
        ("Income", said.flows.income),
        ("Cost", minus(said.flows.cost)),
        ("Return", said.flows.returned),
        ("Currency effect", said.flows.currency_effect),
        ("Change", said.flows.change),
    )
    return [{"name": name, "value": money(value, said.currency)} for name, value in rows]


def _due(due: Due, currency: str) -> dict[str, Any]:
    return {
        "what": DUE.get(due.kind, words.spoken(due.kind)),
        "party": due.party,
        "amount": quantity(due.amount, due.asset),
        "value": money(due.value, currency),
    }


def _differences(said: Statement, more: dict[str, Any]) -> dict[str, Any]:
    """What the published statement said otherwise, and the events that led to it."""
    if not more:
        return {}

    def worth(text: str | None) -> Any:
        return money(None if text is None else Decimal(text), said.currency)

    return {
        "published_total": worth(more["published"]["total"]),
        "differences": [
            {
                "where": each["account"] or each["section"],
                "asset": each["asset"],
                "was": each["before"]["quantity"] or "",
                "is": each["after"]["quantity"] or "",
                "value_was": worth(each["before"]["value"]),
                "value_is": worth(each["after"]["value"]),
            }
            for each in more["differences"]
        ],
        "events": [
            {
                "event": link(
                    words.spoken(each["kind"]), path("events", *each["event"].rsplit("@", 1))
                ),
                "why": each["reason"] or ", ".join(f"prices of {a}" for a in each["prices_of"]),
                "recorded_at": each["recorded_at"][:19].replace("T", " "),
                "by": each["by"],
            }
            for each in more["events"]
        ],
    }
