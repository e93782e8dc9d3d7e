"""Shares by largest remainder: those of plain integers, at any size that 63 bits hold."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from qazyna.tracing.follow.arithmetic import apportion

MOST = 2**63 - 1


@st.composite
def splits(draw):
    """What is split, and by which values."""
    values = draw(
        st.one_of(
            st.lists(st.integers(0, MOST // 40), min_size=1, max_size=40),
            st.lists(st.integers(0, 30), min_size=1, max_size=40),
            st.lists(st.sampled_from([0, 7, 7, 2**50, 2**56 - 3]), min_size=1, max_size=40),
        ).filter(any)
    )
    total = sum(values)
    return draw(st.integers(0, total) | st.sampled_from([0, 1, total - 1, total])), values


def plain(x, values):
    total = sum(values)
    shares = [x * value // total for value in values]
    rests = [x * value % total for value in values]
    order = sorted(range(len(values)), key=lambda i: -rests[i])
    for i in order[: x - sum(shares)]:
        shares[i] += 1
    return shares


@settings(max_examples=1000, deadline=None)
@given(splits())
def test_shares_are_those_of_plain_integers(drawn):
    x, values = drawn
    shares, rests = np.empty(len(values), np.int64), np.empty(len(values), np.int64)
    apportion(x, np.array(values, np.int64), sum(values), shares, rests)
    assert plain(x, values) == shares.tolist()
