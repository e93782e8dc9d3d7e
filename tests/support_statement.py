"""Facts for a statement straight from events: the twin of what the database is asked for."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from qazyna.ledger.book import Balances
from qazyna.ledger.entry import Account, Entry
from qazyna.money import ASSETS, total
from qazyna.plan import Event, World, book_kind
from qazyna.programme.manager import ManagerAdmitted
from qazyna.reports.facts import (
    Enforcement,
    Facts,
    Holding,
    Managed,
    Movement,
    Realised,
    opening_on,
)
from qazyna.reserve.prices import PriceBook, Row


def facts_of(
    there: World, events: Iterable[Event], as_of: date, prices: PriceBook | None = None, **more: Any
) -> Facts:
    """What the books of these events say on a date, valued by the prices and the events' own."""
    happened = list(events)
    entries = [entry for event in happened for entry in event.entries()]
    book = (prices or PriceBook()).with_rows(
        Row(*quote) for event in happened for quote in event.quotes()
    )
    opening = opening_on(as_of)
    return Facts(
        as_of=as_of,
        law=there.law(as_of),
        prices=book,
        holdings=holdings_on(there, entries, as_of),
        opening=tuple(
            each
            for each in holdings_on(there, entries, opening)
            if each.account.book == "reserve" and each.account.side == "location"
        ),
        movements=tuple(movements(there, entries, opening, as_of)),
        managers=tuple(
            Managed(event.manager, event.manager_kind, there.asset(event.currency), event.name)
            for event in happened
            if isinstance(event, ManagerAdmitted) and event.on <= as_of
        ),
        **{
            "realised": realised(there, happened, as_of),
            "enforcement": enforcement(entries, as_of),
            **more,
        },
    )


def holdings_on(there: World, entries: list[Entry], on: date) -> tuple[Holding, ...]:
    """Every account that is not empty that day, and how many postings touched it."""
    kept = [entry for entry in entries if entry.value_date <= on]
    balances = Balances()
    # Backdated entries may come before what they rest on: only the end of the day must be sound.
    balances.post(sorted(kept, key=lambda entry: entry.value_date))
    touched: dict[tuple[Account, str], int] = {}
    for entry in kept:
        for posting in entry.postings:
            for account in (posting.debit, posting.credit):
                key = account, posting.asset
                touched[key] = touched.get(key, 0) + 1
    return tuple(
        Holding(account, there.asset(code), amount, touched[account, code])
        for account, code, amount in balances
    )


def movements(there: World, entries: list[Entry], after: date, until: date) -> Iterable[Movement]:
    """Changes of the reserve's title."""
    for entry in entries:
        if not after < entry.value_date <= until:
            continue
        for posting in entry.postings:
            if posting.debit.book != "reserve" or posting.debit.side == posting.credit.side:
                continue
            sign = 1 if posting.credit.side == "title" else -1
            value = entry.value
            yield Movement(
                entry.value_date,
                there.asset(posting.asset),
                sign * posting.amount,
                entry.flow,
                value.amount if value else None,
                value.currency if value else "",
            )


def realised(there: World, events: list[Event], as_of: date) -> tuple[Realised, ...]:
    """Gross proceeds of sales by currency and title."""
    sums: dict[tuple[str, str], int] = {}
    for event in events:
        if event.kind == "disposed" and event.on <= as_of:
            (sale, *_) = event.entries()
            key = sale.postings[1].asset, sale.postings[1].credit.klass
            sums[key] = sums.get(key, 0) + sale.postings[1].amount
    return tuple(
        Realised(ASSETS[currency], amount, title) for (currency, title), amount in sums.items()
    )


def enforcement(entries: list[Entry], as_of: date) -> Enforcement:
    """Sums over the entries' own values."""
    kept = [entry for entry in entries if entry.value_date <= as_of]

    def values(picked: Iterable[Entry]) -> Decimal | None:
        return total(entry.value.amount if entry.value else None for entry in picked)

    def first(entry: Entry) -> tuple[Account, Account]:
        return entry.postings[0].debit, entry.postings[0].credit

    return Enforcement(
        seized_value=values(
            e for e in kept if e.kind == "receive" and first(e)[1].klass == "claimants"
        ),
        forfeited_value=values(
            e for e in kept if e.kind == "vest" and first(e)[1].klass == "state"
        ),
        to_reserve_value=values(
            e
            for e in kept
            if e.kind == "transfer"
            and book_kind(first(e)[0].book) == "case"
            and e.postings[1].credit.book == "reserve"
        ),
    )
