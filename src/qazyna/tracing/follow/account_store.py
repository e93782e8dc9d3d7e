"""A question to the store of an account chain: one asset of it, by each policy asked for."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from qazyna.errors import InvariantBroken, Refused
from qazyna.tracing.follow.accounts import Found, Transfer, follow, reached
from qazyna.tracing.follow.places import Places
from qazyna.tracing.store.manifest import NONE
from qazyna.tracing.store.reading import Store

_NTH = re.compile(r"(0x)?([0-9a-fA-F]{64}):(\d{1,9})", re.ASCII)


def is_transfer(asked: str) -> bool:
    """Whether it names a transfer: a transaction's hash, a colon, a number."""
    return _NTH.fullmatch(asked) is not None


def answered(
    store: Store,
    sources: Mapping[str, Sequence[str] | None],
    policies: Sequence[str],
    until: int | None,
    places: Places,
    asset: str | None = None,
) -> dict[str, Any]:
    """The whole answer, as for other chains: see `asking.follow`. `asset` is a token's contract.

    A source is an address, a case with its addresses, or HASH:N, the transaction's transfer N of
    that asset, from 0. Refused (unknown_source, unknown_asset, nothing_received).
    """
    rows = _transfers(store, asset_id(store, asset), until)
    names = list(sources)
    accounts: dict[int, frozenset[int]] = {}
    outputs: dict[int, frozenset[int]] = {}
    told = []
    for number, (name, case) in enumerate(sources.items()):
        mine = frozenset((number,))
        if is_transfer(name):
            at = _nth(store, rows, name)
            outputs[at] = outputs.get(at, frozenset()) | mine
            told.append({"source": name, "kind": "output", "addresses": 0, "outputs": 1})
            continue
        addresses = (name,) if case is None else tuple(case)
        ids = store.address_ids([spelt(each) for each in addresses])
        ids = ids[ids != NONE]
        if not len(ids):
            raise Refused(
                "unknown_source",
                f"The store has never seen {name}. Name an address, a transfer as HASH:N, or a "
                "case; or ingest the blocks that pay it.",
                {"source": name},
            )
        paid = rows.filter(pl.col("to").is_in(ids.tolist()))
        if not len(paid):
            raise Refused(
                "nothing_received",
                f"{name} was paid nothing of {asset or store.manifest.asset} here.",
                {"source": name},
            )
        for each in ids.tolist():
            accounts[each] = accounts.get(each, frozenset()) | mine
        kind = "address" if case is None else "case"
        counts = {"addresses": len(ids), "outputs": len(paid)}
        told.append({"source": name, "kind": kind, **counts})
    transfers = _relevant(store, rows, accounts, outputs)
    stops = _stops(places)
    heights = store.manifest.heights or (0, 0)
    return {
        "chain": store.manifest.chain,
        "asset": asset or store.manifest.asset,
        "sources": told,
        "from_height": heights[0],
        "to_height": heights[1] if until is None else min(until, heights[1]),
        "stop_at": list(places.stops),
        "policies": {
            policy: _document(
                store,
                follow(transfers[0], policy, accounts, transfers[1], stops),
                names,
                policy,
                places,
            )
            for policy in policies
        },
    }


def spelt(address: str) -> str:
    """An address as a store of an account chain spells it."""
    return address.lower() if address.startswith(("0x", "0X")) else address


def asset_id(store: Store, asked: str | None) -> int:
    """The id of a token's contract; NONE for the chain's own coin. Refused (unknown_asset)."""
    if asked is None or asked == store.manifest.asset:
        return NONE
    found = store.address_id(spelt(asked))
    if found is None:
        raise Refused(
            "unknown_asset",
            f"No transfer here is of {asked}; name a token by its contract's address, or "
            f"{store.manifest.asset}.",
            {"asset": asked},
        )
    return found


def _transfers(store: Store, asset: int, until: int | None) -> pl.DataFrame:
    """The asset's transfers in order, as `store.tables.TRANSFERS`."""
    found = store.transfers().filter(pl.col("asset") == asset)
    if until is not None:
        found = found.filter(pl.col("block") <= until)
    return found.collect()


def _nth(store: Store, rows: pl.DataFrame, name: str) -> int:
    matched = _NTH.fullmatch(name)
    txid, n = (matched.group(2).lower(), int(matched.group(3))) if matched else ("", 0)
    tx = store.tx_id(txid)
    at = np.flatnonzero((rows["tx"] == tx).to_numpy()) if tx is not None else np.empty(0)
    if n >= len(at):
        raise Refused(
            "unknown_source",
            f"Transaction {txid} has {len(at)} transfers of this asset here; the first is 0.",
            {"source": name},
        )
    return int(at[n])


def _relevant(
    store: Store,
    rows: pl.DataFrame,
    accounts: Mapping[int, frozenset[int]],
    outputs: Mapping[int, frozenset[int]],
) -> tuple[list[Transfer], dict[int, frozenset[int]]]:
    """The transfers of accounts that taint can reach, and the sources among them by place."""
    seeded = np.zeros(len(rows), np.uint8)
    seeded[list(outputs)] = 1
    tainted = reached(rows, seeded, list(accounts), store.manifest.addresses)
    touched = np.append(tainted, np.uint8(0)).astype(bool)
    last = len(touched) - 1
    begins = touched[np.minimum(rows["from"].to_numpy(), last)]
    ends = touched[np.minimum(rows["to"].to_numpy(), last)]
    kept = np.flatnonzero(begins | ends)
    some = rows[kept].select("tx", "from", "to", "amount_high", "amount_low")
    transfers = [
        Transfer(
            tx, None if begin == NONE else begin, None if end == NONE else end, high * 2**64 + low
        )
        for tx, begin, end, high, low in some.iter_rows()
    ]
    places = {int(was): now for now, was in enumerate(kept)}
    return transfers, {places[at]: sources for at, sources in outputs.items()}


def _stops(places: Places) -> frozenset[int]:
    if places.stop_at is None:
        return frozenset()
    return frozenset(np.flatnonzero(places.stop_at).tolist())


def _document(
    store: Store, found: Found, names: Sequence[str], policy: str, places: Places
) -> dict[str, Any]:
    conserved = policy != "poison"
    rests: dict[int, int] = {}
    for by in found.rests.values():
        for source, amount in by.items():
            rests[source] = rests.get(source, 0) + amount
    ends: dict[int, int] = {}
    for _, _, source, amount in found.stopped:
        ends[source] = ends.get(source, 0) + amount
    for source, name in enumerate(names):
        whole = rests.get(source, 0) + ends.get(source, 0) + found.fees.get(source, 0)
        if conserved and whole != found.seeds.get(source, 0):
            raise InvariantBroken(
                f"{policy}: {name} began with {found.seeds.get(source, 0)}, ends as {whole}"
            )
    wanted = {*found.rests, *(account for _, account, _, _ in found.stopped)}
    wanted |= {account for begin, end, _ in found.steps for account in (begin, end)}
    ids = np.array(sorted(wanted), np.uint32)
    texts = dict(zip(ids.tolist(), store.address_strings(ids).to_list(), strict=True))
    known = (each.to_list() for each in places.of(store, ids))
    owners = dict(zip(ids.tolist(), zip(*known, strict=True), strict=True))
    seed, worth = sum(found.seeds.values()), sum(rests.values())
    return {
        "seed": str(seed),
        "seeds": {names[each]: str(amount) for each, amount in sorted(found.seeds.items())},
        "unspent": [
            {
                "txid": None,
                "n": None,
                "address": texts[account],
                "amount": str(amount),
                "source": names[source],
            }
            for account, by in sorted(found.rests.items())
            for source, amount in sorted(by.items())
        ],
        "unspent_total": str(worth),
        "times_seed": f"{worth / seed:.3f}" if seed else None,
        "by_entity": _by_entity(found, owners),
        "fees": str(sum(found.fees.values())),
        "fees_paid": str(sum(found.fees.values())),
        "stopped": _stopped(store, found, names, owners),
        "stopped_total": str(sum(ends.values())),
        "crossed": [],
        "transactions": found.touched,
        "outputs": len(found.rests),
        "unbalanced": found.opened,
        "conserved": conserved,
        "paths": [
            {
                "from": texts[begin],
                "to": texts[end],
                "amount": str(amount),
                "source": names[source],
            }
            for (begin, end, source), amount in sorted(found.steps.items())
            if amount
        ],
    }


def _by_entity(found: Found, owners: Mapping[int, tuple[Any, ...]]) -> list[dict[str, Any]]:
    sums: dict[tuple[Any, ...], list[int]] = {}
    for account, by in found.rests.items():
        each = sums.setdefault(owners[account], [0, 0])
        each[0] += sum(by.values())
        each[1] += 1
    return [
        {
            "entity": entity,
            "label": label,
            "category": category,
            "amount": str(amount),
            "addresses": addresses,
        }
        for (entity, label, category), (amount, addresses) in sorted(
            sums.items(), key=lambda item: (-item[1][0], item[0][0])
        )
    ]


def _stopped(
    store: Store, found: Found, names: Sequence[str], owners: Mapping[int, tuple[Any, ...]]
) -> list[dict[str, Any]]:
    txs = sorted({tx for tx, *_ in found.stopped})
    texts = dict(zip(txs, store.txids(txs).to_list(), strict=True)) if txs else {}
    return [
        {
            "txid": texts[tx],
            "n": None,
            "why": f"{(owners[account][2] or 'service').replace('_', ' ')}: "
            f"{owners[account][1] or owners[account][0]}",
            "amount": str(amount),
            "source": names[source],
        }
        for tx, account, source, amount in found.stopped
        if amount
    ]
