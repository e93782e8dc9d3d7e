"""The rules for coinjoins, each said once: over what was counted of a transaction.

A rule takes numbers in a kernel, and columns of them as an expression for an engine of tables (see
`relational.coinjoins`); so comparisons are joined by `&`. What each number counts is said in
`kernel.detect`. Sources: the generic rule is that of BlockSci and GraphSense; the named ones follow
Schnoering and Vazirgiannis, "Heuristics for detecting CoinJoin transactions on the Bitcoin
blockchain" (2023). Amounts are satoshi.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from numba.extending import register_jitable

Function = TypeVar("Function", bound=Callable[..., object])

POOLS = (100_000, 1_000_000, 5_000_000, 50_000_000)
"""Whirlpool's."""
POOL_FEES = (5_000, 50_000, 175_000, 1_750_000)
"""What Whirlpool's coordinator asked for entry to each pool; thrice that is less than the pool."""
OVER_LEAST, OVER_MOST = 100, 110_000
BASE_LEAST, BASE_MOST = 9_500_000, 10_500_000
"""Wasabi 1's denomination, 0.1 BTC and what fees took of it."""


def rule(function: Function) -> Function:
    """A function that kernels may call too."""
    return register_jitable(function)


@rule
def generic(n_in: Any, n_out: Any, scripts: Any, value: Any, often: Any) -> Any:
    """Half of the outputs are equal, one for each participant."""
    half = (n_out + 1) // 2
    shape = (n_in >= 2) & (n_out >= 3) & (half <= n_in) & (half <= scripts)
    return shape & (often == half) & (value != 546) & (value != 2_730)


@rule
def stonewall(n_in: Any, n_out: Any, distinct: Any) -> Any:
    """Three or four outputs, exactly two of them equal."""
    return (n_in >= 2) & (n_out >= 3) & (n_out <= 4) & (n_out - distinct == 1)


@rule
def own_scripts(n_in: Any, n_out: Any, paid_to: Any) -> Any:
    """What the rules of Wasabi, Whirlpool and JoinMarket ask for: distinct output scripts."""
    return (n_in >= 2) & (n_out >= 3) & (paid_to == n_out)


@rule
def near_base(value: Any) -> Any:
    """About 0.1 BTC."""
    return (value >= BASE_LEAST) & (value <= BASE_MOST)


@rule
def wasabi_1_0(n_out: Any, scripts: Any, value: Any, often: Any) -> Any:
    """Equal outputs of about 0.1 BTC, for one to seven input scripts each."""
    equal = (often >= 3) & (2 * often >= n_out - 1)
    return near_base(value) & equal & (often <= scripts) & (scripts <= 7 * often)


@rule
def wasabi_1_1(n_in: Any, often_in: Any, levels: Any, alone: Any) -> Any:
    """Of some base near 0.1 BTC that occurs twice: each of its doublings that occurs does so at
    least twice (none is `alone`), and one at least does (`levels`, with the base)."""
    return (n_in >= 10) & (10 * often_in <= n_in) & (levels >= 2) & (alone == 0)


@rule
def wasabi_2_0(
    n_in: Any, n_out: Any, often_in: Any, least: Any, denominations: Any, inside: Any
) -> Any:
    """Values that occur again are denominations: at least three, half of the outputs, not all."""
    many = (n_in >= 20) & (10 * often_in <= n_in) & (least >= 5_000)
    return many & (denominations >= 3) & (2 * inside >= n_out - 1) & (inside < n_out)


@rule
def whirlpool(n_in: Any, n_out: Any, distinct: Any, least: Any, fresh: Any, odd: Any) -> Any:
    """As many in as out, five to eight, all out a pool's amount, one to four in a little over."""
    shape = (n_in >= 5) & (n_in <= 8) & (n_in == n_out) & (distinct == 1)
    pool = (
        (least == POOLS[0]) | (least == POOLS[1]) | (least == POOLS[2]) | (least == POOLS[3])
    )  # fmt: skip
    return shape & pool & (odd == 0) & (fresh >= 1) & (fresh <= 4)


@rule
def a_little_over(value: Any, pool: Any) -> Any:
    """More than a pool's amount by what fees take."""
    return (value >= pool + OVER_LEAST) & (value <= pool + OVER_MOST)


@rule
def entry_fee(value: Any, fee: Any) -> Any:
    """Half to thrice what a pool's coordinator asks for."""
    return (2 * value >= fee) & (value <= 3 * fee)


@rule
def tx0(returns: Any, paid: Any, premix: Any, fees: Any) -> Any:
    """One OP_RETURN, 1–70 equal premix outputs of one pool, its fee, and at most two others."""
    return (returns == 1) & (premix >= 1) & (premix <= 70) & (paid - premix <= 3) & (fees >= 1)


@rule
def joinmarket(n_in: Any, n_out: Any, scripts: Any, value: Any, often: Any) -> Any:
    """Equal outputs and change; with many inputs at most 20 in and at least 1.7 out for each equal
    output."""
    equal = (value > 2_730) & (often >= 3) & (2 * often >= n_out) & (often < n_out)
    in_proportion = (n_in <= 20 * often) & (10 * n_out >= 17 * often)
    return equal & (often <= scripts) & ((n_in < 50) | in_proportion)
