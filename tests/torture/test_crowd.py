"""Sixteen writers on the same accounts, and an oracle that does it all again one by one.

What was committed is decided anew by the rules alone, in memory, in the order of the events'
numbers. The same events must follow, and the books must end with the same quantities.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import islice
from threading import Barrier, Lock

import pytest

from qazyna.errors import Refused
from qazyna.ledger.entry import Account
from qazyna.plan import Command, Event
from qazyna.shell.store import commit
from qazyna.shell.store.codec import read_event
from qazyna.shell.store.commit import Done, execute
from qazyna.shell.store.pricing import valuer_for
from qazyna.shell.store.replay import check
from tests.shell.store.opened import adopt, appoint, opened
from tests.support import decide, law_of, world
from tests.torture.load import commands

MINUTES = float(os.environ.get("QAZYNA_TORTURE", "0"))
WRITERS = 16
EACH = 250 if MINUTES else 25


@pytest.fixture
def tried(monkeypatch) -> Counter[str]:
    """How often each key was read for: once, and once more for each time it met another."""
    counts: Counter[str] = Counter()
    lock, read = Lock(), commit.read_known

    def counting(there, command, actor, key, documents=()):
        with lock:
            counts[key] += 1
        return read(there, command, actor, key, documents)

    monkeypatch.setattr(commit, "read_known", counting)
    return counts


@pytest.fixture
def crowd(own_database, tried):
    """What each was asked and answered, by key."""
    with opened(own_database.url()) as connection:
        adopt(connection)
        appoint(connection)
    tried.clear()
    begin = Barrier(WRITERS)

    def write(writer: int) -> dict[str, tuple[Command, Done | Exception]]:
        answers: dict[str, tuple[Command, Done | Exception]] = {}
        with opened(own_database.url()) as connection:
            begin.wait(timeout=60)
            for number, command in enumerate(islice(commands(f"s{writer}"), EACH)):
                key = f"{writer}:{number}"
                try:
                    answer = execute(connection, command, actor="ann", key=key)
                except Exception as error:  # whatever it is: the test tells them apart
                    answer = error
                answers[key] = command, answer
        return answers

    with ThreadPoolExecutor(WRITERS) as pool:
        found = [pool.submit(write, writer) for writer in range(WRITERS)]
        return {key: each for future in found for key, each in future.result(600).items()}


def test_a_crowd_leaves_the_books_of_some_who_came_one_by_one(crowd, tried, own_database, capsys):
    done = {key for key, (_, answer) in crowd.items() if isinstance(answer, Done)}
    refused = [answer for _, answer in crowd.values() if isinstance(answer, Refused)]
    escaped = [each for _, each in crowd.values() if not isinstance(each, Done | Refused)]
    assert [] == escaped
    with opened(own_database.url()) as connection:
        stored = defaultdict(list)
        for key, leaf, private in connection.execute(
            "SELECT command, leaf, private FROM books.event ORDER BY seq"
        ):
            stored[key].append(read_event(bytes(leaf), private)[0])
        kept = _kept(connection)
        assert [] == check(connection).differences
        valuer = valuer_for(connection, (), law_of("template"))
        alone = world(actor="ann", valuer=valuer)
        happened: list[Event] = []
        for key, events in stored.items():
            if key in crowd:
                happened += (again := decide(alone, crowd[key][0]))
                assert events == again, key
    assert done == {key for key in stored if key in crowd}
    in_memory = {(a.path, asset): amount for a, asset, amount in alone.balances if amount}
    assert in_memory == kept
    assert [] == list(_below_zero(happened))

    again = sum(tried.values()) - len(tried)
    with capsys.disabled():
        print(
            f"\n  {WRITERS} writers: {len(done)} done, {len(refused)} refused "
            f"({', '.join(f'{c} {n}' for c, n in sorted(Counter(r.code for r in refused).items()))}"
            f"), {again} decided again, at most {max(tried.values())} times"
        )


def _kept(connection) -> dict[tuple[str, str], int]:
    return {
        (Account(book, klass, detail).path, asset): int(quantity)
        for book, klass, detail, asset, quantity in connection.execute(
            "SELECT book, class, detail, asset, quantity FROM books.holding WHERE quantity > 0"
        )
    }


def _below_zero(happened: list[Event]) -> Iterator[str]:
    """Ends of days on which an account held less than nothing, told from the events alone."""
    moved: dict[tuple[Account, str], dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for event in happened:
        for entry in event.entries():
            for posting in entry.postings:
                for account, sign in ((posting.debit, 1), (posting.credit, -1)):
                    amount = posting.amount if account.side == "location" else -posting.amount
                    moved[account, posting.asset][entry.value_date] += sign * amount
    for (account, asset), days in moved.items():
        held = 0
        for day in sorted(days):
            held += days[day]
            if held < 0:
                yield f"{account.path} {asset} {day}: {held}"
