"""The same transfers, told two books: ours, and django-hordak's. A worker is one connection.

`python -m bench.transfers SIDE WORKER` reads a line `ROUND COUNT`, posts so many transfers, each
committed durably before the next, and answers with a line; until its input ends. What is
transferred follows from the seed, the round and the worker, and is the same for both sides.
"""

import os
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from random import Random
from typing import Any

SEED = 20260630
PLACES = 1_000
"""So many pairs of accounts: out of the one, into the other."""
HELD = 10**8
"""What there is in each place at first, in base units."""

Transfer = tuple[int, int]
"""the place, and the amount in base units (hundredths, where the other side counts)"""


def transfers(part: int, worker: int, count: int) -> Iterator[Transfer]:
    """What one worker transfers in one round."""
    random = Random(f"{SEED} {part} {worker}")
    for _ in range(count):
        yield random.randrange(PLACES), random.randrange(1, 1_000)


def case(place: int) -> str:
    return f"T-{place:04}"


def ours() -> Callable[[Transfer], None]:
    """Coins of a case go from the device to custody: one event, one entry, one posting, and two
    running quantities, through the one way in."""
    import psycopg

    from qazyna.plan import COMMANDS
    from qazyna.shell.store.commit import execute

    connection = psycopg.connect(os.environ["BENCH_DATABASE"], autocommit=True)
    sweep = COMMANDS["sweep"]

    def transfer(one: Transfer) -> None:
        place, amount = one
        command = sweep.model_validate(
            {
                "case": case(place),
                "holding": "1",
                "quantity": f"{Decimal(amount).scaleb(-8):f}",
                "custodian": "AFM",
                "swept_on": "2025-03-10",
                "txid": "f00d",
            }
        )
        execute(connection, command, actor="owner")

    return transfer


def named() -> Callable[[Transfer], None]:
    """A transaction of two legs, as its documentation says: `Account.transfer_to`, which is atomic.

    A transfer names its two accounts, as ours names its case; they are looked up.
    """
    configure()
    from hordak.models import Account

    find = Account.objects.get

    def transfer(one: Transfer) -> None:
        place, amount = one
        _transfer(find(code=code(2 * place + 1)), find(code=code(2 * place + 2)), amount)

    return transfer


def at_hand() -> Callable[[Transfer], None]:
    """The same, with every account looked up once, before anything is timed."""
    configure()
    from hordak.models import Account

    places = [
        (
            Account.objects.get(code=code(2 * place + 1)),
            Account.objects.get(code=code(2 * place + 2)),
        )
        for place in range(PLACES)
    ]

    def transfer(one: Transfer) -> None:
        place, amount = one
        _transfer(*places[place], amount)

    return transfer


def _transfer(out_of: Any, into: Any, amount: int) -> None:
    from moneyed import Money

    out_of.transfer_to(
        into, Money(Decimal(amount).scaleb(-2), "USD"), date="2025-03-10", description="f00d"
    )


def code(number: int) -> str:
    return f"{number:06}"


def configure() -> None:
    """Django with hordak and what it needs, and nothing else."""
    import django
    from django.conf import settings

    from qazyna.shell.store.schema import django_database

    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "mptt", "djmoney", "hordak"],
        DATABASES={
            "default": {**django_database(os.environ["BENCH_DATABASE"]), "CONN_MAX_AGE": None}
        },
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DEFAULT_CURRENCY="USD",
        HORDAK_INTERNAL_CURRENCY="USD",
        USE_TZ=True,
    )
    django.setup()


def prepare_hordak() -> None:
    """Its tables, triggers and accounts, and what there is in each place at first."""
    configure()
    from django.core.management import call_command
    from hordak.models import Account
    from moneyed import Money

    call_command("migrate", verbosity=0)

    def account(number: int, name: str, kind: str) -> Any:
        return Account.objects.create(name=name, code=code(number), type=kind, currencies=["USD"])

    claimants = account(0, "claimants", Account.TYPES.liability)
    for place in range(PLACES):
        device = account(2 * place + 1, f"device {place}", Account.TYPES.asset)
        custody = account(2 * place + 2, f"custody {place}", Account.TYPES.asset)
        claimants.transfer_to(device, Money(Decimal(HELD).scaleb(-2), "USD"))
        device.transfer_to(custody, Money(Decimal("0.01"), "USD"))


SIDES = {"ours": ours, "hordak": named, "at_hand": at_hand}


def work(side: str, worker: int) -> None:
    transfer = SIDES[side]()
    print("ready", flush=True)
    for line in sys.stdin:
        part, count = map(int, line.split())
        for one in transfers(part, worker, count):
            transfer(one)
        print("done", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare_hordak()
    else:
        work(sys.argv[1], int(sys.argv[2]))
