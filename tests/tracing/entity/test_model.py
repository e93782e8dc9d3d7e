"""How rankings are judged: the area under precision over recall, and the split by time."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qazyna.tracing.entity.features import FEATURES, TRAITS, scored
from qazyna.tracing.entity.model import LEAST, Logistic, judge, pr_auc


def plain(truth, score):
    """Average precision, one threshold after another."""
    area, recall = 0.0, 0.0
    for threshold in sorted(set(score), reverse=True):
        chosen = [t for t, s in zip(truth, score, strict=True) if s >= threshold]
        now = sum(chosen) / sum(truth)
        area += (now - recall) * sum(chosen) / len(chosen)
        recall = now
    return area


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9)), min_size=1, max_size=40))
def test_the_area_is_that_of_one_threshold_after_another(rows):
    truth, score = zip(*rows, strict=True)
    if any(truth):
        expected = plain(truth, score)
        assert expected == pytest.approx(pr_auc(np.array(truth), np.array(score, float)))


def table(rows):
    return pl.DataFrame(rows).with_columns(
        *(pl.lit(0.0).alias(name) for name in FEATURES if name not in rows[0])
    )


def mixed(count, seed=1):
    random = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        exchange = number % 3 == 0
        rows.append(
            {
                "cluster": number,
                "first_seen": number,
                "type": "exchange" if exchange else "market",
                "depositors": float(random.lognormal(4 if exchange else 3)),
                "swept_addresses": float(random.lognormal(3 if exchange else 0)),
            }
        )
    return table(rows)


def test_weights_of_the_scorecard_sum_to_one():
    assert 1.0 == pytest.approx(sum(weight for weight, _ in TRAITS.values()))
    assert set(TRAITS) <= set(FEATURES)


def test_a_score_lies_between_nothing_and_one():
    most = dict.fromkeys(FEATURES, 1e9)
    assert [1.0, 0.0] == scored(table([most, dict.fromkeys(FEATURES, 0.0)])).to_list()


def test_the_later_half_is_judged_by_what_the_earlier_one_taught():
    found = judge(mixed(300))
    assert (150, 150, 50) == tuple(
        found[key] for key in ("learnt_on", "judged_on", "exchanges_judged")
    )
    ways = {name: way["pr_auc"] for name, way in found["ways"].items()}
    assert ways["learnt: logistic"] > ways["baseline: depositors"]
    assert max(ways, key=ways.__getitem__) == found["best"]
    assert ["exchange"] == list(found["ways"][found["best"]]["recall_by_type"])


def test_too_few_labels_measure_nothing():
    assert judge(mixed(3 * LEAST)) is None


def test_the_learnt_model_finds_the_slope_of_its_data():
    rows = mixed(600)
    model = Logistic.fitted(rows, rows["type"].eq("exchange").to_numpy().astype(float))
    weights = dict(zip(FEATURES, model.weights[1:], strict=True))
    assert weights["swept_addresses"] > weights["depositors"] > 0
    assert 0 == pytest.approx(weights["hours"])
