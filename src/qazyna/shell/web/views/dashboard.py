"""The reserve at a glance, and each class of it: the top of the way down."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from qazyna.money import total
from qazyna.reports.statement import ClassLine
from qazyna.reserve.allocation import CLASSES
from qazyna.shell.web import charts, figures, script, words
from qazyna.shell.web.figures import brief, link, money, number, quantity, share
from qazyna.shell.web.frame import missing, page, show
from qazyna.shell.web.queries import proposals
from qazyna.shell.web.queries.overview import Overview, overview
from qazyna.shell.web.queries.pulse import Pulse, pulse
from qazyna.shell.web.views.managers import manager_rows
from qazyna.shell.web.views.rows import estimates, holding_row, limit_row, marks

_rendered: dict[str, tuple[Pulse, SafeString]] = {}


@page
def dashboard(request: HttpRequest) -> HttpResponse:
    """Everything a minister asks first, each figure a link to what it is made of."""
    now = pulse()
    kept = _rendered.get(now.database)
    if kept is None or kept[0] != now:
        body = render_to_string("pages/dashboard_body.html", _context(overview(now)))
        kept = _rendered[now.database] = (now, mark_safe(body))
    return show(request, "pages/dashboard.html", {"body": kept[1], "script": script_address()})


def script_address() -> str:
    """Where the chart script is; its digest is its name."""
    return f"/assets/charts-{script.bundle()[0]}.js"


def _context(found: Overview) -> dict[str, Any]:
    said = found.statement
    currency = said.currency
    shown = {line.klass: line.value for line in said.classes}
    return {
        "jurisdiction": said.jurisdiction.name,
        "local_name": said.jurisdiction.local_name,
        "as_of": figures.day(said.as_of),
        "recorded_at": figures.instant(found.pulse.recorded_at),
        "last_event": found.pulse.seq,
        "total": money(said.total, currency),
        "valued": money(said.valued, currency) if said.total is None else None,
        "empty": not said.classes,
        "illustrative": found.illustrative,
        "classes": [class_row(line, currency) for line in said.classes],
        "allocation": charts.as_json(charts.allocation(shown, currency)),
        "over_time": charts.as_json(
            charts.over_time([(m.on, m.by_class, m.stale) for m in found.months], currency)
        ),
        "any_stale": any(m.stale for m in found.months),
        "months": [
            {"on": figures.day(m.on), "total": money(m.total, currency)} for m in found.months
        ],
        "legend": [
            {"klass": klass, "name": words.STATEMENT_CLASSES[klass]}
            for klass in charts.in_order({k: 1 for m in found.months for k in m.by_class})
        ],
        "limits": [limit_row(each) for each in said.limits],
        "estimates": estimates(said.estimates),
        "assumptions": len(said.assumptions),
        "journey": _journey(found),
        "custody": list(_custody(found)),
        "custody_total": money(custody_total(found), currency),
        "places": list(_places(found)),
        "flows": _flows(found),
        "owed": _owed(found),
        "since": figures.day(said.flows.since),
        "managers": manager_rows(found),
        "waiting": [
            {
                "what": link(words.spoken(each.state.command_kind), f"/proposals/{each.name}"),
                "by": each.state.proposed_by,
                "at": figures.instant(each.at),
            }
            for each in proposals.waiting(found.pulse)
        ],
        "postings": number(found.postings),
    }


def class_row(line: ClassLine, currency: str) -> dict[str, Any]:
    """A class of the statement as a row, leading to its page."""
    name = words.STATEMENT_CLASSES[line.klass]
    href = f"/classes/{line.klass}"
    return {
        "klass": line.klass,
        "name": link(name, href),
        "value": link(money(line.value, currency), href, f"{name}: what it is made of"),
        "share": share(line.share),
        "marks": marks(line.holdings),
    }


def _journal(**asked: str) -> str:
    return f"/journal?{urlencode(asked)}"


def _journey(found: Overview) -> list[dict[str, Any]]:
    said, currency = found.statement.enforcement, found.statement.currency
    return [
        {
            "what": "Unlicensed venues shut",
            "how_much": link(number(said.venues_shut), "/venues"),
        },
        {
            "what": "which had processed",
            "how_much": link(brief(said.venues_volume_usd, "USD"), "/venues"),
        },
        {
            "what": "Seized, for whomever the courts name",
            "how_much": link(
                brief(said.seized_value, currency),
                _journal(kind="receive", credit="claimants"),
            ),
        },
        {
            "what": "Forfeited by final orders",
            "how_much": link(
                brief(said.forfeited_value, currency), _journal(kind="vest", credit="state")
            ),
        },
        {
            "what": "Passed to the reserve",
            "how_much": link(
                brief(said.to_reserve_value, currency),
                _journal(kind="transfer", credit="reserve", counter="state"),
            ),
        },
    ]


def custody_total(found: Overview) -> Decimal | None:
    """What all of it is worth, less what is lost."""
    lost = total(each.value for each in found.lost)
    held = total(each.value for each in found.custody)
    return None if held is None or lost is None else held - lost


def _custody(found: Overview) -> Iterable[dict[str, Any]]:
    currency = found.statement.currency
    before = ""
    for held in found.custody:
        href = f"/custody/{held.title}/{held.asset.code}"
        yield {
            "title": words.TITLES[held.title] if held.title != before else "",
            "means": words.account_sentence(held.title) if held.title != before else "",
            "full_title": words.TITLES[held.title],
            "amount": link(quantity(held.amount, held.asset), href),
            "value": link(money(held.value, currency), href),
        }
        before = held.title
    for lost in found.lost:
        href = f"/custody/{lost.title}/{lost.asset.code}"
        yield {
            "title": "Of it, lost",
            "means": words.account_sentence(lost.title),
            "amount": link(quantity(lost.amount, lost.asset), href),
            "value": money(None if lost.value is None else -lost.value, currency),
        }


def _owed(found: Overview) -> list[dict[str, Any]]:
    """What is promised, due and passed on, outside the classes of the reserve or within them."""
    said, currency = found.statement, found.statement.currency

    def row(name: str, means: str, value: Decimal | None, href: str) -> dict[str, Any]:
        return {"name": name, "means": means, "value": link(money(value, currency), href)}

    rows = []
    if said.obligations:
        unfunded = total(each.value for each in said.obligations)
        rows.append(row("Unfunded", "promised to funds and not yet called", unfunded, "/managers"))
    if said.receivables:
        due = total(each.value for each in said.receivables)
        rows.append(row("Receivable", "due to the reserve", due, "/classes/receivables"))
    awarded = [each.value for each in found.custody if each.title == "beneficiaries"]
    if awarded:
        href = _journal(kind="vest", credit="beneficiaries")
        rows.append(row("Awarded", "owed to beneficiaries, not yet paid", total(awarded), href))
    if said.budget:
        account = said.budget[0].account.path
        passed = total(line.value for line in said.budget)
        rows.append(
            row(
                "Budget", "the State budget’s share, in its own pot", passed, f"/accounts/{account}"
            )
        )
    return rows


def _places(found: Overview) -> Iterable[dict[str, Any]]:
    before = ""
    for klass, asset, amount in found.places:
        yield {
            "name": words.account_class(klass) if klass != before else "",
            "full_name": words.account_class(klass),
            "means": words.account_sentence(klass) if klass != before else "",
            "amount": quantity(amount, asset),
        }
        before = klass


def _flows(found: Overview) -> list[dict[str, Any]]:
    said, currency = found.statement.flows, found.statement.currency
    since = said.since.isoformat()

    def row(name: str, value: Decimal | None, href: str | None = None) -> dict[str, Any]:
        return {"name": name, "value": link(money(value, currency), href)}

    def minus(value: Decimal | None) -> Decimal | None:
        return None if value is None else -value

    return [
        row("Inflow", said.inflow, _journal(book="reserve", flow="inflow", since=since)),
        row(
            "Withdrawal",
            minus(said.withdrawal),
            _journal(book="reserve", flow="withdrawal", since=since),
        ),
        row("Income", said.income, _journal(book="reserve", flow="income", since=since)),
        row("Cost", minus(said.cost), _journal(book="reserve", flow="cost", since=since)),
        row("Return", said.returned),
        row("Currency effect", said.currency_effect),
    ]


@page
def klass(request: HttpRequest, klass: str) -> HttpResponse:
    """One class of the reserve: its holdings, each with its price and where that is from."""
    if klass not in CLASSES:
        raise missing(f"No class of the reserve is called “{klass}”.")
    found = overview(pulse())
    said = found.statement
    line = next((each for each in said.classes if each.klass == klass), None)
    limits = [limit_row(each) for each in said.limits if each.limit.klass == klass]
    context = {
        "klass": klass,
        "name": words.STATEMENT_CLASSES[klass],
        "as_of": figures.day(said.as_of),
        "value": money(line.value, said.currency) if line else None,
        "share": share(line.share) if line else None,
        "lines": [holding_row(each, said.currency) for each in line.holdings] if line else [],
        "limits": limits,
        "estimates": estimates(
            each
            for each in said.estimates
            if line and any(each.what.startswith(f"{one.asset.code} ") for one in line.holdings)
        ),
    }
    return show(request, "pages/class.html", context, trail=(("Reserve", "/"),))
