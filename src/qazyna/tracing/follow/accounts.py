"""Taint on account chains: one queue for each account of one asset, in the order of the chain.

A credit appends to the queue; a debit takes from its head (FIFO), its tail (LIFO) or pro rata
(haircut). Gas is a debit of the chain's own coin and ends as a fee. What an account had before the
store begins is the least that explains its debits, and clean; it stands at the head. Amounts pass
64 bits, so this is Python's own integers, over the transfers of accounts that taint can reach.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from qazyna.tracing.follow.pool import Array
from qazyna.tracing.kernel import kernel
from qazyna.tracing.store.manifest import NONE

Sources = frozenset[int]
Segment = tuple[int, Sources]
CLEAN: Sources = frozenset()


@dataclass(frozen=True, slots=True)
class Transfer:
    """What moved; an account is None for new coins, or for gas."""

    tx: int
    begin: int | None
    end: int | None
    amount: int


@dataclass
class Queue:
    """An account's segments, oldest first."""

    policy: str
    segments: deque[Segment] = field(default_factory=deque)

    def put(self, parts: Iterable[Segment]) -> None:
        for amount, sources in parts:
            if self.segments and self.segments[-1][1] == sources:
                self.segments[-1] = (self.segments[-1][0] + amount, sources)
            elif amount:
                self.segments.append((amount, sources))

    def take(self, amount: int) -> list[Segment]:
        taken = []
        while amount:
            first = self.policy == "fifo"
            there, sources = self.segments.popleft() if first else self.segments.pop()
            part = min(there, amount)
            if there > part:
                rest = (there - part, sources)
                if first:
                    self.segments.appendleft(rest)
                else:
                    self.segments.append(rest)
            taken.append((part, sources))
            amount -= part
        return taken

    def tainted(self) -> dict[int, int]:
        return amounts(self.segments)


@dataclass
class Share:
    """An account's balance, and what of it each source has: pro rata, or whole by poison."""

    policy: str
    balance: int = 0
    has: dict[int, int] = field(default_factory=dict)

    def put(self, parts: Iterable[Segment]) -> None:
        for amount, sources in parts:
            for each in sources:
                self.has[each] = self.has.get(each, 0) + amount

    def take(self, amount: int) -> list[Segment]:
        taken = []
        for source, there in sorted(self.has.items()):
            if self.policy == "poison":
                taken.append((amount, frozenset((source,))))
                continue
            part, rest = divmod(there * amount, self.balance) if self.balance else (0, 0)
            # Of two parts the one with the larger remainder has the odd unit; on ties the debit.
            part += rest > 0 and 2 * rest >= self.balance
            self.has[source] = there - part
            if part:
                taken.append((part, frozenset((source,))))
        self.balance -= amount
        return taken

    def tainted(self) -> dict[int, int]:
        if self.policy == "poison":
            return dict.fromkeys(self.has, self.balance)
        return {source: amount for source, amount in self.has.items() if amount}


def amounts(parts: Iterable[Segment]) -> dict[int, int]:
    """Each source's sum."""
    found: dict[int, int] = {}
    for amount, sources in parts:
        for each in sources:
            found[each] = found.get(each, 0) + amount
    return found


@dataclass
class Found:
    """By source: what each account has, what became of the rest, and how it went."""

    rests: dict[int, dict[int, int]] = field(default_factory=dict)
    seeds: dict[int, int] = field(default_factory=dict)
    fees: dict[int, int] = field(default_factory=dict)
    stopped: list[tuple[int, int, int, int]] = field(default_factory=list)
    """(tx, account, source, amount)"""
    steps: dict[tuple[int, int, int], int] = field(default_factory=dict)
    """(from, to, source) -> amount"""
    touched: int = 0
    opened: int = 0
    """accounts that had something before the store begins"""


def follow(
    transfers: Sequence[Transfer],
    policy: str,
    accounts: Mapping[int, frozenset[int]],
    outputs: Mapping[int, frozenset[int]],
    stops: frozenset[int] = frozenset(),
) -> Found:
    """Taint of one asset. `accounts` are sources by account: all that it has or is paid;
    `outputs` are sources by the place of a transfer in `transfers`."""
    opening = _opening(transfers)
    found = Found(opened=sum(amount > 0 for amount in opening.values()))
    held: dict[int, Queue | Share] = {}

    def of(account: int) -> Queue | Share:
        if account not in held:
            held[account] = Queue(policy) if policy in ("fifo", "lifo") else Share(policy)
            _credit(held[account], [(opening.get(account, 0), CLEAN)], accounts.get(account, CLEAN))
        return held[account]

    def _credit(to: Queue | Share, parts: list[Segment], sources: Sources) -> None:
        if sources:
            whole = sum(amount for amount, _ in parts)
            had = amounts(parts)
            for each in sources:
                gained = whole - had.get(each, 0)
                if gained:
                    found.seeds[each] = found.seeds.get(each, 0) + gained
            parts = [(amount, had_by | sources) for amount, had_by in parts]
        to.put(parts)
        if isinstance(to, Share):
            to.balance += sum(amount for amount, _ in parts)

    for place, each in enumerate(transfers):
        parts: list[Segment] = []
        if each.begin is not None:
            parts = of(each.begin).take(each.amount)
        tainted = amounts(parts)
        found.touched += bool(tainted)
        if each.end is None:
            for source, amount in tainted.items():
                found.fees[source] = found.fees.get(source, 0) + amount
            continue
        sources = accounts.get(each.end, CLEAN) | outputs.get(place, CLEAN)
        if each.end in stops:
            for source, amount in tainted.items():
                found.stopped.append((each.tx, each.end, source, amount))
            tainted, parts = {}, [(each.amount, CLEAN)]
        for source, amount in tainted.items():
            if each.begin is not None:
                step = (each.begin, each.end, source)
                found.steps[step] = found.steps.get(step, 0) + amount
        to = of(each.end)
        if isinstance(to, Queue):
            _credit(to, parts or [(each.amount, CLEAN)], sources)
            continue
        to.put(parts)
        to.balance += each.amount
        for source in sources:
            gained = each.amount - tainted.get(source, 0)
            if gained:
                found.seeds[source] = found.seeds.get(source, 0) + gained
                to.has[source] = to.has.get(source, 0) + gained
    for account, state in held.items():
        if rest := {source: amount for source, amount in state.tainted().items() if amount}:
            found.rests[account] = rest
    return found


def _opening(transfers: Iterable[Transfer]) -> dict[int, int]:
    """The least each account must have had before."""
    balance: dict[int, int] = {}
    least: dict[int, int] = {}
    for each in transfers:
        if each.begin is not None:
            balance[each.begin] = balance.get(each.begin, 0) - each.amount
            least[each.begin] = min(least.get(each.begin, 0), balance[each.begin])
        if each.end is not None:
            balance[each.end] = balance.get(each.end, 0) + each.amount
    return {account: -amount for account, amount in least.items()}


@kernel
def _reached(begins: Array, ends: Array, seeded: Array, tainted: Array) -> None:
    """Mark every account that something tainted could come to, in one pass in order."""
    for i in range(len(begins)):
        dirty = seeded[i] or (begins[i] != NONE and tainted[begins[i]])
        if dirty and ends[i] != NONE:
            tainted[ends[i]] = 1


def reached(rows: pl.DataFrame, seeded: Array, accounts: Sequence[int], addresses: int) -> Array:
    """u8, one an address id: whether taint can come to it. Rows have `from` and `to`, in order;
    `seeded` says of each whether it is a source itself."""
    tainted = np.zeros(addresses, np.uint8)
    tainted[list(accounts)] = 1
    _reached(rows["from"].to_numpy(), rows["to"].to_numpy(), seeded, tainted)
    return tainted
