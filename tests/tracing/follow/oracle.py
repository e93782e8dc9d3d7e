"""Taint by the definitions, in plain Python over lists: what the kernels must agree with."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass
class Tx:
    """Inputs are (prev tx or None, prev n, value), outputs values; the fee is what is left."""

    inputs: list[tuple[int | None, int, int]]
    outputs: list[int]
    coinbase: bool = False
    coinjoin: bool = False
    stops: frozenset[int] = frozenset()
    """outputs at which taint stops"""

    @property
    def fee(self) -> int:
        return sum(value for *_, value in self.inputs) - sum(self.outputs)


@dataclass
class Found:
    """amounts by source: of outputs not spent, and of what rests on none"""

    unspent: dict[tuple[int, int], dict[str, int]] = field(default_factory=dict)
    seed: Counter[str] = field(default_factory=Counter)
    fees: Counter[str] = field(default_factory=Counter)
    stopped: Counter[str] = field(default_factory=Counter)
    paid: Counter[str] = field(default_factory=Counter)


def trace(blocks, seeds, policy, *, subsidies=None, cross=False):
    """Each source alone. `seeds` are {source: {(tx, n)}}; transactions count over all blocks."""
    found = Found()
    for source, outputs in seeds.items():
        alone(blocks, source, outputs, policy, found, subsidies or [None] * len(blocks), cross)
    return found


def alone(blocks, source, seeds, policy, found, subsidies, cross):
    taint = {}  # (tx, n) -> for FIFO and LIFO the (amount, tainted) segments, else an amount
    number = 0
    for block, subsidy in zip(blocks, subsidies, strict=True):
        first = number
        fees = []
        for tx in block:
            if not (tx.coinbase and number == first):
                came = [
                    (value, taint.pop((prev, n), None)) if prev is not None else (value, None)
                    for prev, n, value in tx.inputs
                ]
                if tx.coinjoin and any(part is not None for _, part in came) and not cross:
                    found.stopped[source] += sum(dirty(part, policy) for _, part in came)
                    came = [(value, None) for value, _ in came]
                *outs, fee = share(came, [*tx.outputs, tx.fee], policy)
                place(number, tx, outs, source, seeds, taint, found, policy)
                fees.append((tx.fee, fee))
            number += 1
        minted = block[0] if block and block[0].coinbase else None
        for _, fee in fees:
            found.paid[source] += dirty(fee, policy)
        if minted is None:
            for _, fee in fees:
                found.fees[source] += dirty(fee, policy)
            continue
        had = sum(fee for fee, _ in fees)
        if subsidy is None or subsidy + had < sum(minted.outputs):
            subsidy = max(0, sum(minted.outputs) - had)
        rest = subsidy + had - sum(minted.outputs)
        *outs, unclaimed = share([(subsidy, None), *fees], [*minted.outputs, rest], policy)
        place(first, minted, outs, source, seeds, taint, found, policy)
        found.fees[source] += dirty(unclaimed, policy)
    for output, part in taint.items():
        found.unspent.setdefault(output, {})[source] = dirty(part, policy)


def place(number, tx, parts, source, seeds, taint, found, policy):
    for n, (value, part) in enumerate(zip(tx.outputs, parts, strict=True)):
        if part is not None and n in tx.stops:
            # All that comes there ends; a source that begins there begins whole.
            found.stopped[source] += dirty(part, policy)
            part = None
        if (number, n) in seeds:
            found.seed[source] += value - dirty(part, policy)
            taint[number, n] = [(value, True)] if policy in ("fifo", "lifo") else value
        elif part is not None:
            taint[number, n] = part


def dirty(part, policy):
    if part is None:
        return 0
    if policy in ("fifo", "lifo"):
        return sum(amount for amount, tainted in part if tainted)
    return part


def share(came, values, policy):
    """What of the inputs [(value, taint or None)] each of the values has; None where nothing."""
    if all(part is None for _, part in came):
        return [None] * len(values)
    if policy == "poison":
        *outs, fee = values
        return [*outs, fee or None]
    if policy == "haircut":
        tainted = sum(part or 0 for _, part in came)
        total = sum(values)
        exact = [Fraction(tainted * value, total) if total else Fraction(0) for value in values]
        shares = [int(each) for each in exact]
        by_rest = sorted(range(len(values)), key=lambda i: (shares[i] - exact[i], i))
        for i in by_rest[: (tainted if total else 0) - sum(shares)]:
            shares[i] += 1
        return [each or None for each in shares]
    row = []
    for value, part in came:
        row += part if part is not None else [(value, False)]
    if policy == "lifo":
        row.reverse()
    coins = iter(row)
    amount, tainted = 0, False
    parts = []
    for value in values:
        part = []
        while value:
            if not amount:
                amount, tainted = next(coins)
                continue
            piece = min(value, amount)
            part.append((piece, tainted))
            value -= piece
            amount -= piece
        parts.append(part if any(tainted for _, tainted in part) else None)
    return parts


def merged(counters):
    """Amounts that are something."""
    total = defaultdict(int)
    for counter in counters:
        for key, amount in counter.items():
            total[key] += amount
    return {key: amount for key, amount in total.items() if amount}
