"""Changed terms apply from their day on, and never to what was dealt before."""

from datetime import date

import pytest

from qazyna.programme.amendment import ChangeTerms
from tests.programme.test_refusals import furnished
from tests.support import as_stored, do, refused

NEW = {
    "manager": "HF-1",
    "documented_on": "2026-03-02",
    "since": "2026-04-01",
    "terms": {"notice_days": 60, "dealing_day": "last_business", "holidays": ["2026-12-31"]},
    "document_ref": "Supplement 1",
}


def test_terms_are_those_of_the_day():
    there = furnished()

    (changed,) = do(there, ChangeTerms(**NEW))

    as_stored(changed)
    manager = there.states["manager/HF-1"]
    notice = {day: manager.terms_on(date.fromisoformat(day)).notice_days
              for day in ("2025-01-01", "2026-03-31", "2026-04-01", "2030-01-01")}  # fmt: skip
    assert {"2025-01-01": 20, "2026-03-31": 20, "2026-04-01": 60, "2030-01-01": 60} == notice


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"manager": "HF-9"}, "no_manager"),
        ({"documented_on": "2026-11-24", "since": "2026-12-01"}, "date_in_future"),
        ({"since": "2026-03-01"}, "dates_out_of_order"),  # before its document
        ({"documented_on": "2026-01-05"}, "dates_out_of_order"),  # before the admission
        ({"documented_on": "2026-01-06", "since": "2026-01-06"}, "terms_before_last"),
        ({"documented_on": "2026-01-10", "since": "2026-01-31"}, "dealt_already"),
        (
            {"terms": {"notice_days": 20, "holdback": "0.1", "lock_until": "2026-02-28"}},
            "no_difference",
        ),
    ],
)
def test_refusals(changed, code):
    there = furnished()

    assert code == refused(there, ChangeTerms(**{**NEW, **changed})).code


def test_a_second_change_follows_the_first():
    there = furnished()
    do(there, ChangeTerms(**NEW))

    late = {**NEW, "since": "2026-04-01", "terms": {"notice_days": 90}}

    assert "terms_before_last" == refused(there, ChangeTerms(**late)).code
