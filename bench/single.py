"""One command through the whole path, against a bare SQL transaction on the same server.

The whole path is what everybody's command takes: what is known is read and locked, the rule
decides, and events, entries, postings, quantities and folded states are written under all guards
and committed durably. The peer is the least that any ledger does: one entry row, two posting rows,
two balances updated, in tables of its own with primary keys and nothing else, statement by
statement on the same kind of connection, committed just as durably.
"""

from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any
from unittest.mock import patch

import psycopg

from bench.common import Claim, installation, note
from bench.register_rows import SEED, text
from qazyna.plan import COMMANDS, Command
from qazyna.shell import postgres
from qazyna.shell.importing import import_register_file
from qazyna.shell.store.commit import execute
from qazyna.shell.store.wire import Batch

BEFORE = 5_000
"""Register rows in the books before: nobody works on empty books for long."""
CASES = 120
ROUNDS = 6
ACCOUNTS = 1_000

BARE = f"""
    CREATE SCHEMA bare;
    CREATE TABLE bare.entry (id bigserial PRIMARY KEY, value_date date, kind text);
    CREATE TABLE bare.posting (entry bigint, leg smallint, account bigint, amount numeric(78,0),
                               PRIMARY KEY (entry, leg));
    CREATE TABLE bare.flushed (number bigint);
    CREATE TABLE bare.balance (account bigint PRIMARY KEY, quantity numeric(78,0));
    INSERT INTO bare.balance SELECT n, 0 FROM generate_series(1, {ACCOUNTS}) n;
    ANALYZE bare.balance;
"""


def measure() -> Claim:
    with installation() as books:
        _fill(books)
        rates = _rates(books)
    flush, piped = rates.pop("flush"), rates.pop("piped")
    ours = [rate for kind, rate in rates.items() if kind != "bare"]
    alternating = len(ours) / sum(1 / rate for rate in ours)
    return Claim(
        promise="one command through the whole path, at half the rate of a bare SQL transaction",
        measured=f"{alternating:,.0f} commands/s, the kinds in turn, one connection",
        against=f"{rates['bare']:,.0f} bare transactions/s (one entry row, two posting rows, two "
        "balances) on the same server",
        data=f"{CASES * ROUNDS:,} of each kind, {ROUNDS} rounds in turn with the peer, medians; "
        f"{BEFORE:,} register rows (seed {SEED}) in the books before",
        ratio=alternating / rates["bare"],
        least=0.5,
        details=[
            f"{kind}: {rate:,.0f}/s, {rate / rates['bare']:.2f} of the bare transaction"
            for kind, rate in rates.items()
            if kind != "bare"
        ]
        + [
            "seize, its statements sent by psycopg's own pipeline mode: "
            f"{piped:,.0f}/s, {piped / rates['seize']:.2f} of the rate",
            f"one row and a durable commit take {1e6 / flush:,.0f} µs here; both sides wait that "
            "long for the disk, so a faster disk lowers the ratio and a slower one raises it",
        ],
    )


def _fill(books: Any) -> None:
    register = books.home.path / "register.csv"
    register.write_text(text(BEFORE), encoding="utf-8")
    import_register_file(books.connection, register, actor="owner")
    with psycopg.connect(postgres.connection("qazyna_owner", books.home)) as owner:
        owner.execute(BARE)
        owner.execute("GRANT USAGE ON SCHEMA bare TO qazyna_app")
        owner.execute("GRANT ALL ON ALL TABLES IN SCHEMA bare TO qazyna_app")
        owner.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA bare TO qazyna_app")


def life(number: int) -> dict[str, Command]:
    """What a case of one holding goes through: the commands of its everyday life, in order."""
    case = {"case": f"S-{number}"}
    item = {"holding": "1", "asset": "BTC", "quantity": "1.4999"}
    wallet = item | {"quantity": "1.5", "control": "device", "authority": "Police"}
    sold = {"mechanism": "auction", "proceeds": "90000.00", "proceeds_currency": "USD"}
    told: list[tuple[str, dict[str, Any]]] = [
        ("seize", case | wallet | {"seized_on": "2025-03-03"}),
        ("sweep", {"holding": "1", "swept_on": "2025-03-10", "txid": "f00d", "fee": "0.0001"}),
        ("order_forfeiture", {"order_ref": "F-1", "ordered_on": "2025-06-02", "scope": [item]}),
        ("record_finality", {"order_ref": "F-1", "final_on": "2025-07-07"}),
        ("dispose", item | sold | {"disposed_on": "2025-09-01"}),
    ]
    extra = {"sweep": {"custodian": "AFM"}, "order_forfeiture": {"order_kind": "conviction"}}
    return {
        kind: COMMANDS[kind].model_validate(case | fields | extra.get(kind, {}))
        for kind, fields in told
    }


def _rates(books: Any) -> dict[str, float]:
    """Commands a second by kind, and bare transactions, taken in turn."""
    with (
        psycopg.connect(books.url, autocommit=True) as connection,
        psycopg.connect(books.url, autocommit=True) as piped,
    ):
        taken: dict[str, list[float]] = {}
        for part in range(ROUNDS + 1):
            lives = [life(part * CASES + number) for number in range(CASES)]
            others = [life((part + 100) * CASES + number)["seize"] for number in range(CASES)]
            with patch.object(Batch, "send", _piped):
                taken.setdefault("piped", []).extend(
                    _timed(lambda other=other: _ours(piped, other)) for other in others
                )
            for kind in lives[0]:
                taken.setdefault(kind, []).extend(
                    _timed(lambda there=there, kind=kind: _ours(connection, there[kind]))
                    for there in lives
                )
            taken.setdefault("bare", []).extend(
                _timed(lambda number=number: _bare(connection, number)) for number in range(CASES)
            )
            taken.setdefault("flush", []).extend(
                _timed(lambda number=number: _flush(connection, number)) for number in range(CASES)
            )
            if part == 0:
                taken = {}  # the first round warms both up
            note(f"  {part} of {ROUNDS}")
    return {kind: 1 / median(times) for kind, times in taken.items()}


def _timed(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun


def _ours(connection: Any, command: Command) -> None:
    execute(connection, command, actor="owner")


def _piped(batch: Any) -> list[list[Any]]:
    """What `Batch.send` does, done by psycopg: prepared, binary, one pipeline."""
    connection = batch._connection
    cursors = []
    with connection.pipeline():
        for query, values in batch._statements:
            cursors.append(psycopg.RawCursor(connection))
            cursors[-1].execute(query, list(values), prepare=True, binary=True)
    return [cursor.fetchall() if cursor.description else [] for cursor in cursors]


def _flush(connection: Any, number: int) -> None:
    connection.execute("INSERT INTO bare.flushed VALUES (%s)", [number])


def _bare(connection: Any, number: int) -> None:
    debit, credit = number % ACCOUNTS + 1, (number + 1) % ACCOUNTS + 1
    with connection.transaction():
        entry = connection.execute(
            "INSERT INTO bare.entry (value_date, kind) VALUES (%s, %s) RETURNING id",
            ["2025-03-03", "move"],
        ).fetchone()[0]
        posting = "INSERT INTO bare.posting VALUES (%s, %s, %s, %s)"
        connection.execute(posting, [entry, 1, debit, 150_000_000])
        connection.execute(posting, [entry, 2, credit, -150_000_000])
        update = "UPDATE bare.balance SET quantity = quantity + %s WHERE account = %s"
        connection.execute(update, [150_000_000, debit])
        connection.execute(update, [-150_000_000, credit])
