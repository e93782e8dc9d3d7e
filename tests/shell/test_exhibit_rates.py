"""Error rates as an exhibit prints them: as measured, and how high they may be."""

import json

import pytest
from scipy.stats import binomtest

from qazyna.shell.exhibits import rates


@pytest.mark.parametrize(("count", "of"), [(0, 5202), (5, 5202), (40, 100), (3, 3)])
def test_the_upper_bound_is_wilsons(count, of):
    interval = binomtest(count, of).proportion_ci(0.95, "wilson")
    assert interval.high == pytest.approx(rates.upper(count, of), abs=1e-6)


def test_nought_of_many_is_not_never(tmp_path, monkeypatch):
    row = {"heuristic": "h", "measure": "m", "on": "o", "errors": "0", "of": "5202"}
    (tmp_path / "rates.json").write_text(json.dumps({"rates": [row]}), encoding="utf-8")
    monkeypatch.setattr(rates, "FILE", tmp_path / "rates.json")
    (told,) = rates.measured()
    assert ("0.00 %", "0.07 %") == (told["rate"], told["at_most"])


def test_nothing_is_told_where_nothing_was_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(rates, "FILE", tmp_path / "none.json")
    assert [] == rates.measured()
