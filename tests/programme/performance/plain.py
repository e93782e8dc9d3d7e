"""The measures in plain Python, one series at a time, as their definitions read: the oracles."""

import math
from itertools import pairwise
from statistics import fmean


def by_period(rate, periods):
    return (1 + rate) ** (1 / periods) - 1


def cumulative(r):
    wealth = 1.0
    for each in r:
        wealth *= 1 + each
    return wealth - 1


def annualised(r, periods):
    return (1 + cumulative(r)) ** (periods / len(r)) - 1


def deviation(r):
    mean = fmean(r)
    return math.sqrt(math.fsum((each - mean) ** 2 for each in r) / (len(r) - 1))


def volatility(r, periods):
    return deviation(r) * math.sqrt(periods)


def downside_deviation(r, target, periods):
    return math.sqrt(fmean(min(each - target, 0) ** 2 for each in r) * periods)


def max_drawdown(r):
    wealth = peak = 1.0
    worst = 0.0
    for each in r:
        wealth *= 1 + each
        peak = max(peak, wealth)
        worst = max(worst, (peak - wealth) / peak)
    return worst


def sharpe(r, rf, periods):
    return (fmean(r) - rf) / deviation(r) * math.sqrt(periods)


def sortino(r, target, periods):
    return (fmean(r) - target) * periods / downside_deviation(r, target, periods)


def moment(r, power):
    mean = fmean(r)
    return fmean((each - mean) ** power for each in r)


def skew(r):
    return moment(r, 3) / moment(r, 2) ** 1.5


def kurtosis_excess(r):
    return moment(r, 4) / moment(r, 2) ** 2 - 3


def value_at_risk(r):
    losses = sorted((-each for each in r), reverse=True)
    rank = (len(r) - 1) * 0.05
    at = math.floor(rank)
    if at + 1 == len(losses):
        return losses[at]
    return losses[at] + (rank - at) * (losses[at + 1] - losses[at])


def expected_shortfall(r):
    """The minimum over α, which lies at one of the losses."""
    losses = [-each for each in r]
    return min(
        alpha + math.fsum(max(loss - alpha, 0) for loss in losses) / (0.05 * len(r))
        for alpha in losses
    )


def correlation(x, y):
    mx, my = fmean(x), fmean(y)
    xy = math.fsum((a - mx) * (b - my) for a, b in zip(x, y, strict=True))
    xx, yy = (math.fsum((a - m) ** 2 for a in s) for s, m in ((x, mx), (y, my)))
    return xy / math.sqrt(xx * yy)


def regression(r, b, rf):
    """alpha, beta and their standard errors, by the normal equations."""
    x, y = [each - rf for each in b], [each - rf for each in r]
    n, sx, sy = len(x), math.fsum(x), math.fsum(y)
    sxx = math.fsum(each * each for each in x)
    sxy = math.fsum(u * v for u, v in zip(x, y, strict=True))
    beta = (n * sxy - sx * sy) / (n * sxx - sx * sx)
    alpha = (sy - beta * sx) / n
    error = math.fsum((v - alpha - beta * u) ** 2 for u, v in zip(x, y, strict=True)) / (n - 2)
    spread = sxx - sx * sx / n
    return alpha, beta, math.sqrt(error * sxx / (n * spread)), math.sqrt(error / spread)


def tracking_error(r, b, periods):
    return volatility([u - v for u, v in zip(r, b, strict=True)], periods)


def capture(r, b, up):
    these = [(u, v) for u, v in zip(r, b, strict=True) if (v > 0 if up else v < 0)]
    ours, its = (
        math.prod(1 + each for each in side) ** (1 / len(these)) - 1
        for side in zip(*these, strict=True)
    )
    return ours / its


def phi(r):
    return correlation(r[1:], r[:-1])


def desmoothed(r, smoothing):
    if smoothing <= 0:
        return r
    return [(now - smoothing * before) / (1 - smoothing) for before, now in pairwise(r)]


def peer_rank(own, others):
    worse = sum(1.0 for each in others if each < own) + sum(0.5 for each in others if each == own)
    return worse / len(others)
