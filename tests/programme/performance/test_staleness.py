"""NAVs that tell nothing: how many in a row are too many is the law's to say."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from qazyna import blueprint
from qazyna.programme.manager import Flow, Manager, Nav
from qazyna.programme.performance.staleness import (
    Valuation,
    same_navs,
    staleness,
    valuations,
)
from tests.support import law_of

FIRST = date(2026, 1, 31)


def navs(*worths):
    return [
        Valuation(FIRST + timedelta(days=28 * number), Decimal(worth))
        for number, worth in enumerate(worths)
    ]


@pytest.mark.parametrize(
    ("worths", "same", "since"),
    [
        (("1", "2"), 2, None),
        (("1", "2", "2"), 2, 1),
        (("1", "2", "2"), 3, None),
        (("1", "2", "2", "2"), 3, 1),
        (("2", "2", "1"), 2, None),
        (("2", "2"), 1, 0),
        (("2",), 1, None),
    ],
)
def test_so_many_in_a_row_are_too_many(worths, same, since):
    given = navs(*worths)
    found = staleness(given, given[-1].on, 62, same)

    assert since == (None if found is None else given.index(found.told))


def test_the_law_says_how_many_and_where_it_is_silent_none_are():
    text = law_of().text
    begins = text.index("[valuation.same_nav]")
    ends = text.index("[valuation.roll_forward]")
    silent = blueprint.parse(text[:begins] + text[ends:], "silent")

    assert 2 == same_navs(law_of().on(FIRST))
    given = navs(*["1"] * 500)
    assert staleness(given, given[-1].on, 62, same_navs(silent.on(FIRST))) is None


def test_an_old_nav_is_stale_however_often_it_was_repeated_before():
    given = navs("1", "2", "2")
    found = staleness(given, given[-1].on + timedelta(days=63), 62, 3)

    assert ("no_new_nav",) == found.reasons
    assert given[2] == found.told


def test_a_part_of_an_interest_that_is_gone_is_worth_nothing():
    manager = Manager(
        manager_kind="venture_fund",
        flows=[Flow(on=FIRST, amount=10_000)],
        retired=[Flow(on=FIRST + timedelta(days=10), amount=4_000)],
        navs=[
            Nav(on=FIRST, per_unit=Decimal(1), final=True, statement_ref="S"),
            Nav(on=FIRST + timedelta(days=20), per_unit=Decimal(2), final=True, statement_ref="S"),
        ],
    )

    found = valuations(manager, 2, date.min, date.max)

    assert [Decimal(100), Decimal(120)] == [each.worth for each in found]
