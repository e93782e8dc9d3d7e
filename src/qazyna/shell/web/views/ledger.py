"""Accounts, holdings, entries and the journal: the figures' own ledger, page by page."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from qazyna.clock import day
from qazyna.errors import Refused
from qazyna.ledger.entry import Account
from qazyna.money import Asset
from qazyna.shell.log.published import leaf_of_entry
from qazyna.shell.store.reading import known_assets
from qazyna.shell.web import books, figures, words
from qazyna.shell.web.figures import link, mark, money, number, path, quantity
from qazyna.shell.web.frame import missing, page, show
from qazyna.shell.web.queries import ledger
from qazyna.shell.web.queries.ledger import After, Holding

_SALT: Final = "a page of a holding"


def account_link(account: Account, asset: str | None = None) -> str:
    if asset:
        return path("holdings", account.path, asset)
    return path("accounts", account.path)


def event_name(kind: str) -> str:
    return words.spoken(kind)


@page
def account(request: HttpRequest, account: str) -> HttpResponse:
    """All that one account holds or held."""
    found = ledger.holdings_of(account)
    if not found:
        raise missing(f"There is no account {account}.")
    assets = known_assets(books.connection())
    context = {
        "account": found[0].account,
        "means": words.account_sentence(found[0].account.klass),
        "rows": [
            {
                "asset": assets[each.asset].name or each.asset,
                "amount": link(
                    quantity(each.quantity, assets[each.asset]),
                    account_link(each.account, each.asset),
                ),
            }
            for each in found
        ],
    }
    return show(request, "pages/account.html", context, trail=_down_to(found[0]))


@page
def holding(request: HttpRequest, account: str, asset: str) -> HttpResponse:
    """The entries of one account in one asset, each with the balance it left."""
    found = next((each for each in ledger.holdings_of(account) if each.asset == asset), None)
    if found is None:
        raise missing(f"There is no holding of {asset} in an account {account}.")
    assets = known_assets(books.connection())
    posted, after = ledger.postings(found, _read_after(request.GET.get("after")))
    grows = 1 if found.account.side == "location" else -1
    rows = [
        {
            "on": figures.short_day(each.value_date),
            "entry": link(words.spoken(each.kind), path("entries", each.entry)),
            "marks": _marks(each),
            "event": link(event_name(each.event_kind), path("events", each.event)),
            "other": words.account_class(each.other_class),
            "other_detail": each.other_detail,
            "in": number(assets[asset].decimal(int(each.quantity)))
            if each.sign == grows
            else figures.EMPTY,
            "out": number(assets[asset].decimal(int(each.quantity)))
            if each.sign != grows
            else figures.EMPTY,
            "balance": number(assets[asset].decimal(balance)),
        }
        for each, balance in posted
    ]
    context = {
        "holding": found,
        "asset": assets[asset],
        "name": assets[asset].name or asset,
        "means": words.account_sentence(found.account.klass),
        "amount": quantity(found.quantity, assets[asset]),
        "points": f"points-{_points(assets[asset])}",
        "rows": rows,
        "older": f"?after={_write_after(after)}" if after else None,
        "later": bool(request.GET.get("after")),
    }
    return show(request, "pages/holding.html", context, trail=_down_to(found))


def _points(asset: Asset) -> int:
    return 2 if asset.scale <= 2 else 6 if asset.scale <= 6 else 8


def _marks(posted: Any) -> Any:
    if posted.kind == "reverse":
        return mark("correction")
    return mark("reversed") if posted.reversed_by else figures.EMPTY


def _down_to(found: Holding) -> tuple[tuple[str, str | None], ...]:
    """The way down to a holding: through its case, or through the reserve."""
    if found.book_kind == "case":
        case, _, name = found.account.book.rpartition("/")
        return ("Cases", "/cases"), (case, path("cases", case)), (f"Holding {name}", None)
    return ("Reserve", "/"), (found.account.book, None)


def _write_after(after: After) -> str:
    said = [after.on.isoformat(), after.entry, after.leg, str(after.balance)]
    return signing.dumps(said, salt=_SALT)


def _read_after(text: str | None) -> After | None:
    """Where a page begins. The balance there is ours to say, so it is signed."""
    if not text:
        return None
    try:
        on, entry, leg, balance = signing.loads(text, salt=_SALT)
    except signing.BadSignature:
        raise missing("This page of entries was not asked for as it was linked.") from None
    return After(date.fromisoformat(on), entry, leg, int(balance))


@page
def entry(request: HttpRequest, number: int) -> HttpResponse:
    """One entry: its postings, what it was worth, what it rests on, the event that booked it."""
    found = ledger.entry(number)
    if found is None:
        raise missing(f"There is no entry {number}.")
    assets = known_assets(books.connection())
    context = {
        "entry": found,
        "kind": words.spoken(found.kind),
        "means": words.entry_sentence(found.kind),
        "on": figures.day(found.value_date),
        "recorded_at": figures.instant(found.recorded_at),
        "value": money(found.value, found.currency) if found.currency else None,
        "source": found.price_source,
        "flow": words.FLOWS[found.flow],
        "event": link(event_name(found.event_kind), path("events", found.event)),
        "event_means": words.event_sentence(found.event_kind),
        "postings": [posting_row(p, assets) for p in ledger.postings_of([number])[number]],
        "leaf": bytes(found.leaf).decode(),
        "leaf_number": leaf_of_entry(books.connection(), number),
    }
    trail = (
        ("Journal", "/journal"),
        (f"{found.stream} no. {found.version}", f"/events/{found.event}"),
    )
    return show(request, "pages/entry.html", context, trail=trail)


def posting_row(posted: Any, assets: Mapping[str, Asset]) -> dict[str, Any]:
    """A posting: from the account credited to the account debited, and by what right."""
    debit = Account(posted.book, posted.debit_class, posted.debit_detail)
    credit = Account(posted.book, posted.credit_class, posted.credit_detail)
    by = None
    if posted.authority != "none":
        unit = assets[posted.asset]
        by = {
            "kind": words.AUTHORITIES.get(posted.authority, posted.authority),
            "event": link(event_name(posted.by_kind), path("events", posted.by_event)),
            "granted": quantity(int(posted.granted), unit),
            "used": quantity(int(posted.used), unit),
        }
    return {
        "debit": link(debit.path, account_link(debit, posted.asset)),
        "debit_means": words.account_class(debit.klass),
        "credit": link(credit.path, account_link(credit, posted.asset)),
        "credit_means": words.account_class(credit.klass),
        "amount": quantity(int(posted.quantity), assets[posted.asset]),
        "by": by,
    }


_ASKED: Final = {
    "kind": "kind of entry",
    "flow": "flow",
    "book": "kind of book",
    "debit": "class debited",
    "credit": "class credited",
    "counter": "title it came from",
    "asset": "asset",
    "since": "after",
}


@page
def journal(request: HttpRequest) -> HttpResponse:
    """Postings in the order in which they were written, the newest first, as asked for."""
    asked: dict[str, Any] = {name: request.GET[name] for name in _ASKED if request.GET.get(name)}
    before = _before(request.GET.get("before"))
    given = dict(asked)
    if "since" in given:
        given["since"] = day(given["since"])
    found, older = ledger.journal(given, before)
    assets = known_assets(books.connection())
    rows = [
        {
            "on": figures.short_day(each.value_date),
            "entry": link(words.spoken(each.kind), path("entries", each.entry)),
            "event": link(event_name(each.event_kind), path("events", each.event)),
            "stream": each.stream,
            "amount": quantity(int(each.quantity), assets[each.asset]),
            "debit": _account(each.book_path, each.debit_class, each.debit_detail, each.asset),
            "credit": _account(each.book_path, each.credit_class, each.credit_detail, each.asset),
            "value": money(each.value, each.currency) if each.currency else figures.NOTHING,
        }
        for each in found
    ]
    context = {
        "asked": [{"name": _ASKED[name], "value": value} for name, value in asked.items()],
        "rows": rows,
        "older": f"?{urlencode({**asked, 'before': f'{older[0]}.{older[1]}'})}" if older else None,
        "later": before[0] != ledger.LAST,
    }
    return show(request, "pages/journal.html", context)


def _account(book: str, klass: str, detail: str, asset: str) -> Any:
    account = Account(book, klass, detail)
    return format_html(
        "{}", link(account.path, account_link(account, asset), words.account_class(klass))
    )


def _before(text: str | None) -> tuple[int, int]:
    if not text:
        return ledger.LAST, 0
    entry, _, leg = text.partition(".")
    if not (entry.isdecimal() and leg.isdecimal() and len(entry) < 19 and len(leg) < 3):
        raise Refused("bad_page", "This page of the journal was not asked for as it was linked.")
    return int(entry), int(leg)
