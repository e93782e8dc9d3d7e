"""Periods: closed one after the other, and only when they are over."""

from datetime import date

import pytest

from qazyna.office.periods import ClosePeriod, Periods
from tests.support import as_stored, do, refused, world


def test_a_period_is_closed_once_and_the_next_follows_it():
    there = world()
    first, second = do(there, ClosePeriod(through="2026-06-30"), ClosePeriod(through="2026-07-31"))

    assert (None, date(2026, 6, 30)) == first.closes()
    assert (date(2026, 6, 30), date(2026, 7, 31)) == second.closes()
    assert as_stored(second)["through"] == "2026-07-31"
    assert date(2026, 7, 31) == there.find(Periods).through


@pytest.mark.parametrize("through", ["2026-11-23", "2026-12-31"])
def test_a_day_that_is_not_over_is_not_closed(through):
    assert "period_not_over" == refused(world(), ClosePeriod(through=through)).code


@pytest.mark.parametrize("through", ["2026-06-30", "2026-06-01"])
def test_what_is_closed_is_not_closed_again(through):
    there = world()
    do(there, ClosePeriod(through="2026-06-30"))
    assert "closed_already" == refused(there, ClosePeriod(through=through)).code
