"""How well a score ranks exchanges: judged on those that came later than what it was made on."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from qazyna.tracing.entity.features import FEATURES, scored

Array = np.ndarray[Any, Any]
BASELINE, SCORECARD, LEARNT = "baseline: depositors", "scorecard", "learnt: logistic"
RIDGE = 1.0
LEAST = 20
"""So many of each kind, before and after the split, or nothing is measured."""


@dataclass(frozen=True)
class Judged:
    """One way to rank, on the later half."""

    pr_auc: float
    recall: dict[str, float]
    """By type: the share of the exchanges of that type among the first k, k being how many
    exchanges there are."""


def pr_auc(truth: Array, score: Array) -> float:
    """The area under precision over recall (average precision); ties count as one step."""
    order = np.argsort(-score, kind="stable")
    hits, found = np.cumsum(truth[order]), truth[order]
    last = np.append(score[order][1:] != score[order][:-1], True)
    at = np.flatnonzero(last)
    recall = hits[at] / max(1, int(found.sum()))
    precision = hits[at] / (at + 1)
    return float(np.sum(np.diff(recall, prepend=0) * precision))


def _columns(table: pl.DataFrame) -> Array:
    """Features on a logarithm that keeps the sign, nothing for what is not defined."""
    raw = np.column_stack(
        [table[name].cast(pl.Float64).fill_null(0).fill_nan(0).to_numpy() for name in FEATURES]
    )
    columns: Array = np.sign(raw) * np.log1p(np.abs(raw))
    return columns


@dataclass(frozen=True)
class Logistic:
    """Logistic regression with a ridge, fitted by Newton's method."""

    mean: Array
    scale: Array
    weights: Array

    @classmethod
    def fitted(cls, table: pl.DataFrame, truth: Array) -> "Logistic":
        raw = _columns(table)
        mean, scale = raw.mean(0), np.where(raw.std(0) > 0, raw.std(0), 1.0)
        x = np.column_stack([np.ones(len(raw)), (raw - mean) / scale])
        ridge = RIDGE * np.eye(x.shape[1])
        ridge[0, 0] = 0
        weights = np.zeros(x.shape[1])
        for _ in range(50):
            p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
            slope = x.T @ (truth - p) - ridge @ weights
            curve = (x * (p * (1 - p))[:, None]).T @ x + ridge + 1e-9 * np.eye(x.shape[1])
            step = np.linalg.solve(curve, slope)
            weights = weights + step
            if np.abs(step).max() < 1e-8:
                break
        return cls(mean, scale, weights)

    def score(self, table: pl.DataFrame) -> Array:
        x = (_columns(table) - self.mean) / self.scale
        raw = self.weights[0] + x @ self.weights[1:]
        scores: Array = 1 / (1 + np.exp(-np.clip(raw, -30, 30)))
        return scores


def _truth(table: pl.DataFrame) -> Array:
    return table["type"].str.starts_with("exchange").to_numpy()


def ways(known: pl.DataFrame, asked: pl.DataFrame) -> dict[str, pl.Series]:
    """Every way to rank the rows of `asked`; what is learnt is learnt from `known`."""
    found = {
        BASELINE: asked["depositors"].cast(pl.Float64),
        SCORECARD: scored(asked),
    }
    if len(known):
        model = Logistic.fitted(known, _truth(known).astype(float))
        found[LEARNT] = pl.Series(model.score(asked))
    return found


def judge(table: pl.DataFrame) -> dict[str, Any] | None:
    """Compare a baseline, the scorecard and a learnt model on rows with `type` and `first_seen`.

    A type that begins with "exchange" is an exchange. What was first seen before half of the
    exchanges were is learnt from, what came later is ranked. None where either side of that day has
    fewer than LEAST of either kind.
    """
    table = table.sort("first_seen", "cluster")
    begun = table.filter(pl.col("type").str.starts_with("exchange"))["first_seen"]
    if not len(begun):
        return None
    early = table.filter(pl.col("first_seen") < begun[len(begun) // 2])
    late = table.filter(pl.col("first_seen") >= begun[len(begun) // 2])
    truths = [_truth(part) for part in (early, late)]
    if any(min(truth.sum(), (~truth).sum()) < LEAST for truth in truths):
        return None
    judged = {
        name: _judged(late, truths[1], score.to_numpy())
        for name, score in ways(early, late).items()
    }
    return {
        "learnt_on": len(early),
        "judged_on": len(late),
        "exchanges_judged": int(truths[1].sum()),
        "ways": {
            name: {"pr_auc": each.pr_auc, "recall_by_type": each.recall}
            for name, each in judged.items()
        },
        "best": max(judged, key=lambda name: judged[name].pr_auc),
    }


def _judged(late: pl.DataFrame, truth: Array, score: Array) -> Judged:
    first = np.zeros(len(late), bool)
    first[np.argsort(-score, kind="stable")[: int(truth.sum())]] = True
    rows = late.select("type").with_columns(found=pl.Series(first)).filter(pl.Series(truth))
    recall = rows.group_by("type").agg(pl.col("found").mean()).sort("type")
    return Judged(pr_auc(truth, score), dict(recall.rows()))
