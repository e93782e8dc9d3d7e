"""A statement that starts from a closing's snapshot has the figures of the sum of all postings."""

from datetime import date, timedelta
from random import Random

import pytest

from qazyna.errors import Refused
from qazyna.ledger.chart import TITLES
from qazyna.ledger.entry import Account
from qazyna.office.correction import CorrectEntry, ReverseEntry
from qazyna.office.periods import ClosePeriod
from qazyna.reserve.earnings import RecordCharge, RecordIncome
from qazyna.reserve.funding import Appropriate
from qazyna.shell.queries import held, snapshots
from qazyna.shell.queries.snapshots import reading
from qazyna.shell.queries.statement import facts
from qazyna.shell.store.commit import execute
from tests.support_cases import seize

FIRST = date(2024, 11, 1)
DAYS = 500

# The plain sum: every posting that was known, on the day it counts.
_PLAIN = """
    WITH counted AS (
        SELECT p.*, n.reverses AS mirrors, n.flow, n.value, n.currency,
               CASE WHEN %(restated)s THEN coalesce(n.effective, n.value_date) ELSE n.value_date
               END AS day
        FROM books.posting p JOIN books.entry n ON n.id = p.entry
        JOIN books.event e ON e.seq = n.event
        WHERE e.recorded_at <= %(known_at)s
    )
"""
HOLDINGS = (
    _PLAIN
    + """
    SELECT book, class, detail, asset,
           sum(CASE WHEN class = ANY(%(titles)s) THEN -net ELSE net END), count(*)
    FROM (
        SELECT book, debit_class AS class, debit_detail AS detail, asset, quantity AS net
        FROM counted WHERE day <= %(on)s
        UNION ALL
        SELECT book, credit_class, credit_detail, asset, -quantity FROM counted WHERE day <= %(on)s
    ) AS legs
    GROUP BY 1, 2, 3, 4 HAVING sum(net) <> 0
"""
)
MOVEMENTS = (
    _PLAIN
    + """
    SELECT c.day, c.asset, CASE c.credit_class WHEN 'reserve' THEN c.quantity ELSE -c.quantity END,
           coalesce(m.flow, c.flow), c.value, coalesce(c.currency, '')
    FROM counted c LEFT JOIN books.entry m ON m.id = c.mirrors
    WHERE c.book = 'reserve' AND 'reserve' IN (c.debit_class, c.credit_class)
      AND c.day > %(since)s AND c.day <= %(on)s
"""
)


class Year:
    """Over a year of anything, dated at random, with closings in between."""

    def __init__(self, books, seed: int) -> None:
        self.books, self.random = books, Random(seed)
        self.closed, self.cases, self.instants = FIRST, 0, []
        self.corrected = self.closings = 0
        self.do(self.given, FIRST + timedelta(1), "1000000")

    def do(self, what, *args) -> None:
        try:
            what(*args)
        except Refused:
            return  # an entry that was corrected before, a day that is closed
        (now,) = self.books.execute("SELECT clock_timestamp()").fetchone()
        self.instants.append(now)

    def live(self, steps: int) -> None:
        ways = (self.given, self.earned, self.charged, self.seized, self.correct, self.close)
        for _ in range(steps):
            self.do(self.random.choices(ways, (2, 5, 5, 3, 4, 1))[0], self.some_day())

    def some_day(self) -> date:
        left = (FIRST + timedelta(DAYS) - self.closed).days
        return self.closed + timedelta(self.random.randrange(1, max(left, 2)))

    def execute(self, command) -> None:
        execute(self.books, command, actor="ann")

    def given(self, on: date, quantity: str = "100") -> None:
        items = [{"asset": self.random.choice(("USD", "EUR")), "quantity": quantity}]
        if quantity != "100":
            items = [{"asset": "USD", "quantity": quantity}]
        self.execute(Appropriate(items=items, appropriated_on=on, act_ref="Act"))

    def earned(self, on: date) -> None:
        quantity = str(self.random.randrange(1, 900))
        self.execute(
            RecordIncome(asset="USD", quantity=quantity, received_on=on, statement_ref="S")
        )

    def charged(self, on: date) -> None:
        quantity = str(self.random.randrange(1, 90))
        self.execute(RecordCharge(asset="USD", quantity=quantity, charged_on=on, statement_ref="S"))

    def seized(self, on: date) -> None:
        self.cases += 1
        case = {"case": f"R-{self.cases}", "holding": "1"}
        self.execute(seize(**case, seized_on=on.isoformat()))

    def correct(self, on: date) -> None:
        (last,) = self.books.execute(
            "SELECT version FROM books.stream WHERE name = 'reserve'"
        ).fetchone()
        which = {"version": self.random.randrange(1, last + 1), "reason": "misread"}
        if self.random.random() < 0.5:
            quantity = str(self.random.randrange(1, 90))
            self.execute(CorrectEntry(**which, quantity=quantity, corrected_on=on))
        else:
            early = on - timedelta(self.random.randrange(1, 200))
            command = ReverseEntry(stream="reserve", **which, reversed_on=on, effective_on=early)
            self.execute(command)
        self.corrected += 1

    def close(self, on: date) -> None:
        through = self.closed + timedelta(self.random.randrange(1, 120))
        self.execute(ClosePeriod(through=through))
        self.closed = through
        self.closings += 1


@pytest.mark.parametrize("few", [0, 5_000])
@pytest.mark.parametrize("seed", range(4))
def test_a_statement_has_the_figures_of_the_plain_sum(books, seed, few, monkeypatch):
    monkeypatch.setattr(snapshots, "FEW", few)
    year = Year(books, seed)
    year.live(70)
    assert year.closings and year.corrected > 3
    started = 0
    for known_at in [*year.random.sample(year.instants, 6), year.instants[-1]]:
        for on in [FIRST + timedelta(year.random.randrange(DAYS)) for _ in range(4)]:
            for restated in (False, True):
                plain(books, on, known_at, restated)
            with reading(books, known_at) as found:
                started += found.last_closed(on) is not None
    assert started > 2


def plain(books, on: date, known_at, restated: bool) -> None:
    found = facts(books, on, known_at, restated)
    given = {"on": on, "known_at": known_at, "restated": restated, "since": found.opening_on}

    def sums(on: date) -> dict:
        rows = books.execute(HOLDINGS, {**given, "on": on, "titles": list(TITLES)})
        return {(Account(*of), asset): (int(q), n) for *of, asset, q, n in rows}

    here = sums(on)
    assert {key: amount for key, (amount, _) in here.items()} == {
        (each.account, each.asset.code): each.amount for each in found.holdings
    }
    listed = [h for h in found.holdings if h.account.book == "reserve" and h.account.detail]
    assert {(h.account, h.asset.code): here[h.account, h.asset.code][1] for h in listed} == {
        (h.account, h.asset.code): h.entries for h in listed
    }
    assert {
        key: amount
        for key, (amount, _) in sums(found.opening_on).items()
        if key[0].book == "reserve" and key[0].side == "location"
    } == {(each.account, each.asset.code): each.amount for each in found.opening}
    assert sorted(books.execute(MOVEMENTS, given).fetchall(), key=str) == sorted(
        ((m.on, m.asset.code, m.amount, m.flow, m.value, m.currency) for m in found.movements),
        key=str,
    )
    with reading(books, known_at) as at:
        one_by_one = held.of_accounts(at, "R-1", on, restated=restated)
        assert {key: q for key, (q, _) in here.items() if key[0].book.startswith("R-1")} == {
            (each.account, each.asset): each.amount for each in one_by_one
        }
