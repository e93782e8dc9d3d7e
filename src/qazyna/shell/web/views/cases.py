"""Cases: the list, one of them with its timeline, and what all of them hold under one title."""

import json
from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from qazyna.ledger.chart import BOOKS, LOCATIONS
from qazyna.ledger.entry import Account
from qazyna.money import Asset
from qazyna.seizure.case import Held
from qazyna.shell.store.reading import known_assets
from qazyna.shell.web import access, books, figures, words
from qazyna.shell.web.figures import link, mark, path, quantity, reference
from qazyna.shell.web.frame import missing, page, show
from qazyna.shell.web.queries import cases
from qazyna.shell.web.views import exhibits
from qazyna.shell.web.views.ledger import account_link

_DECISIVE: Final = frozenset(
    {"seized", "forfeiture_became_final", "judgment_annulled", "seizure_lifted", "award_paid"}
)
_REFERENCES: Final = (
    "order_ref",
    "award_ref",
    "annulment_ref",
    "decision_ref",
    "incident_ref",
    "txid",
)


@page
def listing(request: HttpRequest) -> HttpResponse:
    """Cases in the order of their names, or those whose names begin as asked."""
    begins = request.GET.get("q", "").strip()
    found, after = cases.listed(begins, request.GET.get("after", begins and begins[:-1]))
    assets = known_assets(books.connection())
    context = {
        "asked": begins,
        "later": "after" in request.GET,
        "rows": [
            {
                "case": link(each.case, path("cases", each.case)),
                "since": figures.short_day(each.since),
                "last": words.spoken(each.last_kind),
                "last_on": figures.short_day(each.last_on),
                "holdings": figures.number(each.holdings),
                "status": _status(each.balances),
                "held": [
                    {
                        "amount": quantity(int(held.quantity), assets[held.asset]),
                        "title": words.TITLES[held.klass],
                    }
                    for held in each.balances
                ],
            }
            for each in found
        ],
        "more": {"q": begins, "after": after} if after else None,
    }
    template = "components/case_rows.html" if request.htmx else "pages/cases.html"
    return show(request, template, context)


def _status(balances: tuple[Any, ...]) -> SafeString:
    titles = {held.klass for held in balances}
    if not titles:
        return mark("closed", "Nothing is held in this case any more")
    if "claimants" in titles:
        return mark("pending", "Part of it is not decided yet")
    return mark("decided", "All that is held has been decided upon")


@page
def case(request: HttpRequest, case: str) -> HttpResponse:
    """One case: what it holds and for whom, the orders made in it, and what happened."""
    found = cases.case(case, request.GET.get("holding", ""))
    if found is None:
        raise missing(f"There is no case {case}.")
    assets = known_assets(books.connection())
    sees = access.sees_private(request.user)
    before = request.GET.get("before", "")
    happened = cases.timeline(case, int(before) if before.isdecimal() else found.version + 1)
    shown = happened[: cases.TIMELINE]
    context = {
        "case": case,
        "version": found.version,
        "illustrative": any("(illustrative)" in ref for ref in found.state.orders),
        "holdings": [
            _holding(
                case, name, found.state.holdings[name], found.balances.get(name, []), assets, sees
            )
            for name in found.holdings
        ],
        "more_holdings": found.holdings[-1] if found.more_holdings else None,
        "orders": [
            {
                "ref": reference(ref, _order_event(case, ref, shown)),
                "kind": order.order_kind.replace("_", "-") if order.order_kind else "not stated",
                "ordered_on": figures.day(order.ordered_on),
                "final_on": figures.day(order.final_on),
                "annulled_on": order.annulled_on and figures.day(order.annulled_on),
                "now": [
                    format_html("{} of holding {}", quantity(amount, assets[asset]), holding)
                    for holding, has in order.now.items()
                    for asset, amount in has.items()
                ],
            }
            for ref, order in found.state.orders.items()
        ],
        "exhibits": exhibits.of_case(case, found.state.exhibits, sees),
        "awards": [
            {
                "ref": reference(ref, path("events", f"case/{case}", award.version)),
                "on": figures.day(award.awarded_on),
                "owed": [
                    format_html("{} to {}", quantity(amount, assets[asset]), party)
                    for key, amount in award.owed.items()
                    for _, asset, party in [key.rsplit("/", 2)]
                ],
            }
            for ref, award in found.state.awards.items()
        ],
        "timeline": [timeline_step(each, assets) for each in shown],
        "earlier": shown[-1].version if len(happened) > cases.TIMELINE else None,
        "later": bool(before),
        "sealed": not sees,
        "who_sees": access.SEE_PRIVATE,
    }
    return show(request, "pages/case.html", context, trail=(("Cases", "/cases"),))


def _holding(
    case: str, name: str, held: Held, balances: list[Any], assets: Mapping[str, Asset], sees: bool
) -> dict[str, Any]:
    def rows(side: str) -> list[dict[str, Any]]:
        return [
            {
                "klass": words.account_class(b.klass),
                "detail": b.detail,
                "means": words.account_sentence(b.klass),
                "amount": link(
                    quantity(int(b.quantity), assets[b.asset]),
                    account_link(Account(b.book, b.klass, b.detail), b.asset),
                ),
            }
            for b in balances
            if Account(b.book, b.klass, b.detail).side == side
        ]

    address = None
    if held.address:
        address = (
            format_html('<span class="mono">{}</span>', held.address) if sees else mark("sealed")
        )
    return {
        "name": name,
        "asset": assets[held.asset].name or held.asset,
        "seized_on": figures.day(held.seized_on),
        "address": address,
        "assumed": mark("assumed", f"Not in the sources: {', '.join(held.assumed)}")
        if held.assumed
        else mark_safe(""),
        "titles": rows("title"),
        "places": rows("location"),
    }


def _order_event(case: str, ref: str, shown: list[Any]) -> str | None:
    """The event that made the order final, or else the one that recorded it, if it is in sight."""
    for each in shown:
        if (
            json.loads(bytes(each.leaf))["body"].get("order_ref") == ref
            and "forfeiture" in each.kind
        ):
            return path("events", each.seq)
    return None


def timeline_step(each: Any, assets: Mapping[str, Asset]) -> dict[str, Any]:
    """An event of a stream as a step of its timeline."""
    body = json.loads(bytes(each.leaf))["body"]
    amount = body.get("amount")
    asset = body.get("asset") or body.get("currency")
    refs = [body[name] for name in _REFERENCES if isinstance(body.get(name), str)]
    return {
        "name": link(words.spoken(each.kind), path("events", each.seq)),
        "means": words.event_sentence(each.kind),
        "on": figures.day(each.value_date),
        "recorded_at": figures.instant(each.recorded_at),
        "actor": each.actor,
        "amount": quantity(int(amount), assets[asset])
        if isinstance(amount, str) and amount.isdecimal() and asset in assets
        else None,
        "holding": body.get("holding"),
        "refs": [reference(ref) for ref in refs],
        "decisive": each.kind in _DECISIVE,
    }


@page
def custody(request: HttpRequest, title: str, asset: str) -> HttpResponse:
    """What the cases hold of an asset under a title, holding by holding."""
    assets = known_assets(books.connection())
    if title not in (*BOOKS["case"], *LOCATIONS) or asset not in assets:
        raise missing(f"Nothing is kept under “{title}” in “{asset}”.")
    after = _after(request.GET.get("after", ""))
    shown, more = cases.custody(title, asset, after)
    context = {
        "title": words.account_class(title),
        "means": words.account_sentence(title),
        "asset": assets[asset].name or asset,
        "rows": [
            {
                "case": link(book.rpartition("/")[0], path("cases", book.rpartition("/")[0])),
                "holding": book.rpartition("/")[2],
                "party": each.detail,
                "amount": link(
                    quantity(int(each.quantity), assets[asset]),
                    account_link(Account(book, title, each.detail), asset),
                ),
            }
            for each in shown
            for book in (each.book,)
        ],
        "more": "/".join(more) if more else None,
        "later": after != cases.FIRST,
    }
    return show(request, "pages/custody.html", context, trail=(("Reserve", "/"), ("Custody", None)))


def _after(text: str) -> cases.Place:
    """Where a page of what is in custody goes on: of the four names only the book's has slashes."""
    book, *rest = text.rsplit("/", 3)
    return (book, rest[0], rest[1], rest[2]) if len(rest) == 3 else cases.FIRST
