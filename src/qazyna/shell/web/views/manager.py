"""One manager: what we have with it, on what terms, how it did, what comes next, what it says."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from qazyna.money import ASSETS, Asset
from qazyna.programme.manager import Manager
from qazyna.programme.mandates.mandate import Mandate
from qazyna.programme.terms import Terms, VentureTerms
from qazyna.shell.queries import agenda, watching
from qazyna.shell.queries.fees import fees
from qazyna.shell.queries.performance import performance
from qazyna.shell.web import books, charts, figures, script, words
from qazyna.shell.web.figures import mark, money, number, quantity, reference
from qazyna.shell.web.frame import missing, page, show
from qazyna.shell.web.queries import cases
from qazyna.shell.web.queries.overview import overview
from qazyna.shell.web.queries.pulse import pulse
from qazyna.shell.web.views.cases import timeline_step
from qazyna.shell.web.views.managers import CLASS, manager_lines, manager_row
from qazyna.shell.web.views.rows import date_row, holding_row

_SHOWN: Final = 12
"""Rows of a table that grows for ever; all of them are in the exports and on the command line."""


@page
def manager(request: HttpRequest, code: str) -> HttpResponse:
    """One manager, with everything that is known of it."""
    found = overview(pulse())
    known = next((each for each in found.managers if each.code == code), None)
    if known is None:
        raise missing(f"No manager is called {code}.")
    here, today = books.connection(), found.statement.as_of
    currency, units = ASSETS[known.currency], found.assets[code]
    before = request.GET.get("before", "")
    happened = cases.timeline_of(
        f"manager/{code}", int(before) if before.isdecimal() else 2**31 - 1, _SHOWN
    )
    measured = performance(here, code=code, until=today)
    context = {
        "manager": known,
        "klass": CLASS[known.manager_kind],
        "kind": words.STATEMENT_CLASSES[CLASS[known.manager_kind]].lower().removesuffix("s"),
        "row": manager_row(found, known),
        "admitted_on": figures.day(known.admitted_on),
        "left_on": figures.day(known.left_on) if known.left_on else None,
        "lines": [
            holding_row(line, found.statement.currency) for line in manager_lines(found, code)
        ],
        "keys": _key_figures(known, measured),
        "chart": _chart(known, currency),
        "script": reverse("chart-script", args=[script.bundle()[0]]),
        "dates": _dates(agenda.calendar(here, today), code),
        "mandate": _mandate(watching.mandate(here, code), known.currency),
        "queries": [_query(each) for each in watching.queries(here, code, closed=False)],
        "fees": _fee_check(fees(here, code)),
        "statements": _statements(watching.received(here, code), known.currency),
        "terms": _terms(known.terms, known.currency),
        "terms_since": [
            {"since": figures.day(each.since), "ref": reference(each.document_ref)}
            for each in reversed(known.terms_since)
        ],
        "promises": _promises(known, currency) if known.manager_kind == "venture_fund" else [],
        "waiting": [
            {
                "number": number_,
                "dealing_on": figures.day(each.dealing_on),
                "amount": quantity(each.amount, currency),
            }
            for number_, each in sorted(known.waiting.items())
        ],
        "requests": _requests(known, units),
        "navs": _navs(known),
        "timeline": [timeline_step(each, found.assets) for each in happened[:_SHOWN]],
        "earlier": happened[_SHOWN - 1].version if len(happened) > _SHOWN else None,
    }
    return show(request, "pages/manager.html", context, trail=(("Managers", "/managers"),))


# how it did


def _key_figures(known: Manager, measured: dict[str, Any]) -> list[dict[str, Any]]:
    """The few figures a reader looks for first, each with what it is; net, since the beginning."""
    plain = measured["series"].get(known.code, {})
    of_money = measured["managers"].get(known.code, {}).get("money") or {}
    stale = measured["managers"].get(known.code, {}).get("stale") or {}
    shown: list[tuple[str, Any, SafeString, str]]
    if known.manager_kind == "venture_fund":
        shown = [
            ("IRR", of_money.get("irr"), _share(of_money.get("irr")), "a year, money-weighted"),
            ("TVPI", of_money.get("tvpi"), _times(of_money.get("tvpi")), "what came and is left"),
            ("DPI", of_money.get("dpi"), _times(of_money.get("dpi")), "what came"),
            ("RVPI", of_money.get("rvpi"), _times(of_money.get("rvpi")), "what is left"),
        ]
    else:
        twr, deep = plain.get("twr_annualised"), plain.get("max_drawdown")
        moves, truly = plain.get("volatility"), plain.get("desmoothed_volatility")
        shown = [
            ("TWR", twr, _share(twr), "a year, net of fees"),
            ("Volatility", moves, _share(moves), "a year, as reported"),
            ("Desmoothed", truly, _share(truly), "volatility, a year"),
            ("Drawdown", deep, _share(deep), "from peak to trough, at worst"),
            ("IRR", of_money.get("irr"), _share(of_money.get("irr")), "ours, money-weighted"),
        ]
    is_stale = bool(stale.get("stale"))
    return [
        {"name": name, "figure": figure, "means": means, "stale": is_stale}
        for name, value, figure, means in shown
        if value is not None
    ]


def _share(value: float | None) -> SafeString:
    return figures.NOTHING if value is None else figures.share(Decimal(str(value)), 1)


def _times(value: float | None) -> SafeString:
    if value is None:
        return figures.NOTHING
    return format_html("{} {}", number(Decimal(str(value)), 2), figures.unit("×"))


def _chart(known: Manager, currency: Asset) -> dict[str, Any] | None:
    spec = charts.of_manager(known, currency)
    if spec is None:
        return None
    return {
        "name": f"manager-{known.code}",
        "spec": charts.as_json(spec),
        "alt": f"{known.code}: {spec['description']}",
        "height": "240px",
    }


# what comes next


def _dates(calendar: list[dict[str, Any]], code: str) -> list[dict[str, Any]]:
    return [date_row(each) for each in calendar if each["manager"] == code][:_SHOWN]


# what it may do, what it says, what we asked


def _mandate(told: dict[str, Any], currency: str) -> dict[str, Any] | None:
    if not told["mandate"]:
        return None
    return {
        "since": figures.day(date.fromisoformat(told["since"])),
        "ref": reference(told["decision_ref"]),
        "clauses": list(_clauses(Mandate.model_validate(told["mandate"]), currency)),
        "breaches": [
            {
                "clause": words.spoken(each["clause"]),
                "subject": each["subject"] or "",
                "since": figures.short_day(date.fromisoformat(each["since"])),
                "actual": number(Decimal(each["actual"])),
                "bound": number(Decimal(each["bound"])),
                "cure_by": figures.short_day(date.fromisoformat(each["cure_by"])),
                "status": each["status"],
                "overdue": each["overdue"],
            }
            for each in sorted(told["breaches"], key=lambda b: b["since"], reverse=True)[:_SHOWN]
        ],
        "reports": [
            {
                "report": words.spoken(each["report"]),
                "period_to": figures.short_day(date.fromisoformat(each["period_to"])),
                "due_on": figures.short_day(date.fromisoformat(each["due_on"])),
                "status": each["status"],
            }
            for each in told["reports"][-_SHOWN:]
        ],
    }


def _clauses(mandate: Mandate, currency: str) -> Iterator[tuple[str, Any]]:
    """What it bounds, each with its unit; where it is silent, nothing is said."""
    if mandate.eligible_assets is not None:
        yield "May be exposed to", ", ".join(mandate.eligible_assets) or "currencies alone"
    if mandate.market_value_floor is not None:
        worth = money(mandate.market_value_floor, currency, places=0)
        yield "Assets worth at least", worth
    for name in ("single_asset", "issuer", "counterparty", "illiquids", "undisclosed"):
        most = getattr(mandate, name)
        if most is not None:
            what = words.spoken(name)
            yield what, format_html("{} of NAV at most", figures.share(most, 0))
    if mandate.leverage is not None:
        times = number(mandate.leverage, 2)
        yield "Leverage", format_html("{} {} NAV at most", times, figures.unit("×"))
    if mandate.benchmark:
        yield "Benchmark", mandate.benchmark
    for each in mandate.reports:
        due = format_html("{}, {} after the period", each.every, _days(each.due_days))
        yield f"Report: {each.report}", due
    if mandate.cure_days is not None:
        yield "To cure a breach", _days(mandate.cure_days)


def _query(each: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": each["query"],
        "message": each["message"],
        "said": each["said"],
        "expected": each["expected"],
        "answer_by": figures.short_day(date.fromisoformat(each["answer_by"])),
        "status": each["status"],
        "overdue": each["overdue"],
    }


def _statements(received: list[dict[str, Any]], currency: str) -> list[dict[str, Any]]:
    """The latest first, those that were replaced marked."""
    rows = []
    for each in reversed(received[-_SHOWN:]):
        account = each["account"] or {}
        closing = account.get("closing_value")
        rows.append(
            {
                "period": figures.short_day(date.fromisoformat(each["period_to"])),
                "received": figures.short_day(date.fromisoformat(each["received_on"])),
                "value": money(Decimal(closing), currency) if closing else figures.NOTHING,
                "fees": money(Decimal(account["fees_total"]), currency)
                if account.get("fees_total")
                else figures.NOTHING,
                "ref": reference(each["statement_ref"]),
                "marks": mark("replaced")
                if each["replaced_by"]
                else ("" if each["final"] else mark("estimated")),
                "sha256": (each["sha256"] or "")[:12],
            }
        )
    return rows


def _fee_check(told: dict[str, Any]) -> dict[str, Any] | None:
    """What was charged beside what the terms make it: the latest periods, and every finding."""
    rows = [each for each in told["fees"] if each["charged"] is not None]
    if not rows:
        return None
    late = [each for each in rows if each["within"] is False]
    shown = {id(each): each for each in (*rows[-_SHOWN:], *late)}.values()
    return {
        "says": f"{len(late)} of {len(rows)} differ"
        if late
        else f"all {len(rows)} periods agree with the terms",
        "rows": [
            {
                "until": figures.short_day(date.fromisoformat(each["to"])),
                "fee": each["fee"],
                "charged": money(Decimal(each["charged"]), told["currency"]),
                "recomputed": money(Decimal(each["recomputed"]), told["currency"]),
                "difference": number(Decimal(each["difference"]), 2),
                "mark": mark("differs") if each["within"] is False else "",
            }
            for each in sorted(shown, key=lambda each: (each["to"], each["fee"]), reverse=True)
        ],
    }


# terms


def _terms(terms: Terms, currency: str) -> list[dict[str, Any]]:
    """What the documents say, in groups; what they are silent on is left out."""
    groups = [
        ("Dealing", [] if terms.venture else list(_dealing(terms, currency))),
        ("Getting out", list(_getting_out(terms))),
        ("Fees", list(_fees(terms))),
        ("Capital", list(_capital(terms.venture)) if terms.venture else []),
    ]
    return [{"name": name, "rows": rows} for name, rows in groups if rows]


def _days(count: int, business: bool = False) -> SafeString:
    return format_html(
        "{} {}", number(count), figures.unit("business days" if business else "days")
    )


def _dealing(terms: Terms, currency: str) -> Any:
    yield "Subscriptions", terms.subscriptions
    yield "Redemptions", terms.redemptions
    if terms.dealing_day != "any":
        yield "Dealing day", terms.dealing_day.replace("_", " ") + " day of the period"
    if terms.notice_days:
        yield "Notice", _days(terms.notice_days, terms.business_days)
    yield "Money follows within", _days(terms.settlement_days)
    for name, least in (
        ("Least subscription", terms.minimum_subscription),
        ("Least holding", terms.minimum_holding),
    ):
        if least:
            yield name, money(least, currency)
    if terms.in_kind is not None:
        yield "Taken in kind", ", ".join(terms.in_kind) or "nothing"


def _getting_out(terms: Terms) -> Any:
    if terms.lock_until:
        yield "Lock-up until", figures.day(terms.lock_until)
    if terms.lock_months:
        yield "Lock-up", format_html("{} {}", number(terms.lock_months), figures.unit("months"))
    if terms.soft_lock_months and terms.early_fee:
        text = "{} {}, {} before"
        months = number(terms.soft_lock_months)
        yield (
            "Soft lock",
            format_html(text, months, figures.unit("months"), figures.share(terms.early_fee)),
        )
    if terms.gate:
        rule = "pro rata" if terms.gate_rule == "pro_rata" else "first come, first served"
        share = figures.share(terms.gate, 0)
        yield "Gate", format_html("{} of the {}, {}", share, terms.gate_level, rule)
    if terms.side_pocket:
        yield "Side pocket", format_html("{} at most", figures.share(terms.side_pocket, 0))
    if terms.holdback:
        yield "Holdback", format_html("{} until the audit", figures.share(terms.holdback, 0))


def _fees(terms: Terms) -> Any:
    if fee := terms.management_fee:
        text = "{} a year of {}, {}{}"
        basis = {"nav": "NAV", "committed": "commitments", "invested": "what is invested"}
        advance = ", in advance" if fee.in_advance else ""
        share = figures.share(fee.rate, 2)
        yield "Management fee", format_html(text, share, basis[fee.basis], fee.frequency, advance)
    if gain := terms.performance_fee:
        text = "{} of gains{}, charged {}, by {}"
        above = f" above {figures.percent(gain.hurdle, 2)} ({gain.hurdle_kind})" * bool(gain.hurdle)
        above += " and the high-water mark" if gain.hurdle and gain.high_water_mark else ""
        above += " above the high-water mark" * (gain.high_water_mark and not gain.hurdle)
        share = figures.share(gain.rate, 0)
        yield "Performance fee", format_html(text, share, above, gain.crystallises, gain.method)


def _capital(terms: VentureTerms) -> Any:
    if terms.investment_period_until:
        yield "Investment period until", figures.day(terms.investment_period_until)
    if terms.ends_on:
        yield "Ends on", figures.day(terms.ends_on)
    yield "Notice of a call", _days(terms.call_notice_days)
    if terms.recycling:
        yield "Recycling", format_html("{} of the commitment", figures.share(terms.recycling, 0))
    if terms.carry:
        text = "{} above {} a year, {}, catch-up {}"
        yield (
            "Carry",
            format_html(
                text,
                figures.share(terms.carry, 0),
                figures.share(terms.preferred_return, 1),
                terms.waterfall.replace("_", " "),
                figures.share(terms.catch_up, 0),
            ),
        )


def _promises(known: Manager, currency: Asset) -> list[tuple[str, SafeString]]:
    return [
        ("Committed", quantity(known.committed, currency)),
        ("Called", quantity(known.called, currency)),
        ("Distributed", quantity(known.distributed, currency)),
        ("Recallable", quantity(known.recallable, currency)),
    ]


# dealings under way


def _requests(known: Manager, units: Asset) -> list[dict[str, Any]]:
    return [
        {
            "number": number_,
            "requested_on": figures.short_day(each.requested_on),
            "dealing_on": figures.short_day(each.dealing_on),
            "units": quantity(each.units, units),
            "filled": quantity(each.filled, units),
            "open": quantity(each.open, units) if each.open else figures.NOTHING,
        }
        for number_, each in sorted(known.requests.items(), reverse=True)[:_SHOWN]
    ]


def _navs(known: Manager) -> list[dict[str, Any]]:
    """The latest first; of a day that was stated again, all that was said of it."""
    stated = sorted(enumerate(known.navs), key=lambda at: (at[1].on, at[0]), reverse=True)
    rows = []
    for _, of_a_day in groupby(stated[:_SHOWN], key=lambda at: at[1].on):
        for place, (_, nav) in enumerate(of_a_day):
            rows.append(
                {
                    "on": figures.short_day(nav.on),
                    "per_unit": money(nav.per_unit, known.currency, places=4),
                    "final": mark("replaced")
                    if place
                    else ("final" if nav.final else mark("estimated")),
                    "ref": reference(nav.statement_ref),
                }
            )
    return rows
