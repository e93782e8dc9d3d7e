"""The calendar, worked by hand: one line a date, the last safe day first."""

# ruff: noqa: E501  a row is as long as it is

from datetime import date

import pytest

from qazyna.programme.agenda import agenda
from qazyna.programme.mandates.mandate import Mandate, MandateFrom, Mandates
from tests.programme.test_flow_refusals import FIRST, VALID, command, furnished, nav, subscribe
from tests.support import do

EVERY_DAY = ("subscription", "redemption_notice")


def lines(there, on, code, months=24, skip=EVERY_DAY, mandates=None):
    law = there.law(there.today)
    found = agenda(
        [there.states[f"manager/{code}"]],
        there.assets,
        law,
        date.fromisoformat(on),
        months,
        {code: mandates} if mandates else {},
    )
    return [
        f"{e.act_by} {e.on} {e.action} {e.what} {e.quantity or '-'} {e.overdue_days}"
        for e in found
        if e.what not in skip
    ]


def test_locks_reports_and_audits_of_units_held():
    there = furnished()

    # subscribed on 2025-01-31: locked for six months, at a fee for twelve; audits 120 days after
    # the year, and a NAV is stale after 62 days
    assert [
        "2025-04-03 2025-04-03 report nav_due - 0",
        "2025-04-30 2025-04-30 report audit_due - 0",
        "2025-07-31 2025-07-31 decide lock_end 500 0",
        "2026-01-30 2026-01-31 decide soft_lock_end 500 0",
    ] == lines(there, "2025-03-01", "HF-1", 12)


def test_notice_is_counted_in_business_days_and_only_for_what_is_out_of_its_lock():
    there = furnished()

    # the lock ends on July 31: September 30 is the first quarter's end after it. Thirty business
    # days before December 31, of which the 24th and the 25th are holidays, is November 17
    assert [
        "2025-08-19 2025-09-30 notice redemption_notice 500 0",
        "2025-11-17 2025-12-31 notice redemption_notice 500 0",
    ] == lines(there, "2025-03-01", "HF-1", 11, ("subscription", "nav_due", "audit_due", "lock_end",
                                                 "soft_lock_end"))  # fmt: skip


def test_money_paid_and_units_asked_back_wait_for_their_dealing_date():
    there = furnished()
    do(there, subscribe("HF-1", "2000", "2025-02-20", "2025-02-28"))

    assert "2025-02-28 2025-02-28 receive units_due 2000 0" in lines(there, "2025-02-21", "HF-1")


@pytest.mark.parametrize(
    ("kind", "code", "on", "line"),
    [
        ("correct_dealing", "HF-2", "2025-03-03", "2025-03-03 2025-03-03 decide correction - 0"),
        ("resume_dealing", "HF-2", "2025-03-08", "2025-03-10 2025-03-08 decide dealing_stopped - 0"),
        ("sell_workout", "HF-2", "2025-07-04", "2025-06-30 2025-06-30 decide sell_by 2 4"),
        ("liquidate", "HF-2", "2025-03-03", ""),
    ],
)  # fmt: skip
def test_what_has_happened_asks_for_something(kind, code, on, line):
    there = furnished()
    do(there, *FIRST[kind])

    found = lines(there, on, code)

    assert (line in found) if line else not [e for e in found if "redemption" in e]


def test_money_that_is_late_stays_until_it_comes():
    there = furnished()
    do(there, nav("HF-2", "2025-03-31", "100"))
    compelled = {**VALID["compel_redemption"], "dealt_on": "2025-03-31"}
    do(there, command("compel_redemption", **compelled))
    due = "2025-04-30 2025-04-30 receive redemption_due 4000"

    assert f"{due} 0" in lines(there, "2025-04-01", "HF-2")
    assert f"{due} 10" in lines(there, "2025-05-10", "HF-2")
    do(there, command("receive_proceeds", manager="HF-2", quantity="4000",
                      received_on="2025-05-10", statement_ref="S"))  # fmt: skip
    assert not [line for line in lines(there, "2025-05-10", "HF-2") if "redemption" in line]


def test_terms_that_change_bind_the_dates_from_their_day_on():
    there = furnished()
    terms = {"dealing_day": "last_business", "redemptions": "quarterly"}
    do(there, command("change_terms", manager="HF-2", documented_on="2025-03-03",
                      since="2025-07-01", document_ref="Supplement", terms=terms))  # fmt: skip

    found = lines(there, "2025-06-01", "HF-2", 6, ("subscription", "nav_due"))

    assert [
        "2025-06-30 2025-06-30 notice redemption_notice 100 0",
        "2025-07-01 2025-07-01 decide terms_change - 0",
        "2025-09-30 2025-09-30 notice redemption_notice 100 0",
    ] == found


def test_reports_of_the_mandate_are_due_after_each_period():
    there = furnished()
    mandate = Mandate.model_validate(
        {"reports": [{"report": "account", "every": "quarterly", "due_days": 45}]}
    )
    said = MandateFrom(since=date(2025, 1, 6), mandate=mandate, decision_ref="D")

    found = lines(there, "2025-05-01", "HF-2", 6, (*EVERY_DAY, "nav_due", "audit_due"),
                  Mandates(versions=[said]))  # fmt: skip

    assert [
        "2025-05-15 2025-05-15 report report_due - 0",  # of March 31
        "2025-08-14 2025-08-14 report report_due - 0",
    ] == found


def test_a_manager_that_has_left_has_no_dates():
    there = furnished()
    do(there, *FIRST["release_manager"], command("release_manager", **VALID["release_manager"]))

    assert [] == lines(there, "2025-12-02", "HF-2", skip=())
