"""A register of any size that follows from its seed alone: `python -m bench.register_rows 1000`.

Cases of one to four holdings, seized by anybody and decided in every way there is. All of it is
made up, every row is sound, and the file reads the same on every machine.
"""

import csv
import io
import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from hashlib import sha256
from random import Random
from typing import TypeVar

SEED = 20260630

COLUMNS = (
    *("case_id", "holding_ref", "asset", "quantity", "seized_on", "authority", "custodian"),
    *("control", "address", "order_ref", "outcome", "final_on", "final_ref", "disposed_on"),
    *("disposal", "proceeds", "proceeds_currency", "costs", "assumed", "note"),
)

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

_FIRST = date(2018, 1, 1)
_DAYS = (date(2026, 6, 30) - _FIRST).days

_ASSETS = (("BTC", 50, 8), ("USDT", 25, 6), ("ETH", 15, 18), ("USD", 5, 2), ("EUR", 5, 2))
_OUTCOMES = (("pending", 30), ("forfeited", 45), ("returned", 15), ("restituted", 10))
_DISPOSALS = ("auction", "negotiated_sale", "tranche_sale", "hold", "")
_DOLLARS = {"BTC": 30_000, "USDT": 1, "ETH": 2_000, "USD": 1, "EUR": 1}

Row = dict[str, str]
T = TypeVar("T")


def rows(count: int, seed: int = SEED) -> Iterator[Row]:
    """So many rows, in the order of the file."""
    random = Random(seed)
    case = made = 0
    while made < count:
        case += 1
        seized = _FIRST + timedelta(random.randrange(_DAYS))
        for _ in range(min(random.choice((1, 1, 2, 2, 3, 4)), count - made)):
            made += 1
            yield _row(random, f"B-{case:06}", made, seized)


def text(count: int, seed: int = SEED) -> str:
    """The file."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows(count, seed))
    return out.getvalue()


def _row(random: Random, case: str, number: int, seized: date) -> Row:
    asset, scale = _weighted(random, [((code, scale), weight) for code, weight, scale in _ASSETS])
    coin = asset in ("BTC", "USDT", "ETH")
    control = random.choice(("restrained", "device", "custody", "custody")) if coin else "custody"
    base_units = random.randrange(10 ** max(scale - 3, 1), 40 * 10**scale)
    row = {
        "case_id": case,
        "asset": asset,
        "quantity": _decimal(base_units, scale),
        "seized_on": seized.isoformat(),
        "authority": random.choice(("Prosecutor", "Police", "Customs")),
        "custodian": f"Venue {random.randrange(130):03}" if control == "restrained" else "",
        "control": control,
        "order_ref": f"S-{number}",
        "note": f"Exhibit {number}" if random.random() < 0.3 else "",
    }
    if asset == "BTC" and control != "restrained":
        row["address"] = _address(number)
    outcome = _weighted(random, _OUTCOMES)
    final = min(seized + timedelta(random.randrange(40, 700)), date(2026, 6, 30))
    if outcome != "pending":
        row |= {"final_on": final.isoformat(), "final_ref": f"F-{case}"}
        if random.random() < 0.1:
            row["assumed"] = "final_on"
    worth = base_units * _DOLLARS[asset] * 100 // 10**scale
    if outcome == "forfeited" and coin and worth >= 200:
        row |= _disposal(random, final, worth)
    return row | {"outcome": outcome}


def _disposal(random: Random, final: date, cents: int) -> Row:
    mechanism = random.choice(_DISPOSALS)
    if mechanism in ("", "hold"):
        return {"disposal": mechanism}
    sold = min(final + timedelta(random.randrange(400)), date(2026, 6, 30))
    sale = {
        "disposal": mechanism,
        "disposed_on": sold.isoformat(),
        "proceeds": _decimal(cents, 2),
        "proceeds_currency": "USD",
    }
    return sale | ({"costs": _decimal(cents // 100, 2)} if random.random() < 0.3 else {})


def _weighted(random: Random, choices: Sequence[tuple[T, int]]) -> T:
    values, weights = zip(*choices, strict=True)
    return random.choices(values, weights)[0]


def _decimal(base_units: int, scale: int) -> str:
    whole, fraction = divmod(base_units, 10**scale)
    digits = str(fraction).rjust(scale, "0").rstrip("0")
    return f"{whole}.{digits}" if digits else str(whole)


def _address(number: int) -> str:
    """A Bitcoin address that is nobody's: the hash of a numbered phrase stands for a key's."""
    data = b"\0" + sha256(f"qazyna bench {number}".encode()).digest()[:20]
    data += sha256(sha256(data).digest()).digest()[:4]
    value, digits = int.from_bytes(data, "big"), ""
    while value:
        value, digit = divmod(value, 58)
        digits = _BASE58[digit] + digits
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + digits


if __name__ == "__main__":
    sys.stdout.write(text(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
