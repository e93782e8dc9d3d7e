"""Small chains told by hand, as stores: who pays whom, by names."""

from hashlib import sha256

import polars as pl

from qazyna.tracing.store import NONE
from qazyna.tracing.store.reading import Store
from qazyna.tracing.store.strings import Strings
from qazyna.tracing.store.tables import BLOCKS, INPUTS, OUTPUTS, TX, Kind
from qazyna.tracing.store.writing import Tables, Writer

DAY = 86_400


class Small:
    """A chain that grows a transaction at a time; one block each, unless `same_block` is said.

    Addresses are names; one that begins with "p2sh" is of that script type, others are of
    pubkeyhash, and "" is an OP_RETURN. An input is (transaction, n) of an earlier output.
    """

    def __init__(self):
        self.blocks, self.tx, self.inputs, self.outputs = [], [], [], []
        self.ids = {}
        self.paid = {}

    def coinbase(self, *outputs, **when):
        """New coins to (name, value)…"""
        return self.pay([], *outputs, coinbase=True, **when)

    def pay(self, spends, *outputs, coinbase=False, same_block=False, time=None):
        """Spend earlier outputs, pay (name, value)…; the number of the transaction."""
        tx = len(self.tx)
        if not same_block or not self.blocks:
            at = time if time is not None else 600 * len(self.blocks)
            self.blocks.append([len(self.blocks), at, tx, 0])
        block = self.blocks[-1]
        block[3] += 1
        values = [self.paid[spend] for spend in spends]
        for n, (spend, (addr, value)) in enumerate(zip(spends, values, strict=True)):
            self.inputs.append((tx, n, *spend, addr, value))
        for n, (name, value) in enumerate(outputs):
            addr = self.ids.setdefault(name, len(self.ids)) if name else NONE
            kind = Kind.nulldata if not name else Kind.pubkeyhash
            kind = Kind.scripthash if name.startswith("p2sh") else kind
            self.outputs.append((tx, n, addr, value, kind))
            self.paid[tx, n] = (addr, value)
        fee = 0 if coinbase else sum(v for _, v in values) - sum(v for _, v in outputs)
        counts = len(spends), len(outputs)
        self.tx.append((tx, txid(tx), block[0], block[3] - 1, block[1], coinbase, *counts, fee))
        return tx

    def store(self, path):
        """The chain as a store of one part."""
        blocks = [(h, txid(10**9 + h), t, first, count, 0) for h, t, first, count in self.blocks]
        with Writer(path, "bitcoin", "BTC") as writer:
            writer.append(
                Tables(
                    pl.DataFrame(blocks, schema=BLOCKS, orient="row"),
                    pl.DataFrame(self.tx, schema=TX, orient="row"),
                    pl.DataFrame(self.inputs, schema=INPUTS, orient="row"),
                    pl.DataFrame(self.outputs, schema=OUTPUTS, orient="row"),
                    Strings.of(self.ids),
                )
            )
        return Store.open(path)


def txid(number):
    return sha256(number.to_bytes(8, "big")).digest()
