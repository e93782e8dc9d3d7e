"""Single durable commands from eight connections, against django-hordak on the same PostgreSQL.

Both sides post the same transfers, from eight processes with a connection each, on the embedded
server with `fsync` and `synchronous_commit` on, each into a database of its own. Hordak posts them
as its documentation says: `Account.transfer_to`, a transaction of two legs in one atomic block,
its constraints and triggers in force. Ours is the command `sweep` of a part, through the one way
in: what is known is read and locked, the rule decides, and an event and an entry with their leaves,
a posting and two running quantities that may not fall below zero are written under all guards.
Hordak keeps no running quantities and refuses no overdraft; what ours does more is not counted.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from time import perf_counter

import psycopg

from bench.common import Claim, installation, note
from bench.transfers import HELD, PLACES, SEED, case
from qazyna.plan import COMMANDS
from qazyna.shell import postgres
from qazyna.shell.installation import Books
from qazyna.shell.store.commit import execute

CONNECTIONS = 8
COUNT = 50
"""Transfers of each connection in a round."""
ROUNDS = 9
LEAST = 2.5

Side = list["subprocess.Popen[str]"]


def measure() -> Claim:
    with installation() as books:
        server = postgres.ensure(books.home)
        server.create_database("hordak")
        peer = server.url("qazyna_owner", "hordak")
        note("  preparing both")
        subprocess.run([*_WORKER, "prepare"], env=_env(peer), check=True)
        _prepare(books)
        for url in (peer, server.url("qazyna_owner")):
            with psycopg.connect(url, autocommit=True) as owner:
                owner.execute("VACUUM ANALYZE")
        with (
            _side("ours", books.url) as ours,
            _side("hordak", peer) as theirs,
            _side("at_hand", peer) as at_hand,
        ):
            rounds: list[tuple[float, float, float]] = []
            for part in range(ROUNDS + 1):
                rates = _rate(ours, part), _rate(theirs, part), _rate(at_hand, part)
                note(f"  {rates[0]:,.0f}/s, hordak {rates[1]:,.0f}/s and {rates[2]:,.0f}/s")
                if part:  # the first round warms all up
                    rounds.append(rates)
    mine, others, handed = (median(rates) for rates in zip(*rounds, strict=True))
    ratio = median(one / other for one, other, _ in rounds)
    kinder = median(one / other for one, _, other in rounds)
    return Claim(
        promise=f"single durable commands from {CONNECTIONS} connections, at {LEAST} x the rate "
        "of django-hordak 2.0",
        measured=f"{mine:,.0f} commands/s",
        against=f"{others:,.0f} transfers/s posted through django-hordak on the same server",
        data=f"{ROUNDS} rounds of each in turn, {CONNECTIONS} processes with a connection each, "
        f"{COUNT} transfers a connection and round, between {PLACES:,} pairs of accounts "
        f"(seed {SEED}); medians, and the median of the ratios of the rounds",
        ratio=ratio,
        least=LEAST,
        details=[
            "a transfer names its accounts, and both sides look them up; with hordak's accounts "
            f"looked up beforehand: {handed:,.0f} transfers/s, {kinder:.2f} x its rate"
        ],
    )


def _prepare(books: Books) -> None:
    """The same places: seized on a device, and a first part in custody."""
    for place in range(PLACES):
        item = {"case": case(place), "holding": "1"}
        seize = {
            **item,
            "asset": "BTC",
            "quantity": f"{HELD // 10**8}",
            "control": "device",
            "authority": "Police",
            "seized_on": "2025-03-03",
        }
        sweep = {
            **item,
            "quantity": "0.00000001",
            "custodian": "AFM",
            "swept_on": "2025-03-10",
            "txid": "f00d",
        }
        for kind, fields in (("seize", seize), ("sweep", sweep)):
            execute(books.connection, COMMANDS[kind].model_validate(fields), actor="owner")


_WORKER = (sys.executable, "-m", "bench.transfers")


def _env(url: str) -> dict[str, str]:
    return {**os.environ, "BENCH_DATABASE": url}


@contextmanager
def _side(name: str, url: str) -> Iterator[Side]:
    """Eight workers of one side, each connected and ready; ended afterwards."""
    with ExitStack() as stack:
        workers: Side = []
        for number in range(CONNECTIONS):
            worker = subprocess.Popen(
                [*_WORKER, name, str(number)],
                env=_env(url),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            stack.enter_context(worker)  # closes its pipes, and waits for it
            workers.append(worker)
        for worker in workers:
            _answered(worker, "ready")
        yield workers


def _rate(side: Side, part: int) -> float:
    """Transfers a second of all workers together, from the word to the last answer."""
    begun = perf_counter()
    for worker in side:
        assert worker.stdin is not None
        worker.stdin.write(f"{part} {COUNT}\n")
        worker.stdin.flush()
    for worker in side:
        _answered(worker, "done")
    return CONNECTIONS * COUNT / (perf_counter() - begun)


def _answered(worker: "subprocess.Popen[str]", word: str) -> None:
    assert worker.stdout is not None
    if worker.stdout.readline().strip() != word:
        raise SystemExit("a worker gave up; what it said stands above")
