"""Books of any size that follow from a seed alone, as entries and grants, without a database.

Holdings of cases are seized, swept, vested, sold, allocated or given back, many at a time; the
reserve subscribes to funds from what it is allocated. All of it is made up, and the chart allows
every entry.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any

from qazyna.ledger import entry as make
from qazyna.ledger.archive import Granted, Recorded
from qazyna.ledger.book import Balances
from qazyna.ledger.entry import Account, Authority, Entry, EntryRef, EventRef, Value, grants_for
from qazyna.money import BTC, ETH, USD, USDT, hedge_fund_units

SEED = 20260630

FUNDS = tuple(hedge_fund_units(f"HF-{number}", f"Fund {number}") for number in range(1, 6))
ASSETS = (USD, BTC, ETH, USDT, *FUNDS)

_CENTS = {"BTC": (5_000_000, 8), "ETH": (250_000, 18), "USDT": (100, 6)}
_FIRST = date(2018, 1, 1)
_BANK, _OWNER = Account("reserve", "bank", "NBK"), Account("reserve", "reserve")


@dataclass
class Books:
    """The books so far: what is due when, and what everything comes to."""

    random: Random
    balances: Balances = field(default_factory=Balances)
    due: list[tuple[date, int, Iterator[Any]]] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)
    number: Iterator[int] = field(default_factory=count)
    recorded: int = 0

    def record(
        self, stream: str, kind: str, entries: Iterable[Entry]
    ) -> Iterator[Recorded | Granted]:
        """One event: its grants, then its entries."""
        entries = tuple(entries)
        here = EventRef(stream, self.versions.get(stream, 0) + 1)
        self.versions[stream] = here.version
        instant = datetime(2026, 7, 1, tzinfo=UTC) + timedelta(milliseconds=self.recorded)
        for grant in grants_for(entries):
            yield Granted(here, kind, grant)
        for number, one in enumerate(entries, start=1):
            self.recorded += 1
            self.balances.post([one])
            yield Recorded(EntryRef(here, number), kind, instant, _told(one, here))


def _told(one: Entry, here: EventRef) -> Entry:
    """Entries of the books name the event that they rest on, their own too."""
    return one._replace(
        postings=tuple(
            p._replace(authority=p.authority and Authority(p.authority.kind, here))
            for p in one.postings
        ),
    )


def books(
    entries: int, cases: int | None = None, seed: int = SEED
) -> tuple[Books, Iterator[Recorded | Granted]]:
    """So many entries by value date, each after the grants it rests on; more begin with the same.

    With a number of cases, the same ones are met again and again: few accounts, much in each.
    """
    made = Books(Random(seed))
    return made, _told_until(made, entries, cases)


def _told_until(made: Books, entries: int, cases: int | None) -> Iterator[Recorded | Granted]:
    # Some sixty cases a day, so that their lives overlap as they do.
    for number in count(1):
        day = _FIRST + timedelta(days=number // 60)
        case = f"C-{number % cases if cases else number:06}"
        for holding in range(1, made.random.choice((1, 1, 2, 2, 3)) + 1):
            heappush(made.due, (day, next(made.number), _life(made, case, holding, day)))
        while made.due and made.due[0][0] <= day:
            _, at, life = heappop(made.due)
            following, happened = next(life)
            yield from happened
            if made.recorded >= entries:
                return
            if following is not None:
                heappush(made.due, (following, at, life))


def _life(
    made: Books, case: str, number: int, day: date
) -> Iterator[tuple[date | None, Iterator[Recorded | Granted]]]:
    """What becomes of one holding: each step is the next day it is heard of, and what happened."""
    random, book, stream = made.random, f"{case}/{number}", f"case/{case}"
    asset = random.choice(("BTC", "BTC", "USDT", "USDT", "ETH"))
    price, scale = _CENTS[asset]
    amount = random.randrange(10 ** (scale - 2), 40 * 10**scale)
    cents = max(amount * price // 10**scale, 10_000)
    worth = Value(Decimal(cents).scaleb(-2), "USD", f"{asset.lower()}_usd_daily.csv, {day}")
    place = random.choice(("restrained", "device", "custody", "custody"))
    detail = f"Venue {random.randrange(130):03}" if place == "restrained" else "AFM"
    at, claimants = Account(book, place, detail), Account(book, "claimants")
    custody, state = Account(book, "custody", "AFM"), Account(book, "state")
    bank = Account(book, "bank", "NBK")

    def later(most: int) -> date:
        nonlocal day
        day += timedelta(days=random.randrange(1, most))
        return day

    def step(kind: str, *entries: Entry) -> Iterator[Recorded | Granted]:
        return made.record(stream, kind, entries)

    outcome = random.random()
    now = day
    yield (
        later(60) if outcome > 0.15 else None,
        step("seized", make.receive(now, asset, amount, at, claimants, value=worth)),
    )
    now = day
    if at != custody:
        yield later(200), step("swept", make.move(now, asset, amount, custody, at))
        now = day
    if outcome < 0.3:
        by = Authority("release_order")
        released = make.release(now, asset, amount, claimants, custody, by, worth)
        yield None, step("seizure_lifted", released)
        return
    final = Authority("final_order")
    vested = make.vest(now, asset, amount, claimants, state, final, worth)
    yield later(90), step("forfeiture_became_final", vested)
    now, cost = day, cents // 100
    sold = make.exchange(now, state, (asset, amount, custody), ("USD", cents, bank), value=worth)
    charge = make.expense(now, "USD", cost, state, bank, Authority("statement"))
    yield later(60), step("disposed", sold, charge)
    now, net = day, cents - cost
    share, by = net * 7 // 10, Authority("allocation")
    budget = Account("budget", "bank", "NBK"), Account("budget", "budget")
    to_reserve = make.transfer(now, "USD", share, (bank, state), (_BANK, _OWNER), by)
    to_budget = make.transfer(now, "USD", net - share, (bank, state), budget, by)
    yield later(30), step("proceeds_allocated", to_reserve, to_budget)
    fund = random.choice(FUNDS).code
    bought = make.exchange(
        day, _OWNER, ("USD", share, _BANK), (fund, share * 100, Account("reserve", "fund", fund))
    )
    yield None, made.record(f"manager/{fund}", "subscribed", [bought])
