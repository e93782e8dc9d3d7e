"""Whatever is asked of a real database, in any order, and asked again: the books stay books."""

import os
from datetime import date
from itertools import count
from typing import ClassVar

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run

from qazyna.errors import Refused
from qazyna.ledger.chart import TITLES
from qazyna.office.correction import ReverseEntry
from qazyna.plan import Command
from qazyna.reserve.earnings import RecordCharge
from qazyna.reserve.funding import Appropriate
from qazyna.shell.store.commit import Done, execute
from qazyna.shell.store.replay import check
from tests.ledger.test_conservation import BEGINNINGS, COMMANDS
from tests.shell.store.opened import adopt, appoint, opened, rows

MINUTES = float(os.environ.get("QAZYNA_TORTURE", "0"))
EXAMPLES = max(15, int(100 * MINUTES))
STEPS = 15

DAYS = st.dates(date(2025, 1, 1), date(2026, 9, 30))
AMOUNTS = st.sampled_from(["0.01", "5", "7.5", "100"])
GIVEN = st.builds(
    lambda quantity, on: Appropriate(
        items=({"asset": "USD", "quantity": quantity, "place": "National Bank"},),
        appropriated_on=on,
        act_ref="Act",
    ),
    AMOUNTS,
    DAYS,
)
CHARGED = st.builds(
    lambda quantity, on: RecordCharge(
        asset="USD", quantity=quantity, charged_on=on, statement_ref="S"
    ),
    AMOUNTS,
    DAYS,
)

TITLE = f"class = ANY ('{{{', '.join(TITLES)}}}')"
UNEQUAL_BOOKS = f"""
    SELECT book, asset FROM books.holding GROUP BY book, asset
    HAVING sum(quantity) FILTER (WHERE {TITLE})
           IS DISTINCT FROM sum(quantity) FILTER (WHERE NOT {TITLE})
"""
BELOW_ZERO = f"""
    WITH moved AS (
        SELECT book, debit_class AS class, debit_detail AS detail, asset, value_date,
               quantity AS net FROM books.posting
        UNION ALL
        SELECT book, credit_class, credit_detail, asset, value_date, -quantity FROM books.posting
    ), days AS (
        SELECT book, class, detail, asset, value_date, sum(net) AS net
        FROM moved GROUP BY 1, 2, 3, 4, 5
    ), ends AS (
        SELECT book, class, detail, asset, d.value_date,
               sum(CASE WHEN {TITLE} THEN -net ELSE net END)
                   OVER (PARTITION BY book, class, detail, asset ORDER BY d.value_date) AS held
        FROM days d
    )
    SELECT * FROM ends WHERE held < 0
"""
WRONG_TOTALS = """
    SELECT coalesce(p.asset, t.asset), p.kind, p.month FROM (
        SELECT asset, kind, date_trunc('month', value_date)::date AS month, sum(quantity) AS q,
               count(*) AS n FROM books.posting GROUP BY 1, 2, 3
    ) AS p FULL JOIN (
        SELECT asset, kind, month, sum(quantity) AS q, sum(postings) AS n
        FROM books.tally GROUP BY 1, 2, 3
    ) AS t ON (t.asset, t.kind, t.month) = (p.asset, p.kind, p.month)
    WHERE (p.q, p.n) IS DISTINCT FROM (t.q, t.n)
"""


class Asking(RuleBasedStateMachine):
    """Commands about one case of this life's own and the reserve that all lives share."""

    url: ClassVar[str]
    numbers: ClassVar[count] = count(1)
    told: ClassVar[dict[str, int]] = {"done": 0, "refused": 0, "again": 0, "lives": 0}

    def __init__(self) -> None:
        super().__init__()
        self.name = f"L-{next(self.numbers)}"
        self.books: psycopg.Connection = psycopg.connect(self.url, autocommit=True)
        self.given: list[tuple[str, Command, Done]] = []
        self.asked = 0
        self.told["lives"] += 1

    @initialize(beginning=st.sampled_from(BEGINNINGS))
    def begin(self, beginning: list[Command]) -> None:
        for command in beginning:
            self.ask(command)

    @rule(command=st.one_of(COMMANDS, COMMANDS, GIVEN, CHARGED))
    def ask(self, command: Command) -> None:
        self.asked += 1
        command = self.of_this_life(command)
        key, before = f"{self.name}:{self.asked}", rows(self.books)
        try:
            done = execute(self.books, command, actor="ann", key=key)
        except Refused:
            assert before == rows(self.books)
            self.told["refused"] += 1
        else:
            after = rows(self.books)
            assert before["event"] + len(done.events) == after["event"]
            assert before["command"] + 1 == after["command"]
            self.given.append((key, command, done))
            self.told["done"] += 1

    @rule(which=st.integers(0, 10**6))
    def ask_again(self, which: int) -> None:
        if self.given:
            key, command, done = self.given[which % len(self.given)]
            before = rows(self.books)
            again = execute(self.books, command, actor="ann", key=key)
            assert again.repeated and done.events == again.events
            assert before == rows(self.books)
            self.told["again"] += 1

    @rule(which=st.integers(0, 10**6), other=GIVEN)
    def use_a_key_for_another(self, which: int, other: Command) -> None:
        if self.given:
            key, command, _ = self.given[which % len(self.given)]
            before = rows(self.books)
            if other != command:
                with pytest.raises(Refused, match=r"used before"):
                    execute(self.books, other, actor="ann", key=key)
            assert before == rows(self.books)

    def of_this_life(self, command: Command) -> Command:
        """The same command, about this life's case."""
        if isinstance(command, ReverseEntry):
            return command.model_copy(update={"stream": f"case/{self.name}"})
        if "case" in type(command).model_fields:
            return command.model_copy(update={"case": self.name})
        return command

    @invariant()
    def what_is_held_belongs_to_somebody(self) -> None:
        assert [] == self.books.execute(UNEQUAL_BOOKS).fetchall()

    @invariant()
    def no_day_ends_below_zero(self) -> None:
        assert [] == self.books.execute(BELOW_ZERO).fetchall()

    @invariant()
    def totals_are_those_of_the_postings(self) -> None:
        assert [] == self.books.execute(WRONG_TOTALS).fetchall()

    def teardown(self) -> None:
        try:
            assert [] == check(self.books).differences
        finally:
            self.books.close()


def test_whatever_is_asked_the_books_stay_books(own_database, capsys):
    Asking.url = own_database.url()
    with opened(Asking.url) as connection:
        adopt(connection)
        appoint(connection)
    run(
        Asking,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=not MINUTES,
            suppress_health_check=list(HealthCheck),
        ),
    )
    with capsys.disabled():
        print("\n  " + ", ".join(f"{what} {n}" for what, n in Asking.told.items()))
