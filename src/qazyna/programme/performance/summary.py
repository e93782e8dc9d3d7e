"""All measures of all series of a file at once, as a document.

What is not defined is None, and `estimates` lists it with its reason; what rests on little says so
there too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from qazyna.programme.performance import against, measures, smoothing
from qazyna.programme.performance.arrays import Array, ratio
from qazyna.programme.performance.sample import Sample
from qazyna.programme.performance.series_files import Returns

FEW: Final = 20
"""Of fewer returns than these the worst twentieth is not even one."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What measures are taken against: rates a year, periods a year, a benchmark's returns."""

    periods: float = 12
    rf: float = 0.0
    mar: float = 0.0
    benchmark: Array | None = None


def columns(matrix: Array, basis: Basis) -> dict[str, Array]:
    """Every measure of M series, each an array of M; NaN where it is not defined."""
    periods = basis.periods
    rf, target = (measures.by_period(rate, periods) for rate in (basis.rf, basis.mar))
    sample = Sample.of(matrix)
    worst = measures.worst_losses(sample)
    growth = measures.cumulative(sample)
    yearly = measures.annualised(growth, sample.n, periods)
    smooth = smoothing.phi(sample)
    found = {
        "n": sample.n,
        "cumulative": growth,
        "twr_annualised": yearly,
        "volatility": measures.volatility(sample, periods),
        "downside_deviation": measures.downside_deviation(sample, target, periods),
        "max_drawdown": measures.max_drawdown(sample),
        "sharpe": measures.sharpe(sample, rf, periods),
        "sortino": measures.sortino(sample, target, periods),
        "skew": measures.skew(sample),
        "kurtosis_excess": measures.kurtosis_excess(sample),
        "var_95": measures.value_at_risk(sample, worst),
        "es_95": measures.expected_shortfall(sample, worst),
    }
    held = np.full(len(matrix), np.nan) if basis.benchmark is None else basis.benchmark
    compared = asdict(against.against(sample, held, rf, periods))
    compared["benchmark_n"] = compared.pop("n")
    found |= compared
    found["phi"] = smooth
    found["desmoothed_volatility"] = smoothing.desmoothed_volatility(sample, smooth, periods)
    found["peer_rank"] = peer_rank(yearly)
    return found


def peer_rank(yearly: Array) -> Array:
    """The part of the other series that did worse, ties counting half: 1 is the best of them.

    Not defined for a series alone.
    """
    known = yearly[~np.isnan(yearly)]
    ordered = np.sort(known)
    worse = np.searchsorted(ordered, yearly, "left")
    not_better = np.searchsorted(ordered, yearly, "right")
    rank = ratio(worse + (not_better - worse - 1) / 2, float(len(known) - 1))
    return np.where(np.isnan(yearly), np.nan, rank)


COUNTS: Final = ("n", "benchmark_n")


def document(returns: Returns, basis: Basis) -> dict[str, Any]:
    """The measures by name of series, what fees took, and what cannot be had."""
    found = columns(returns.matrix, basis)
    there = ~np.isnan(returns.matrix)
    first, last = there.argmax(axis=0), len(there) - 1 - there[::-1].argmax(axis=0)
    series: dict[str, dict[str, Any]] = {}
    estimates = list(_of_all(returns, basis))
    lists = {name: values.tolist() for name, values in found.items()}
    for at, name in enumerate(returns.names):
        told: dict[str, Any] = {
            measure: number(measure, values[at]) for measure, values in lists.items()
        }
        told["from"], told["to"] = (returns.days[day].isoformat() for day in (first[at], last[at]))
        series[name] = told
        estimates += _estimates(name, told, basis)
    return {
        "periods": basis.periods,
        "rf": basis.rf,
        "mar": basis.mar,
        "from": returns.days[0].isoformat(),
        "to": returns.days[-1].isoformat(),
        "series": series,
        "gross_and_net": _gross_and_net(series),
        "estimates": estimates,
    }


def number(measure: str, value: float) -> float | int | None:
    """As JSON has it: null where it is not defined, counts whole."""
    if np.isnan(value):
        return None
    return int(value) if measure in COUNTS else value


AGAINST: Final = (
    *("beta", "beta_se", "beta_t", "alpha_annualised", "alpha_se", "alpha_t", "correlation"),
    *("tracking_error", "information_ratio", "up_capture", "down_capture"),
)


def _estimates(name: str, told: dict[str, Any], basis: Basis) -> Iterator[dict[str, Any]]:
    """Why what is null is null, and what rests on few returns."""

    missing = [measure for measure, value in told.items() if value is None]
    compared = [measure for measure in missing if measure in AGAINST]
    alone = [measure for measure in missing if measure not in (*AGAINST, "peer_rank")]
    if alone:
        yield _estimate(name, alone, _why_not(told, alone))
    if told["n"] < FEW:
        why = f"{told['n']} returns: the worst twentieth is less than one of them"
        yield _estimate(name, ["var_95", "es_95"], why)
    if told["n"] < basis.periods:
        why = f"{told['n']} returns are less than a year's, and made into a year's all the same"
        yield _estimate(name, ["twr_annualised"], why)
    if basis.benchmark is None:
        return
    if compared:
        yield _estimate(name, compared, _why_not_compared(told))
    if told["benchmark_n"] < told["n"]:
        why = f"the benchmark has a return in {told['benchmark_n']} of {told['n']} periods"
        yield _estimate(name, AGAINST, why)


def _estimate(series: str | None, which: Sequence[str], why: str) -> dict[str, Any]:
    return {"series": series, "measures": list(which), "why": why}


def _of_all(returns: Returns, basis: Basis) -> Iterator[dict[str, Any]]:
    """What is to be said of every series at once; `series` is None."""
    if basis.benchmark is None:
        yield _estimate(None, AGAINST, "no benchmark was given")
    if len(returns.names) == 1:
        yield _estimate(None, ["peer_rank"], "there is no other series")
    elif np.isnan(returns.matrix).any():
        yield _estimate(
            None, ["peer_rank"], "the series run over different periods; each is ranked by its own"
        )


def _why_not(told: dict[str, Any], measures: Sequence[str]) -> str:
    if told["n"] < 2:
        return "one return has no spread"
    if told["volatility"] == 0:
        return "the returns do not vary"
    if measures == ["sortino"]:
        return "no return fell below the MAR"
    return f"{told['n']} returns are too few, or those there are leave nothing to divide by"


def _why_not_compared(told: dict[str, Any]) -> str:
    if told["benchmark_n"] < 3:
        return f"{told['benchmark_n']} returns in common with the benchmark: three are needed"
    if told["beta"] is None:
        return "the benchmark does not vary"
    if told["tracking_error"] == 0:
        return "the series is the benchmark"
    return "in these periods there is nothing to divide by: no months up, none down, or no spread"


GROSS, NET = "gross", "net"


def _gross_and_net(series: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Of each NAME with columns `NAME gross` and `NAME net` (or NAME_gross …): what fees took."""
    found: dict[str, dict[str, Any]] = {}
    for gross in series:
        for mark in (" ", "_", "-"):
            name = gross.removesuffix(f"{mark}{GROSS}")
            net = f"{name}{mark}{NET}"
            if name != gross and net in series:
                found[name] = {
                    GROSS: gross,
                    NET: net,
                    "difference": {
                        measure: series[gross][measure] - series[net][measure]
                        for measure in ("cumulative", "twr_annualised")
                    },
                }
    return found
