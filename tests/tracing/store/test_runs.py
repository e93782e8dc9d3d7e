"""The index of keys against a dictionary: however many runs, and however little is kept at once."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qazyna.tracing.store import NONE, runs
from qazyna.tracing.store.runs import FANOUT, Index

WORD = st.integers(0, 2**64 - 1) | st.sampled_from([0, 1, 2, 2**63, 2**64 - 1])
KEYS = st.lists(st.lists(st.tuples(WORD, WORD), max_size=12, unique=True), max_size=FANOUT**2 + 1)


def words(keys: list[tuple[int, int]], at: int) -> np.ndarray:
    return np.array([key[at] for key in keys], np.uint64)


@pytest.mark.parametrize("resident", [1, 5, runs.RESIDENT])
@settings(deadline=None, max_examples=40)
@given(KEYS, st.lists(st.tuples(WORD, WORD), max_size=5))
def test_every_key_is_found_with_its_latest_id(resident, many, others):
    before, runs.RESIDENT = runs.RESIDENT, resident
    try:
        with TemporaryDirectory() as folder:
            index, known, number = Index(Path(folder), ()), dict[tuple[int, int], int](), 0
            for turn, keys in enumerate(many):
                ids = np.arange(number, number + len(keys), dtype=np.uint32)
                index.with_run(f"{turn:06d}", words(keys, 0), words(keys, 1), ids)
                known |= dict(zip(keys, ids.tolist(), strict=True))
                number += len(keys)
            asked = [*known, *others]
            found = index.find(words(asked, 0), words(asked, 1))
            assert found.tolist() == [known.get(key, NONE) for key in asked]
    finally:
        runs.RESIDENT = before
