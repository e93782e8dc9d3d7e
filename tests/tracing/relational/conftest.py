"""Engines of tables for tests: DuckDB for many small graphs, Spark in local mode for a handful."""

from itertools import count

import pytest

from qazyna.tracing.relational.engine import Engine

numbers = count()


@pytest.fixture(scope="session")
def duck(tmp_path_factory):
    """Makes an engine over DuckDB, each with a folder of its own."""
    ibis = pytest.importorskip("ibis", reason="the extra `spark` is not installed")
    folder = tmp_path_factory.mktemp("duck")

    def make():
        work = folder / str(next(numbers))
        work.mkdir()
        return Engine("duckdb", ibis.duckdb.connect(), work)

    return make
