"""Features by an engine of tables are those of the kernels, on chains with known services."""

import polars as pl
import pytest

from bench.trace_venues import make
from tests.tracing.relational.chains import compare, mixed, sight


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    folder = tmp_path_factory.mktemp("services")
    make(2, 11)[0].store(folder / "store")
    return folder


@pytest.mark.parametrize("least", [1, 50])
def test_features_are_those_of_the_kernels(duck, services, least):
    found = compare(duck(), sight(services), least)
    assert 1 < found.filter(pl.col("swept_addresses") > 0).height
    assert found["depositors"].max() > 10


def test_features_as_of_a_height(duck, services):
    compare(duck(), sight(services, as_of=2_000), 5)


def test_features_where_coinjoins_pay(duck, tmp_path):
    mixed().store(tmp_path / "store")
    assert 8 < len(compare(duck(), sight(tmp_path), 1))
