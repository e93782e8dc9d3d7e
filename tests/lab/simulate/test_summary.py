"""What many histories say together, against plain sums; and what is varied of each model."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qazyna.lab.simulate import Simulation, sensitivity, summary
from qazyna.lab.simulate.sensitivity import MULTIPLIERS
from qazyna.shell.lab_files import models_of
from tests.lab.simulate.histories import made_up, of_every_kind

ENDS = st.lists(
    st.tuples(*[st.floats(0, 1e12, allow_subnormal=False)] * 3), min_size=1, max_size=60
)
NAMES = ("A", "B", "C")


@settings(deadline=None)
@given(ENDS)
def test_every_history_is_in_one_bin(rows):
    ends = np.array(rows)
    told = summary.distributions(ends, NAMES)

    for at, name in enumerate(NAMES):
        found = told[name]
        assert len(rows) == sum(found["histogram"]["counts"])
        assert found["least"] == min(row[at] for row in rows)
        assert found["mean"] == pytest.approx(sum(row[at] for row in rows) / len(rows))
        quantiles = list(found["quantiles"].values())
        assert quantiles == sorted(quantiles)
        assert found["histogram"]["edges"] == told["A"]["histogram"]["edges"]


@settings(deadline=None)
@given(ENDS)
def test_who_beats_whom_is_counted(rows):
    found = summary.beats(np.array(rows), NAMES)

    wins = sum(row[0] > row[1] for row in rows)
    ties = sum(row[0] == row[1] for row in rows)
    assert wins / len(rows) == pytest.approx(found["A"]["B"])
    assert 1 == pytest.approx(found["A"]["B"] + found["B"]["A"] + ties / len(rows))
    assert {"B", "C"} == set(found["A"])


@settings(deadline=None)
@given(ENDS)
def test_regret_is_signed_and_mirrored(rows):
    found = summary.regret(np.array(rows), NAMES)

    expected = sum(row[1] - row[0] for row in rows) / len(rows)
    assert expected == pytest.approx(found["A"]["B"]["mean"], rel=1e-9, abs=1e-3)
    assert -found["B"]["A"]["mean"] == pytest.approx(found["A"]["B"]["mean"], abs=1e-3)
    assert all(value >= 0 for value in summary.least_regret(np.array(rows), NAMES).values())


@pytest.fixture(scope="module")
def prepared():
    names = ["kazakhstan", "united-states", "german-interlocutory", "gulf"]
    return Simulation(of_every_kind(), models_of(names), made_up(), years=2).prepared


def test_each_parameter_is_varied_by_itself(prepared):
    models, count = sensitivity.varied(prepared).models, prepared.models.each.size
    fields = {
        "discount": {"discount", "impact"},
        "delay": {"delay", "early"},
        "fees": {"cost"},
        "hazard": {"hazard"},
        "share": {"to_reserve", "to_budget", "to_victims"},
    }
    assert fields.keys() == MULTIPLIERS.keys()
    for step, name in enumerate(name for name in MULTIPLIERS for _ in range(2)):
        part = models.each[step * count : (step + 1) * count]
        differ = {
            field
            for field in part.dtype.names
            if (part[field] != prepared.models.each[field]).any()
        }
        assert differ <= fields[name], name
        assert differ, name


def test_shares_still_make_a_whole(prepared):
    each = sensitivity.varied(prepared).models.each

    assert np.allclose(1, each["to_reserve"] + each["to_budget"] + each["to_victims"])


def test_fees_of_vehicles_are_varied_with_those_of_sales(prepared):
    found, count = sensitivity.varied(prepared), prepared.models.each.size
    step = 2 * list(MULTIPLIERS).index("fees")
    for half, factor in enumerate(MULTIPLIERS["fees"]):
        place = found.models.place[(step + half) * count : (step + half + 1) * count]
        was = prepared.units["management"][prepared.models.place["unit"]]
        assert np.allclose(factor * was, found.units["management"][place["unit"]])


def test_premiums_stay_as_they_are():
    models, curves = np.zeros(1, [("discount", float), ("impact", float)]), np.zeros((1, 2, 2))
    curves[0] = [[0.0, 1.0], [-0.02, 0.04]]
    sensitivity._discount(models, curves, 2.0)

    assert [-0.02, 0.08] == curves[0, 1].tolist()


def test_the_widest_swing_comes_first():
    found = np.zeros((2, len(MULTIPLIERS) * 2))
    found[0] = [9, 10, 5, 20, 10, 10, 10, 11, 10, 12]
    told = sensitivity.tornado(np.full((2, 1), 10.0), found, ["A"])["A"]

    assert ["delay", "share", "discount", "hazard", "fees"] == [bar["parameter"] for bar in told]
    assert (5.0, 10.0, 20.0, 15.0) == tuple(
        told[0][key] for key in ("low_mean", "base_mean", "high_mean", "swing")
    )
