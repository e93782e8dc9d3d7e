"""A mixed load that follows from its seed: real commands, some of which the rules refuse."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from qazyna.disposition.allocation import Allocate
from qazyna.plan import Command
from qazyna.reserve.earnings import RecordCharge
from qazyna.reserve.funding import Appropriate
from qazyna.seizure.custody import RecordLoss, Sweep
from tests.support_cases import final, order, seize, sell

BANK = "National Bank"
HOT = "HOT"
"""The one case that every writer seizes into."""


def commands(seed: str) -> Iterator[Command]:
    """Without end: lives of cases, a hot case, and the reserve's one bank account."""
    random = Random(seed)
    lives: list[Iterator[Command]] = []
    number = 0
    while True:
        number += 1
        chance = random.random()
        if chance < 0.25:
            yield given(random)
        elif chance < 0.45:
            yield charged(random)
        elif chance < 0.60:
            asset = random.choice(("BTC", "ETH", "USD"))
            yield seize(str(random.randint(1, 9)), asset, case=HOT, holding=f"{seed}-{number}")
        else:
            if len(lives) < 4:
                lives.append(_life(f"{seed}-{number}"))
            life = random.choice(lives)
            try:
                yield next(life)
            except StopIteration:
                lives.remove(life)


def given(random: Random) -> Command:
    item = {"asset": "USD", "quantity": _amount(random), "place": BANK}
    return Appropriate(items=(item,), appropriated_on=_day(random), act_ref="Act")


def charged(random: Random) -> Command:
    """It may ask for more than there was on that day."""
    return RecordCharge(
        asset="USD", quantity=_amount(random), charged_on=_day(random), statement_ref="S"
    )


def _life(case: str) -> Iterator[Command]:
    what = {"case": case, "holding": "1"}
    yield seize("10", control="device", case=case)
    yield Sweep(**what, swept_on="2025-03-10", custodian="AFM", fee="0.5", txid=f"t{case}")
    yield RecordLoss(
        **what,
        asset="BTC",
        quantity="1",
        discovered_on="2025-04-01",
        obligor="AFM",
        incident_ref="I",
    )
    yield order("8.5", case=case)
    yield final(case=case)
    yield sell("3", "150000.07", case=case)
    for asset in ("USD", "BTC"):
        yield Allocate(**what, asset=asset, allocated_on="2025-10-01", decision_ref="D")


def _amount(random: Random) -> str:
    return f"{random.randint(1, 900)}.{random.randint(0, 99):02}"


def _day(random: Random) -> date:
    return date(2025, 1, 1) + timedelta(random.randrange(300))
