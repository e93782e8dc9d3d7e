"""All measures of 1,000 managers over 20 years of months, against quantstats and empyrical.

We are timed on everything we measure; each peer only on those of the measures that it has, on a
whole table wherever its function takes one, else series by series. What both have must agree.
"""

import time
import warnings
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from bench.common import Claim, note, seconds
from qazyna.programme.performance.measures import by_period
from qazyna.programme.performance.summary import Basis, columns

MANAGERS, MONTHS, PERIODS = 1_000, 240, 12
RATE = 0.02
"""Riskless rate and MAR alike, for the peers know one rate only."""

LEAST = 20.0
ROUNDS = 5

Column = np.ndarray
Measures = Mapping[str, Column]


def table() -> tuple[pd.DataFrame, pd.Series]:
    """Returns of managers that follow one market more or less, and the market's."""
    random = np.random.default_rng(20)
    days = pd.date_range("2004-01-31", periods=MONTHS, freq="ME")
    market = random.normal(0.005, 0.04, MONTHS)
    own = random.normal(0.003, 0.02, (MONTHS, MANAGERS))
    matrix = own + np.outer(market, random.uniform(0.0, 1.5, MANAGERS))
    names = [f"M-{n}" for n in range(MANAGERS)]
    return pd.DataFrame(matrix, days, names), pd.Series(market, days)


def of_quantstats(returns: pd.DataFrame, market: pd.Series) -> Measures:
    import quantstats.stats as qs

    def each(measure: Callable[[pd.Series], object]) -> Column:
        return np.array([measure(returns[name]) for name in returns])

    greeks = each(lambda r: qs.greeks(r, market, periods=PERIODS))
    return {
        "cumulative": qs.comp(returns),
        "twr_annualised": qs.cagr(returns, periods=PERIODS),
        "volatility": qs.volatility(returns, periods=PERIODS),
        "max_drawdown": -qs.max_drawdown(returns),
        "sharpe": qs.sharpe(returns, rf=RATE, periods=PERIODS),
        "sortino": qs.sortino(returns, rf=RATE, periods=PERIODS),
        "skew": qs.skew(returns),
        "kurtosis_excess": qs.kurtosis(returns),
        "var_95": qs.value_at_risk(returns),
        "es_95": qs.conditional_value_at_risk(returns),
        "beta": greeks[:, 0],
        "alpha_annualised": greeks[:, 1],
        "correlation": each(lambda r: qs.r_squared(r, market)),
        "information_ratio": each(lambda r: qs.information_ratio(r, market)),
    }


def of_empyrical(returns: pd.DataFrame, market: pd.Series) -> Measures:
    import empyrical as ep

    def each(measure: Callable[[pd.Series], object]) -> Column:
        return np.array([measure(returns[name]) for name in returns])

    rate = by_period(RATE, PERIODS)
    monthly = {"period": "monthly"}
    greeks = each(lambda r: ep.alpha_beta(r, market, risk_free=rate, **monthly))
    return {
        "cumulative": ep.cum_returns_final(returns),
        "twr_annualised": ep.annual_return(returns, **monthly),
        "volatility": ep.annual_volatility(returns, **monthly),
        "downside_deviation": ep.downside_risk(returns, rate, **monthly),
        "max_drawdown": -ep.max_drawdown(returns),
        "sharpe": ep.sharpe_ratio(returns, risk_free=rate, **monthly),
        "sortino": ep.sortino_ratio(returns, required_return=rate, **monthly),
        "var_95": -each(ep.value_at_risk),
        "es_95": -each(ep.conditional_value_at_risk),
        "beta": greeks[:, 1],
        "alpha_annualised": greeks[:, 0],
        "information_ratio": each(lambda r: ep.excess_sharpe(r, market)),
        "up_capture": each(lambda r: ep.up_capture(r, market, **monthly)),
        "down_capture": each(lambda r: ep.down_capture(r, market, **monthly)),
    }


def as_quantstats_defines(ours: Measures) -> Measures:
    """Ours in its terms: sample moments, alpha without the riskless rate, R², a monthly ratio."""
    n = float(MONTHS)
    fourth = (ours["kurtosis_excess"] * (n + 1) + 6) * (n - 1) / ((n - 2) * (n - 3))
    rate = by_period(RATE, PERIODS)
    return {
        **{
            name: ours[name]
            for name in ("cumulative", "twr_annualised", "volatility", "max_drawdown")
        },
        **{name: ours[name] for name in ("sharpe", "sortino", "beta")},
        "skew": ours["skew"] * np.sqrt(n * (n - 1)) / (n - 2),
        "kurtosis_excess": fourth,
        "alpha_annualised": ours["alpha_annualised"] + rate * PERIODS * (1 - ours["beta"]),
        "correlation": ours["correlation"] ** 2,
        "information_ratio": ours["information_ratio"] / np.sqrt(PERIODS),
    }


def as_empyrical_defines(ours: Measures) -> Measures:
    """Ours in its terms: alpha compounded, the information ratio a month."""
    same = ("cumulative", "twr_annualised", "volatility", "downside_deviation", "max_drawdown")
    return {
        **{name: ours[name] for name in (*same, "sharpe", "sortino", "var_95", "beta")},
        "alpha_annualised": (1 + ours["alpha_annualised"] / PERIODS) ** PERIODS - 1,
        "information_ratio": ours["information_ratio"] / np.sqrt(PERIODS),
    }


def disagreements(expected: Measures, actual: Measures) -> list[str]:
    """The measures that differ by more than rounding explains."""
    return [
        name
        for name, values in expected.items()
        if not np.allclose(np.asarray(actual[name], float), values, rtol=1e-7, atol=1e-10)
    ]


def measure() -> Claim:
    returns, market = table()
    matrix, basis = returns.to_numpy(), Basis(PERIODS, RATE, RATE, market.to_numpy())
    ours = columns(matrix, basis)
    took = sorted(seconds(lambda: columns(matrix, basis)) for _ in range(ROUNDS))[ROUNDS // 2]
    details, ratios, wrong = [], [], []
    for peer, theirs, ours_as in (
        ("quantstats", of_quantstats, as_quantstats_defines),
        ("empyrical", of_empyrical, as_empyrical_defines),
    ):
        note(f"{peer} …")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs(returns.iloc[:, :2], market)  # loads what it loads lazily
            begun = time.perf_counter()
            found = theirs(returns, market)
            its = time.perf_counter() - begun
        shared = ours_as(ours)
        differ = disagreements(shared, found)
        wrong += [f"{peer}: {name}" for name in differ]
        ratios.append(its / took)
        details.append(
            f"{peer}: {its:.2f} s for {len(found)} measures, ratio {its / took:.0f}; "
            f"{len(shared) - len(differ)} of {len(shared)} defined alike agree"
        )
    return Claim(
        promise=f"all measures of {MANAGERS:,} managers at least {LEAST:.0f} times as fast as the "
        "same measures by quantstats and by empyrical",
        measured=f"{took * 1000:.0f} ms for {len(ours)} measures, median of {ROUNDS}",
        against="quantstats and empyrical, on whole tables where they take them; the lower ratio",
        data=f"{MANAGERS:,} managers, {MONTHS} months, a benchmark; one run",
        ratio=0.0 if wrong else min(ratios),
        least=LEAST,
        details=details + [f"disagrees: {each}" for each in wrong],
    )
