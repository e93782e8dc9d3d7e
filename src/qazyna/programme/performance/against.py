"""Series held against a benchmark, over the periods in which both have a return.

Alpha and beta are those of r - rf = α + β (b - rf) + ε by least squares, with n - 2 degrees of
freedom for their standard errors; alpha and its standard error are times `periods`.
"""

from dataclasses import dataclass

import numpy as np

from qazyna.programme.performance.arrays import Array, Mask, ratio, where
from qazyna.programme.performance.sample import FLAT, Sample


@dataclass(frozen=True, slots=True)
class Against:
    """M of each; NaN where it is not defined."""

    n: Array
    beta: Array
    beta_se: Array
    beta_t: Array
    alpha_annualised: Array
    alpha_se: Array
    alpha_t: Array
    correlation: Array
    tracking_error: Array
    information_ratio: Array
    up_capture: Array
    down_capture: Array


def against(sample: Sample, benchmark: Array, rf: float, periods: float) -> Against:
    """Everything that a benchmark of T returns says of M series; `rf` is a period's."""
    known = ~np.isnan(benchmark)
    b = np.where(known, benchmark, 0.0)[:, None]
    both = sample.there & known[:, None]
    n = both.sum(axis=0).astype(np.float64)
    r = sample.filled
    mean_r = ratio(np.where(both, r, 0.0).sum(axis=0), n)
    mean_b = ratio(np.where(both, b, 0.0).sum(axis=0), n)
    dr, db = np.where(both, r - mean_r, 0.0), np.where(both, b - mean_b, 0.0)
    rr, bb, rb = _products(dr, dr), _products(db, db), _products(dr, db)
    moves = _varies(bb, b, n)
    beta = ratio(rb, bb, moves & (n > 1))
    alpha = mean_r - rf - beta * (mean_b - rf)
    residual = dr - beta * db
    # What is left of a perfect fit is rounding: it has no t values.
    unexplained = _products(residual, residual)
    unexplained = np.where(unexplained > FLAT**2 * rr, unexplained, 0.0)
    variance = ratio(unexplained, n - 2, n > 2)
    beta_se = np.sqrt(ratio(variance, bb))
    alpha_se = np.sqrt(variance * (ratio(1.0, n) + ratio((mean_b - rf) ** 2, bb)))
    active = dr - db
    squares = _products(active, active)
    differs = np.sqrt(squares) > FLAT * np.sqrt(n) * (np.abs(r).max(axis=0, initial=0.0) + 1e-300)
    tracking = np.sqrt(ratio(np.where(differs, squares, 0.0), n - 1, n > 1) * periods)
    return Against(
        n=n,
        beta=beta,
        beta_se=beta_se,
        beta_t=ratio(beta, beta_se),
        alpha_annualised=alpha * periods,
        alpha_se=alpha_se * periods,
        alpha_t=ratio(alpha, alpha_se),
        correlation=ratio(rb, np.sqrt(rr * bb), moves & _varies(rr, r, n)),
        tracking_error=tracking,
        information_ratio=ratio((mean_r - mean_b) * periods, tracking),
        up_capture=_capture(r, b, both & (b > 0)),
        down_capture=_capture(r, b, both & (b < 0)),
    )


def _products(left: Array, right: Array) -> Array:
    return np.asarray(np.einsum("tm,tm->m", left, right))


def _varies(square: Array, returns: Array, n: Array) -> Mask:
    largest = np.abs(returns).max(axis=0, initial=0.0)
    return np.asarray(np.sqrt(square) > FLAT * largest * np.sqrt(n))


def _capture(r: Array, b: Array, in_these: Mask) -> Array:
    """The geometric mean of the returns in these periods, over the benchmark's in the same."""
    count = in_these.sum(axis=0)
    ours, its = (
        np.prod(np.where(in_these, 1.0 + each, 1.0), axis=0) ** ratio(1.0, count) - 1.0
        for each in (r, b)
    )
    return where(count > 0, ratio(ours, its))
