"""Accounts, holdings, entries and the journal: the figures' own ledger, page by page."""

from collections.abc import Mapping
from datetime import date, datetime
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
from qazyna.shell.queries.snapshots import reading
from qazyna.shell.store.reading import known_assets
from qazyna.shell.web import books, figures, words
from qazyna.shell.web.figures import link, mark, money, number, path, quantity
from qazyna.shell.web.frame import missing, page, show
from qazyna.shell.web.queries import ledger
from qazyna.shell.web.queries.ledger import After, Holding
from qazyna.shell.web.two_times import TwoTimes, asked

_SALT: Final = "a page of a holding"


def account_link(account: Account, asset: str | None = None) -> str:
    if asset:
        return path("holdings", account.path, asset)
    return path("accounts", account.path)


def event_name(kind: str) -> str:
    return words.spoken(kind)


@page
def account(request: HttpRequest, account: str) -> HttpResponse:
    """All that one account holds or held; as of a day, what it held then."""
    found = ledger.holdings_of(account)
    if not found:
        raise missing(f"There is no account {account}.")
    assets = known_assets(books.connection())
    times = asked(request)
    then, known_at = _then(times, found[0])
    more = f"?{times.address(known_at)}" if then is not None else ""
    context = {
        "account": found[0].account,
        "means": words.account_sentence(found[0].account.klass),
        "rows": [
            {
                "asset": assets[each.asset].name or each.asset,
                "amount": link(
                    quantity(
                        each.quantity if then is None else then.get(each.asset, 0),
                        assets[each.asset],
                    ),
                    account_link(each.account, each.asset) + more,
                ),
            }
            for each in found
        ],
        **_times(times, known_at),
    }
    return show(request, "pages/account.html", context, trail=_down_to(found[0]))


def _then(times: TwoTimes, holding: Holding) -> tuple[dict[str, int] | None, datetime | None]:
    """What the account held then, and by when that was known; None where now is asked for."""
    if times.as_of is None and times.known_at is None:
        return None, None
    with reading(books.connection(), times.known_at) as found:
        path_ = holding.account.path
        return ledger.held_on(found, path_, times.as_of or date.max), found.known_at


def _times(times: TwoTimes, known_at: datetime | None) -> dict[str, Any]:
    """What the form of the two times shows."""
    return {
        "as_of": times.as_of.isoformat() if times.as_of else "",
        "as_of_spoken": figures.day(times.as_of) if times.as_of else None,
        "known_at": times.known_at.isoformat() if times.known_at else "",
        "known_by": figures.instant(known_at) if known_at else None,
    }


@page
def holding(request: HttpRequest, account: str, asset: str) -> HttpResponse:
    """The entries of one account in one asset, each with the balance it left."""
    found = next((each for each in ledger.holdings_of(account) if each.asset == asset), None)
    if found is None:
        raise missing(f"There is no holding of {asset} in an account {account}.")
    unit, times = known_assets(books.connection())[asset], asked(request)
    begins = _read_after(request.GET.get("after"))
    amount, known_at = found.quantity, None
    if times.as_of is None and times.known_at is None:
        posted, after = ledger.postings(found, begins)
    else:
        on = times.as_of or date.max
        with reading(books.connection(), times.known_at) as then:
            known_at = then.known_at
            amount = ledger.held_on(then, found.account.path, on).get(asset, 0)
            begins = begins or After(on, ledger.LAST, 3, amount)
            posted, after = ledger.postings(found, begins, then)
    more = f"{times.address(known_at)}&" if known_at else ""
    context = {
        "holding": found,
        "asset": unit,
        "name": unit.name or asset,
        "means": words.account_sentence(found.account.klass),
        "amount": quantity(amount, unit),
        "points": f"points-{_points(unit)}",
        "rows": [_posted(found, each, balance, unit) for each, balance in posted],
        "older": f"?{more}after={_write_after(after)}" if after else None,
        "later": bool(request.GET.get("after")),
        **_times(times, known_at),
    }
    return show(request, "pages/holding.html", context, trail=_down_to(found))


def _posted(holding: Holding, posted: Any, balance: int, unit: Asset) -> dict[str, Any]:
    comes = posted.sign == (1 if holding.account.side == "location" else -1)
    amount = number(unit.decimal(int(posted.quantity)))
    return {
        "on": figures.counted(posted.value_date, posted.effective),
        "entry": link(words.spoken(posted.kind), path("entries", posted.entry)),
        "marks": _marks(posted),
        "event": link(event_name(posted.event_kind), path("events", posted.event)),
        "other": words.account_class(posted.other_class),
        "other_detail": posted.other_detail,
        "in": amount if comes else figures.EMPTY,
        "out": figures.EMPTY if comes else amount,
        "balance": number(unit.decimal(balance)),
    }


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
        "corrects": figures.day(found.effective) if found.effective else None,
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
            "on": figures.counted(each.value_date, each.effective),
            "entry": link(words.spoken(each.kind), path("entries", each.entry)),
            "event": link(event_name(each.event_kind), path("events", each.event)),
            "stream": each.stream,
            "amount": quantity(int(each.quantity), assets[each.asset]),
            "debit": _account(each.book, each.debit_class, each.debit_detail, each.asset),
            "credit": _account(each.book, each.credit_class, each.credit_detail, each.asset),
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
