"""The balance of any account as of any day, over books of 10^4, 10^5 and 10^6 entries.

The claim: 99 of 100 such questions are answered within 20 ms, on books of any of these sizes. Half
of the entries are of thousands of cases, a few each; the other half are of one bank account of the
reserve and its title, which so have as many as the largest installation could. The books are closed
every quarter. Half of the questions are about one of these two, half about any other account, each
as of a day drawn from all the years. A question is what `ledger balances` asks: settled, in one
snapshot, by the account's path. Some answers are compared with the plain sum of the postings.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from statistics import quantiles
from time import perf_counter
from typing import Any, ClassVar

import psycopg

from bench.common import Claim, installation, note
from bench.register_rows import SEED, text
from qazyna.ledger.chart import TITLES
from qazyna.office.periods import ClosePeriod
from qazyna.plan import Command, Event, World, command
from qazyna.reserve.earnings import IncomeRecorded
from qazyna.shell import postgres
from qazyna.shell.importing import import_register_file
from qazyna.shell.installation import Books
from qazyna.shell.queries.ledger import quantities
from qazyna.shell.store.commit import execute

SIZES = (10_000, 100_000, 1_000_000)
ASKED = 2_000
WARM = 50
CHECKED = 25
MOST_MS = 20.0

FIRST, DAYS = date(2018, 1, 1), 3_100
HOT = ("reserve/bank/National Bank", "reserve/reserve")
ENTRIES_PER_ROW = 2.12
"""Of a register row, about."""


class Earn(Command):
    """Many days' interest of the reserve, in one command."""

    kind: ClassVar[str] = "bench_earn"

    count: int
    seed: int

    def streams(self) -> tuple[str, ...]:
        return ("reserve",)

    def books(self) -> tuple[str, ...]:
        return ("reserve",)


@command(Earn)
def earn(world: World, asked: Earn) -> Iterator[Event]:
    random = Random(asked.seed)
    for number in range(asked.count):
        yield IncomeRecorded(
            on=FIRST + timedelta(random.randrange(DAYS)),
            book="reserve",
            asset="USD",
            amount=random.randrange(1, 100_000),
            place=("bank", "National Bank"),
            title=("reserve", ""),
            statement_ref=f"S-{number}",
            what="interest",
        )


_PATH = "book || '/' || class || CASE detail WHEN '' THEN '' ELSE '/' || detail END"
_ACCOUNTS = f"SELECT DISTINCT {_PATH} FROM books.holding WHERE book <> 'reserve' ORDER BY 1"
_PLAIN = f"""
    SELECT coalesce(sum(CASE WHEN (p.debit_class = a.class AND p.debit_detail = a.detail)
                                  = (a.class <> ALL(%s)) THEN p.quantity ELSE -p.quantity END), 0)
    FROM (SELECT DISTINCT book, class, detail FROM books.holding WHERE {_PATH} = %s) AS a
    JOIN books.posting p
      ON p.book = a.book AND p.value_date <= %s
     AND (a.class, a.detail) IN ((p.debit_class, p.debit_detail), (p.credit_class, p.credit_detail))
"""


def measure() -> Claim:
    found: dict[int, list[float]] = {}
    for size in SIZES:
        with installation() as books:
            note(f"  {size:,} entries")
            _fill(books, size)
            note("  asking")
            found[_entries(books)] = _ask(books)
    cuts = {size: quantiles(times, n=100) for size, times in found.items()}
    worst = max(each[98] for each in cuts.values())
    first, last = cuts[min(cuts)], cuts[max(cuts)]
    return Claim(
        promise=f"the balance of any account as of any day within {MOST_MS:.0f} ms at the 99th "
        "percentile, whatever the size of the books",
        measured="; ".join(
            f"{size:,} entries: p50 {each[49]:.1f} ms, p99 {each[98]:.1f} ms"
            for size, each in cuts.items()
        ),
        against=f"{MOST_MS:.0f} ms, at the worst of the sizes",
        data=f"half of the entries in cases (seed {SEED}), half in one account of the reserve, "
        f"closed every quarter; "
        f"{ASKED:,} questions each, {CHECKED} answers compared with the plain sum",
        ratio=MOST_MS / worst,
        details=[
            f"from the smallest to the largest: p50 {last[49] / first[49]:.2f} x, "
            f"p99 {last[98] / first[98]:.2f} x"
        ],
    )


def _entries(books: Books) -> int:
    (count,) = books.connection.execute("SELECT count(*) FROM books.entry").fetchone() or (0,)
    return int(count)


def _fill(books: Books, size: int) -> None:
    """So many entries, half of them by the register; then every quarter is closed."""
    register = books.home.path / "register.csv"
    register.write_text(text(int(size / 2 / ENTRIES_PER_ROW)), encoding="utf-8")
    import_register_file(books.connection, register, actor="owner")
    execute(books.connection, Earn(count=size - _entries(books), seed=SEED), actor="owner")
    books.connection.execute("SELECT books.refresh_statistics()")
    with psycopg.connect(postgres.connection("qazyna_owner", books.home), autocommit=True) as owner:
        owner.execute("VACUUM books.entry")  # as the server does by itself, some minutes later
    note("  closing")
    for month in range(3, DAYS // 31, 3):
        year, after = FIRST.year + month // 12, month % 12 + 1
        through = date(year, after, 1) - timedelta(1)
        execute(books.connection, ClosePeriod(through=through), actor="owner")


def _ask(books: Books) -> list[float]:
    random = Random(SEED)
    cold = [path for (path,) in books.connection.execute(_ACCOUNTS)]
    times = []
    for number in range(WARM + ASKED):
        path = random.choice(HOT if number % 2 else cold)
        as_of = FIRST + timedelta(random.randrange(DAYS))
        begun = perf_counter()
        answer = quantities(books.connection, as_of, prefix=path)
        if number >= WARM:
            times.append((perf_counter() - begun) * 1000)
        if number < CHECKED:
            _same(books.connection, path, as_of, answer)
    return times


def _same(connection: Any, path: str, as_of: date, answer: dict[Any, int]) -> None:
    (plain,) = connection.execute(_PLAIN, [list(TITLES), path, as_of]).fetchone()
    if plain != sum(answer[each] for each in answer if each[0].path == path):
        raise SystemExit(f"{path} as of {as_of}: {plain} by the plain sum, not {answer}")
