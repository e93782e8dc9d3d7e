"""Coinjoins by the rules of `coinjoin.rules`, asked with columns: what the kernel counts a
transaction at a time is counted here by groups."""

from typing import Any

import ibis

from qazyna.tracing.coinjoin import Rule, rules
from qazyna.tracing.relational.engine import Engine
from qazyna.tracing.store import NONE
from qazyna.tracing.store.tables import Kind


def coinjoins(engine: Engine, spent: Any, paid: Any) -> Any:
    """tx, rules: the transactions that fit a rule, with the mask of `Rule`; see `kernel.detect`.

    `spent` inputs (tx, addr, value), `paid` outputs (tx, addr, value, kind).
    """
    values = engine.keep(_values(paid))
    told = engine.keep(_told(values, _spending(spent), _paying(paid)))
    told = told.left_join(_over(spent, told), "tx").drop("tx_right")
    told = told.left_join(_doubling(values, told), "tx").drop("tx_right")
    told = told.left_join(_pools(paid, told), "tx").drop("tx_right")
    zero = {name: 0 for name in told.columns if name != "tx"}
    told = told.fill_null(zero)
    own = rules.own_scripts(told.n_in, told.n_out, told.paid_to)
    fits = {
        Rule.generic: rules.generic(told.n_in, told.n_out, told.scripts, told.value, told.often),
        Rule.stonewall: rules.stonewall(told.n_in, told.n_out, told.differing),
        Rule.wasabi_1_0: own & rules.wasabi_1_0(told.n_out, told.scripts, told.value, told.often),
        Rule.wasabi_1_1: own & (told.doubling == 1),
        Rule.wasabi_2_0: own
        & rules.wasabi_2_0(
            told.n_in, told.n_out, told.often_in, told.least, told.again, told.inside
        ),
        Rule.whirlpool: own
        & rules.whirlpool(told.n_in, told.n_out, told.differing, told.least, told.fresh, told.odd),
        Rule.joinmarket: own
        & rules.joinmarket(told.n_in, told.n_out, told.scripts, told.value, told.often),
        Rule.tx0: told.tx0 == 1,
    }
    mask = sum(
        (fit.ifelse(int(rule), 0) for rule, fit in fits.items()), start=ibis.literal(0, "int64")
    )
    found = told.select("tx", rules=mask)
    return found.filter(found.rules != 0)


def _values(paid: Any) -> Any:
    """tx, value, times: how often each value stands among the outputs of transactions that have
    three outputs or more."""
    counted = paid.group_by("tx", "value").agg(times=paid.count())
    n_out = counted.times.sum().over(ibis.window(group_by=counted.tx))
    return counted.mutate(n_out=n_out).filter(lambda each: each.n_out >= 3).drop("n_out")


def _spending(spent: Any) -> Any:
    """tx, n_in, scripts, often_in; an address that is not known is a script of its own."""
    counted = spent.group_by("tx", "addr").agg(times=spent.count())
    known = counted.addr != NONE
    return counted.group_by("tx").agg(
        n_in=counted.times.sum(),
        scripts=known.ifelse(1, counted.times).sum(),
        often_in=known.ifelse(counted.times, 1).max(),
    )


def _paying(paid: Any) -> Any:
    """tx, paid_to, returns; outputs that name nobody are paid to one script."""
    returned = paid.kind == int(Kind.nulldata)
    return paid.group_by("tx").agg(paid_to=paid.addr.nunique(), returns=returned.ifelse(1, 0).sum())


def _told(values: Any, spending: Any, paying: Any) -> Any:
    """What a transaction says by its sides alone, one row for each that can fit a rule."""
    most = values.mutate(most=values.times.max().over(ibis.window(group_by=values.tx)))
    again = most.times >= 2
    by_value = most.group_by("tx").agg(
        n_out=most.times.sum(),
        least=most.value.min(),
        differing=most.count(),
        often=most.times.max(),
        value=most.value.min(where=most.times == most.most),
        again=again.ifelse(1, 0).sum(),
        inside=again.ifelse(most.times, 0).sum(),
    )
    return by_value.join(spending, "tx").join(paying, "tx")


def _over(spent: Any, told: Any) -> Any:
    """tx, fresh, odd: of transactions whose outputs are all equal."""
    equal = told.filter(told.differing == 1).select("tx", amount=told.least)
    rows = spent.join(equal, "tx")
    fresh = rows.value != rows.amount
    odd = fresh & ~rules.a_little_over(rows.value, rows.amount)
    return rows.group_by("tx").agg(fresh=fresh.ifelse(1, 0).sum(), odd=odd.ifelse(1, 0).sum())


def _doubling(values: Any, told: Any) -> Any:
    """tx, doubling: 1 where some base of Wasabi 1.1 is sound."""
    bases = values.filter(rules.near_base(values.value) & (values.times >= 2))
    bases = bases.select("tx", base=bases.value)
    rows = values.join(bases, "tx")
    rows = rows.filter((rows.value > rows.base) & (rows.value % rows.base == 0))
    rows = rows.mutate(by=(rows.value // rows.base).cast("int64"))
    # A power of two has one bit, which is gone where one is taken away.
    rows = rows.filter((rows.by & (rows.by - 1)) == 0)
    found = rows.group_by("tx", "base").agg(
        levels=1 + (rows.times >= 2).ifelse(1, 0).sum(),
        alone=(rows.times == 1).ifelse(1, 0).sum(),
    )
    asked = found.join(told.select("tx", "n_in", "often_in"), "tx")
    sound = rules.wasabi_1_1(asked.n_in, asked.often_in, asked.levels, asked.alone)
    return asked.filter(sound).select("tx", doubling=ibis.literal(1, "int64")).distinct()


def _pools(paid: Any, told: Any) -> Any:
    """tx, tx0: 1 where a transaction enters one of Whirlpool's pools."""
    one = told.filter(told.returns == 1).select("tx")
    rows = paid.filter(paid.kind != int(Kind.nulldata)).join(one, "tx")
    counted = rows.group_by("tx", "value").agg(times=rows.count())
    columns = {}
    for at, (pool, fee) in enumerate(zip(rules.POOLS, rules.POOL_FEES, strict=True)):
        premix = rules.a_little_over(counted.value, pool)
        columns[f"premix_{at}"] = premix.ifelse(counted.times, 0).max()
        columns[f"fees_{at}"] = rules.entry_fee(counted.value, fee).ifelse(counted.times, 0).sum()
    by_tx = counted.group_by("tx").agg(paid=counted.times.sum(), **columns)
    enters = ibis.literal(False)
    for at in range(len(rules.POOLS)):
        enters = enters | rules.tx0(1, by_tx.paid, by_tx[f"premix_{at}"], by_tx[f"fees_{at}"])
    return by_tx.filter(enters).select("tx", tx0=ibis.literal(1, "int64"))
