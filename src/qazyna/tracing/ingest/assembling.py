"""Batches become parts: ids are given, sources found, and what cannot be is refused.

A transaction is rejected, and the rest goes on, if it stands twice, spends what comes later or what
its source does not have, contradicts the value that its source has, or pays out more than it takes
in. An input whose source the store has not seen is kept, with the address and the value that the
export says.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from qazyna.errors import Refused
from qazyna.tracing.ingest.batch import UNKNOWN, Batch, numbered, owners, sums
from qazyna.tracing.kernel import kernel
from qazyna.tracing.store.manifest import NONE
from qazyna.tracing.store.reading import Store
from qazyna.tracing.store.runs import order_of, txid_words
from qazyna.tracing.store.strings import Strings
from qazyna.tracing.store.tables import BLOCKS, INPUTS, OUTPUTS, TX
from qazyna.tracing.store.writing import AccountTables, Tables


@dataclass(frozen=True, slots=True)
class Reject:
    """A transaction that was not taken: where it stands, and why not."""

    source: int
    row: int
    height: int
    txid: str
    reason: str


@dataclass(frozen=True, slots=True)
class Assembled:
    """A part, what was rejected, and how many inputs spend what the store has not seen."""

    tables: Tables | AccountTables
    rejects: list[Reject]
    unknown_sources: int


def assemble(batch: Batch, store: Store) -> Assembled:
    """The transactions of whole blocks, in any order, as the part that follows the store's last.

    Refused (two_blocks) where two blocks stand at one height.
    """
    batch = _in_order(batch)
    rejects: list[Reject] = []
    batch = _without(batch, dict(_repeated(batch, store)), rejects)
    blocks = block_table(batch)
    while True:
        resolved = _resolve(batch, store)
        wrong = dict(_contradictions(batch, resolved))
        if not wrong:
            break
        batch = _without(batch, wrong, rejects)
    tables = _tables(batch, resolved, store, blocks)
    return Assembled(tables, rejects, int((resolved.prev_tx == NONE).sum()))


def _in_order(batch: Batch) -> Batch:
    """The batch in the order of the chain; exports mostly are, and then nothing is copied."""
    place = (batch.height.astype(np.int64) << 32) | batch.index
    if (np.diff(place) > 0).all():
        return batch
    return batch.take(np.lexsort((batch.row, batch.source, place)))


def block_table(batch: Batch) -> pl.DataFrame:
    """The blocks of a batch in the order of the chain; `transactions` as they stand in it."""
    heights, first, count = np.unique(batch.height, return_index=True, return_counts=True)
    block = np.repeat(np.arange(len(heights)), count)
    words = txid_words(batch.block_hash)
    said = (words[0] != 0) | (words[1] != 0)
    # One hash a block: that of its first transaction that says one.
    where = np.full(len(heights), -1, np.int64)
    rows = np.flatnonzero(said)[::-1]
    where[block[rows]] = rows
    own = where[block]
    other = said & (own >= 0)
    for word in words:
        clash = np.flatnonzero(other & (word != word[own]))
        if len(clash):
            height = int(batch.height[clash[0]])
            raise Refused(
                "two_blocks",
                f"Two blocks stand at height {height}: "
                f"{bytes(batch.block_hash[own[clash[0]]]).hex()} and "
                f"{bytes(batch.block_hash[clash[0]]).hex()}. A store holds one chain; give the "
                "blocks of that chain only.",
                {"height": height},
            )
    hashes = pl.Series([bytes(batch.block_hash[row]) if row >= 0 else None for row in where])
    digests = np.add.reduceat(txid_words(batch.txid)[0], first) if len(first) else first
    return pl.DataFrame(
        {
            "height": heights,
            "hash": hashes.cast(pl.Binary),
            "time": batch.time[first],
            "first_tx": np.zeros(len(heights), np.uint32),
            "transactions": count.astype(np.uint32),
            "digest": digests.astype(np.uint64),
        },
        schema=BLOCKS,
    )


def once(batch: Batch) -> Batch:
    """The batch without records of the same transaction in the same block."""
    high, low = txid_words(batch.txid)
    order = np.lexsort((low, high, batch.height))
    again = np.zeros(len(batch), bool)
    again[order[1:]] = (
        (np.diff(batch.height[order].astype(np.int64)) == 0)
        & (high[order][1:] == high[order][:-1])
        & (low[order][1:] == low[order][:-1])
    )
    return batch.take(np.flatnonzero(~again)) if again.any() else batch


def _without(batch: Batch, wrong: dict[int, str], rejects: list[Reject]) -> Batch:
    for row, reason in sorted(wrong.items()):
        rejects.append(
            Reject(
                int(batch.source[row]),
                int(batch.row[row]),
                int(batch.height[row]),
                bytes(batch.txid[row]).hex(),
                reason,
            )
        )
    if not wrong:
        return batch
    stays = np.ones(len(batch), bool)
    stays[list(wrong)] = False
    return batch.take(np.flatnonzero(stays))


def _repeated(batch: Batch, store: Store) -> Iterator[tuple[int, str]]:
    """Rows whose transaction stands before: in the batch, or in the store."""
    high, low = txid_words(batch.txid)
    for row, before in _alike(high, low):
        if batch.height[row] == batch.height[before]:
            yield row, f"it stands twice: line {batch.row[before]} is the same transaction"
        elif not batch.coinbase[row]:  # before BIP 34 two coinbases could be alike
            yield row, f"it stands in block {batch.height[before]} already"
    known = store.txid_index.find(high, low)
    for row in np.flatnonzero((known != NONE) & ~batch.coinbase).tolist():
        yield row, f"it is known already, as transaction {known[row]} of an earlier block"


def _alike(high: np.ndarray, low: np.ndarray) -> list[tuple[int, int]]:
    """Rows with the key of an earlier row, each with the row before it of that key."""
    order = order_of(high)
    ordered = high[order]
    twice = np.zeros(len(high), bool)
    equal = ordered[1:] == ordered[:-1]
    twice[1:] |= equal
    twice[:-1] |= equal
    rows = np.sort(order[twice])  # few, if any
    last: dict[tuple[int, int], int] = {}
    found = []
    for row in rows.tolist():
        key = int(high[row]), int(low[row])
        if key in last:
            found.append((row, last[key]))
        last[key] = row
    return found


@dataclass(frozen=True, slots=True)
class _Resolved:
    """For each input what it spends; addresses as ids, and the strings of the new ones."""

    begin: int
    owner: np.ndarray
    prev_tx: np.ndarray
    in_addr: np.ndarray
    in_value: np.ndarray
    missing: np.ndarray
    out_addr: np.ndarray
    new: Strings


def _resolve(batch: Batch, store: Store) -> _Resolved:
    begin, size = store.manifest.transactions, len(batch)
    high, low = txid_words(batch.txid)
    order = order_of(high)
    here = (high[order], low[order], (order + begin).astype(np.uint32))
    prev_tx = store.txid_index.find(*txid_words(batch.spent), here)
    out_addr, in_addr, new = _addresses(batch, store, prev_tx == NONE)
    in_value = np.full(len(prev_tx), UNKNOWN, np.int64)
    earlier = np.flatnonzero(prev_tx < begin)
    missing = np.zeros(len(prev_tx), bool)
    if len(earlier):
        addr, value = store.spent(prev_tx[earlier], batch.spent_n[earlier])
        in_addr[earlier], in_value[earlier] = addr, value
        missing[earlier] = value == UNKNOWN
    now = np.flatnonzero((prev_tx >= begin) & (prev_tx != NONE))
    first = np.zeros(size + 1, np.int64)
    np.cumsum(batch.n_out, out=first[1:])
    row = prev_tx[now].astype(np.int64) - begin
    where = first[row] + batch.spent_n[now]
    there = where < first[row + 1]
    missing[now] = ~there
    in_addr[now[there]] = out_addr[where[there]]
    in_value[now[there]] = batch.out_value[where[there]]
    unknown = prev_tx == NONE
    in_value[unknown] = batch.in_value[unknown]
    return _Resolved(begin, owners(batch.n_in), prev_tx, in_addr, in_value, missing, out_addr, new)


def _addresses(
    batch: Batch, store: Store, unknown: np.ndarray
) -> tuple[np.ndarray, np.ndarray, Strings]:
    """Ids of the outputs' addresses and of inputs of unknown source; the strings of new ids."""
    strings = batch.out_address
    named = np.flatnonzero(unknown & (batch.in_address.lengths() > 0))
    order = None
    if len(named):
        strings = Strings.joined([batch.in_address.take(named), strings])
        tx = np.concatenate([owners(batch.n_in)[named] * 2.0, owners(batch.n_out) * 2.0 + 1])
        order = np.argsort(tx, kind="stable")
        strings = strings.take(order)
    found, new = address_ids(strings, store)
    in_addr = np.full(len(unknown), NONE, np.uint32)
    if order is None:
        return found, in_addr, new
    back = np.empty_like(found)
    back[order] = found
    in_addr[named] = back[: len(named)]
    return back[len(named) :], in_addr, new


def address_ids(strings: Strings, store: Store) -> tuple[np.ndarray, Strings]:
    """Ids of strings in the order of the chain, NONE for empty ones; and those that are new.

    A string that the store does not know gets the next id when it first appears.
    """
    high, low = strings.keys()
    local = np.empty(len(strings), np.uint32)
    firsts = np.empty(len(strings), np.int64)
    slots = np.full(1 << max(4, (2 * len(strings)).bit_length()), -1, np.int64)
    distinct = _distinct(high, low, strings.lengths(), slots, local, firsts)
    firsts = firsts[:distinct]
    ids = store.address_index.find(high[firsts], low[firsts])
    fresh = np.flatnonzero(ids == NONE)
    ids[fresh] = store.manifest.addresses + np.arange(len(fresh), dtype=np.int64)
    found: np.ndarray = np.append(ids, np.uint32(NONE))[np.minimum(local, distinct)]
    return found, strings.take(firsts[fresh])


@kernel
def _distinct(
    high: np.ndarray,
    low: np.ndarray,
    lengths: np.ndarray,
    slots: np.ndarray,
    local: np.ndarray,
    firsts: np.ndarray,
) -> int:
    """Number the distinct keys by first appearance; an empty string gets NONE."""
    mask, count = np.uint64(len(slots) - 1), 0
    for i in range(len(high)):
        if lengths[i] == 0:
            local[i] = NONE
            continue
        at = high[i] & mask
        while True:
            number = slots[at]
            if number < 0:
                slots[at] = count
                firsts[count] = i
                local[i] = count
                count += 1
                break
            j = firsts[number]
            if high[j] == high[i] and low[j] == low[i]:
                local[i] = number
                break
            at = (at + np.uint64(1)) & mask
    return count


def _contradictions(batch: Batch, found: _Resolved) -> Iterator[tuple[int, str]]:
    """Rows that cannot be as they are said to be, each once or more, with the reason."""
    place = numbered(batch.n_in)
    taken, paid = sums(found.in_value, batch.n_in), sums(batch.out_value, batch.n_out)
    unknown = sums((found.in_value == UNKNOWN).astype(np.int64), batch.n_in)
    over = (paid > taken) & (unknown == 0) & ~batch.coinbase
    for row in np.flatnonzero(over):
        yield int(row), f"it pays out {paid[row]}, and takes in {taken[row]}"
    known = found.prev_tx != NONE
    said = known & (batch.in_value != UNKNOWN) & (batch.in_value != found.in_value)
    for at in np.flatnonzero(said & ~found.missing):
        yield (
            int(found.owner[at]),
            f"its input {place[at]} is said to be worth {batch.in_value[at]}, the output that it "
            f"spends is worth {found.in_value[at]}",
        )
    for at in np.flatnonzero(found.missing):
        txid = bytes(batch.spent[at]).hex()
        yield (
            int(found.owner[at]),
            f"its input {place[at]} spends output {batch.spent_n[at]} of {txid}, which has fewer",
        )
    own = found.owner.astype(np.int64) + found.begin
    for at in np.flatnonzero(known & (found.prev_tx >= own)):
        txid = bytes(batch.spent[at]).hex()
        yield int(found.owner[at]), f"its input {place[at]} spends {txid}, which comes later"


def _tables(batch: Batch, found: _Resolved, store: Store, blocks: pl.DataFrame) -> Tables:
    tx = np.arange(len(batch), dtype=np.uint32) + np.uint32(store.manifest.transactions)
    unknown = sums((found.in_value == UNKNOWN).astype(np.int64), batch.n_in) > 0
    fee = sums(found.in_value, batch.n_in) - sums(batch.out_value, batch.n_out)
    fee[batch.coinbase] = 0
    heights = blocks["height"].to_numpy()
    first = np.searchsorted(batch.height, heights)
    count = np.searchsorted(batch.height, heights, side="right") - first
    return Tables(
        blocks.with_columns(
            pl.Series("first_tx", (first + store.manifest.transactions).astype(np.uint32)),
            pl.Series("transactions", count.astype(np.uint32)),
        ),
        pl.DataFrame(
            {
                "tx": tx,
                "txid": binary(batch.txid),
                "height": batch.height,
                "index": batch.index,
                "time": batch.time,
                "coinbase": batch.coinbase,
                "n_in": batch.n_in,
                "n_out": batch.n_out,
                "fee": _null_where(fee, unknown),
            },
            schema=TX,
        ),
        pl.DataFrame(
            {
                "tx": np.repeat(tx, batch.n_in),
                "n": numbered(batch.n_in),
                "prev_tx": found.prev_tx,
                "prev_n": batch.spent_n,
                "addr": found.in_addr,
                "value": _null_where(found.in_value, found.in_value == UNKNOWN),
            },
            schema=INPUTS,
        ),
        pl.DataFrame(
            {
                "tx": np.repeat(tx, batch.n_out),
                "n": numbered(batch.n_out),
                "addr": found.out_addr,
                "value": batch.out_value,
                "kind": batch.out_kind,
            },
            schema=OUTPUTS,
        ),
        found.new,
    )


def binary(rows: np.ndarray) -> pl.Series:
    """Rows of bytes (n, w) as a Series of Binary."""
    return pl.Series(rows).cast(pl.List(pl.UInt8)).cast(pl.Binary)


def _null_where(values: np.ndarray, absent: np.ndarray) -> pl.Series:
    series = pl.Series(values)
    return series.set(pl.Series(absent), None) if absent.any() else series
