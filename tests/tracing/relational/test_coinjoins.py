"""Coinjoins by an engine of tables: the same transactions, the same masks as the kernel's."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from qazyna.tracing.coinjoin import Rule
from tests.tracing.coinjoin.test_rules import ROWS, masks, transaction

SPENT = {"tx": pl.UInt32, "addr": pl.UInt32, "value": pl.Int64}
PAID = {**SPENT, "kind": pl.UInt8}


def found(engine, transactions):
    """The mask of each transaction, by the engine."""
    spent = [(n, *row) for n, each in enumerate(transactions) for row in each.inputs]
    paid = [
        (n, *row, int(kind))
        for n, each in enumerate(transactions)
        for row, kind in zip(each.paid, each.kinds, strict=True)
    ]
    tables = []
    for name, rows, schema in (("spent", spent, SPENT), ("paid", paid, PAID)):
        file = engine.work / f"{name}.parquet"
        pl.DataFrame(rows, schema=schema, orient="row").write_parquet(file)
        tables.append(engine.read([file], list(schema)))
    from qazyna.tracing.relational.coinjoins import coinjoins

    by_tx = dict(engine.fetch(coinjoins(engine, *tables)).rows())
    return [by_tx.get(n, 0) for n in range(len(transactions))]


def test_what_a_rule_takes_and_what_it_just_misses(duck):
    transactions = [each for _, _, each in ROWS]
    expected = masks(transactions).tolist()
    assert expected == found(duck(), transactions)
    assert sum(Rule) == sum(1 << bit for bit in range(8) if any(m >> bit & 1 for m in expected))


@given(st.lists(transaction, min_size=30, max_size=80))
@settings(max_examples=15, deadline=None)
def test_masks_are_those_of_the_kernel(duck, transactions):
    assert masks(transactions).tolist() == found(duck(), transactions)
