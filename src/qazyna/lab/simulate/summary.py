"""What thousands of histories say together: distributions, who beats whom, regret."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from qazyna.lab.simulate.arrays import Floats

QUANTILES: Final = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
BINS: Final = 40


def distribution(values: Floats, edges: Floats) -> dict[str, Any]:
    """One outcome over all histories: mean, deviation, standard error of the mean, quantiles, bins.

    `values`: one a history. `edges`: BINS + 1 rising bounds that hold every value; bins are closed
    below and open above, the last closed on both sides.
    """
    n = values.size
    deviation = float(np.std(values, ddof=1)) if n > 1 else 0.0
    counts, _ = np.histogram(values, edges)
    return {
        "mean": float(np.mean(values)),
        "standard_deviation": deviation,
        "standard_error": deviation / float(np.sqrt(n)),
        "least": float(np.min(values)),
        "most": float(np.max(values)),
        "quantiles": {
            str(q): float(value)
            for q, value in zip(QUANTILES, np.quantile(values, QUANTILES), strict=True)
        },
        "histogram": {"edges": edges.tolist(), "counts": counts.tolist()},
    }


def common_edges(values: Floats) -> Floats:
    """Bounds of bins that every model shares, so that their histograms lie over each other.

    Equal steps of the logarithm where all are above zero and differ more than tenfold, else equal
    steps.
    """
    least, most = float(np.min(values)), float(np.max(values))
    if most <= least:
        half = max(abs(least) * 0.5, 0.5)
        return np.linspace(least - half, least + half, BINS + 1)
    if least > 0.0 and most > 10.0 * least:
        edges = np.geomspace(least, most, BINS + 1)
    else:
        edges = np.linspace(least, most, BINS + 1)
    # The ends of a computed scale may miss the extremes by a rounding.
    edges[0], edges[-1] = least, most
    return edges


def distributions(values: Floats, names: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """`values` (histories, models) of one outcome: a distribution a model, on common bins."""
    edges = common_edges(values)
    return {name: distribution(values[:, at], edges) for at, name in enumerate(names)}


def beats(end_value: Floats, names: tuple[str, ...]) -> dict[str, dict[str, float]]:
    """[A][B]: in what share of the histories A ends with more than B. A tie is nobody's."""
    return {
        name: {
            other: float(np.mean(end_value[:, a] > end_value[:, b]))
            for b, other in enumerate(names)
            if b != a
        }
        for a, name in enumerate(names)
    }


def regret(end_value: Floats, names: tuple[str, ...]) -> dict[str, dict[str, dict[str, float]]]:
    """[A][B]: end_value(B) - end_value(A) over the histories; positive where A was the worse."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for a, name in enumerate(names):
        found[name] = {}
        for b, other in enumerate(names):
            if b == a:
                continue
            gap = end_value[:, b] - end_value[:, a]
            low, middle, high = np.quantile(gap, (0.05, 0.5, 0.95))
            found[name][other] = {
                "mean": float(np.mean(gap)),
                "0.05": float(low),
                "0.5": float(middle),
                "0.95": float(high),
            }
    return found


def least_regret(end_value: Floats, names: tuple[str, ...]) -> Mapping[str, float]:
    """Of each model, its mean shortfall against whichever model was best in each history."""
    best = np.max(end_value, axis=1)
    return {name: float(np.mean(best - end_value[:, at])) for at, name in enumerate(names)}
