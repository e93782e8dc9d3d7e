"""Every figure of a statement that is wrong is asked about: one row a query."""

# ruff: noqa: E501  a row of a table is as long as it is

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qazyna.errors import Refused
from qazyna.money import USD, hedge_fund_units
from qazyna.plan import decide
from qazyna.programme.redemption import FillRedemption, RequestRedemption
from qazyna.programme.statements.checks import Units, worth
from qazyna.programme.subscription import Subscribe
from tests.programme.statements.support import nav, programme, statement
from tests.support import as_stored, do, refused

FEBRUARY = {
    "opening_units": "10",
    "opening_value": "10000",
    "subscriptions": "0",
    "units_issued": "0",
    "gross_result": "120",
    "management_fee": "15",
    "other_fees": [("administration", "5")],
    "fees_total": "20",
    "closing_units": "10",
    "nav_per_unit": "1010.00",
    "closing_value": "10100",
}
VENTURE = {
    "opening_value": "0",
    "calls": "200",
    "gross_result": "-10",
    "closing_value": "190",
}


def february(figures=(), **said):
    usual = {
        "period_from": "2026-02-01",
        "period_to": "2026-02-28",
        "received_on": "2026-03-10",
        "statement_ref": "S-2",
    }
    return statement({**FEBRUARY, **dict(figures)}, **{**usual, **said})


def venture(figures=(), **said):
    usual = {
        "manager": "VF-1",
        "fund": "VF-1 (illustrative)",
        "account": {**VENTURE, **dict(figures)},
        "period_to": "2026-02-28",
        "received_on": "2026-03-10",
        "statement_ref": "V-1",
    }
    return statement(**{**usual, **said})


def march(figures=(), **said):
    told = {"opening_value": "10100", "gross_result": "0", "management_fee": "0"}
    told |= {"other_fees": [], "fees_total": "0"}
    usual = {
        "period_from": "2026-03-01",
        "period_to": "2026-03-31",
        "received_on": "2026-04-10",
        "statement_ref": "S-3",
    }
    return february({**told, **dict(figures)}, **{**usual, **said})


def queries(there, *asked):
    """The codes of what is asked, statement by statement; what is stored comes back the same."""
    found = []
    for each in asked:
        events = decide(there, each)
        for happened in events:
            as_stored(happened)
        found.append([e.code for e in events if e.kind == "query_raised"])
    return found


def settled(there, asked):
    return [e.number for e in decide(there, asked) if e.kind == "query_closed"]


@pytest.fixture
def there():
    return programme()


def test_statements_that_agree_ask_nothing(there):
    assert [[], [], [], []] == queries(there, statement(), february(), march(), venture())


@pytest.mark.parametrize(
    ("figures", "codes"),
    [
        ({"opening_value": "9999"}, ["value_does_not_add_up", "opening_is_not_last_closing"]),
        (
            {"opening_units": "9"},
            ["units_do_not_add_up", "opening_units_differ", "opening_is_not_last_closing"],
        ),
        (
            {"subscriptions": "1", "closing_value": "10101"},
            ["value_is_not_units_times_nav", "subscriptions_differ"],
        ),
        ({"redemptions": "1"}, ["value_does_not_add_up", "redemptions_differ"]),
        ({"calls": "1"}, ["value_does_not_add_up", "calls_differ"]),
        ({"distributions": "1"}, ["value_does_not_add_up", "distributions_differ"]),
        ({"units_issued": "1"}, ["units_do_not_add_up", "units_issued_differ"]),
        ({"units_redeemed": "1"}, ["units_do_not_add_up", "units_redeemed_differ"]),
        ({"gross_result": "119.99"}, ["value_does_not_add_up"]),
        ({"management_fee": "15.01"}, ["fees_do_not_add_up"]),
        ({"performance_fee": "0.01"}, ["fees_do_not_add_up"]),
        ({"other_fees": [("administration", "5.01")]}, ["fees_do_not_add_up"]),
        ({"fees_total": "20.01"}, ["value_does_not_add_up", "fees_do_not_add_up"]),
        (
            {"closing_units": "11"},
            ["units_do_not_add_up", "value_is_not_units_times_nav", "closing_units_differ"],
        ),
        ({"nav_per_unit": "1011.00"}, ["value_is_not_units_times_nav", "nav_per_unit_differs"]),
        ({"nav_per_unit": None}, ["units_missing"]),
        (
            {"closing_value": "10099"},
            ["value_does_not_add_up", "value_is_not_units_times_nav"],
        ),
        (
            {"closing_value": "-10100", "gross_result": "-20080"},
            ["negative_figure", "value_is_not_units_times_nav"],
        ),
        (
            {"nav_per_unit": "-1010.00"},
            ["negative_figure", "value_is_not_units_times_nav", "nav_per_unit_differs"],
        ),
    ],
)
def test_a_wrong_figure_of_a_hedge_fund_is_asked_about(there, figures, codes):
    do(there, statement(), nav("2026-02-28", "1010.00"))

    assert [codes] == queries(there, february(figures))


@pytest.mark.parametrize(
    ("figures", "codes"),
    [
        ({"calls": "199", "closing_value": "189"}, ["calls_differ"]),
        ({"distributions": "1", "closing_value": "189"}, ["distributions_differ"]),
        ({"unfunded": "-1"}, ["negative_figure", "unfunded_differs"]),
        ({"unfunded": "299.99"}, ["unfunded_differs"]),
        ({"unfunded": "300"}, []),
        ({"opening_value": "5", "closing_value": "195"}, ["opening_is_not_ours"]),
    ],
)
def test_a_wrong_figure_of_a_venture_fund_is_asked_about(there, figures, codes):
    assert [codes] == queries(there, venture(figures))


@pytest.mark.parametrize(
    ("exposures", "codes"),
    [
        ({"assets": [("BTC", "0.6", "0")], "gross": "0.5", "net": "0.6"}, ["exposures_do_not_add_up"]),
        ({"assets": [("BTC", "0.6", "0.1")], "gross": "0.7", "net": "0.6"}, ["exposures_do_not_add_up"]),
        ({"assets": [("BTC", "0.6", "0")]}, ["gross_exposure_missing"]),
        ({"assets": [("BTC", "0.6", "-0.1")], "gross": "0.7"}, ["negative_figure"]),
        ({"assets": [("BTC", "0.6", "0.1")], "gross": "0.7", "net": "0.5"}, []),
        ({"assets": [("BTC", "0.6", "0.1")], "gross": "0.9", "net": "0.4"}, []),
    ],
)  # fmt: skip
def test_exposures_that_contradict_their_totals_are_asked_about(there, exposures, codes):
    assert [codes] == queries(there, statement(account=None, exposures=exposures))


def test_a_statement_in_another_currency_is_kept_and_counts_for_nothing(there):
    assert [["wrong_currency"], []] == queries(there, statement(currency="EUR"), statement())
    assert [False, True] == [each.counts for each in there.states["statement/HF-1"].received]


def test_a_second_statement_for_a_period_counts_only_if_it_restates(there):
    found = queries(
        there,
        statement(),
        statement(statement_ref="S-1a"),
        february(period_from="2026-01-15"),
    )

    assert [[], ["second_for_period"]] == found[:2]
    assert "period_overlaps" == found[2][0]
    assert [True, False, False] == [e.counts for e in there.states["statement/HF-1"].received]


def test_what_restates_replaces_and_a_second_time_is_asked_about(there):
    wrong = statement({"gross_result": "1"})
    assert [["value_does_not_add_up"]] == queries(there, wrong)

    right = decide(there, statement(restates=True, statement_ref="S-1a"))

    assert ["statement_received", "query_closed"] == [each.kind for each in right]
    assert 1 == right[0].restates
    assert [["restated_again"]] == queries(there, statement(restates=True, statement_ref="S-1b"))
    kept = there.states["statement/HF-1"]
    assert [2, 3, None] == [each.replaced_by for each in kept.received]
    assert [3] == [each.number for each in kept.accounts]


def test_what_is_still_wrong_when_restated_keeps_its_deadline(there):
    queries(there, statement({"gross_result": "1", "fees_total": "2"}))

    assert [[]] == queries(
        there, statement({"gross_result": "1"}, restates=True, received_on="2026-03-01")
    )
    (left,) = there.states["statement/HF-1"].open_queries
    assert ("value_does_not_add_up", "2026-02-20") == (left.code, str(left.answer_by))


def test_what_restates_nothing_is_asked_about(there):
    assert [["restates_nothing"]] == queries(there, statement(restates=True))


def test_an_estimate_after_the_final_statement_is_asked_about(there):
    assert [[], ["estimate_after_final"]] == queries(
        there, statement(), statement(restates=True, final=False)
    )


def test_statements_out_of_order_take_their_place_and_settle_what_was_missing(there):
    assert [[], ["period_missing"]] == queries(there, statement(), march())

    late = decide(there, february())

    assert ["out_of_order"] == [e.code for e in late if e.kind == "query_raised"]
    assert [1] == [e.number for e in late if e.kind == "query_closed"]
    assert [1, 3, 2] == [each.number for each in there.states["statement/HF-1"].accounts]


def test_a_closing_is_asked_about_beside_the_opening_that_follows_until_it_is_restated(there):
    wrong = {"gross_result": "100", "closing_value": "10100", "nav_per_unit": "1010"}

    found = queries(there, statement(wrong), february())
    assert [["nav_per_unit_differs"], ["opening_is_not_last_closing"]] == found
    assert [1, 2] == settled(there, statement(restates=True))


def test_the_same_document_comes_in_once(there):
    once = statement(sha256="ab" * 32)

    assert 1 == len(decide(there, once))
    assert [] == decide(there, once)


@given(st.integers(0, 10**13), st.decimals("0.01", "99999", places=2))
def test_rounding_explains_what_a_nav_of_so_many_digits_can_be_off_by(count, per_unit):
    units = Units(USD, hedge_fund_units("HF-1"))
    exact, tolerance = worth(count, per_unit, units)
    true = per_unit + Decimal("0.00499")
    value = (Decimal(count) * true / 10**4).to_integral_value()

    assert exact == Decimal(count) * per_unit / 10**4
    assert abs(value - exact) <= tolerance


FIGURES = (
    "opening_units", "opening_value", "subscriptions", "redemptions", "calls", "distributions",
    "units_issued", "units_redeemed", "gross_result", "management_fee", "performance_fee",
    "fees_total", "closing_units", "closing_value", "nav_per_unit",
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(FIGURES),
    st.decimals("-50000", "50000", places=2),
    st.decimals("800.01", "1200", places=2),
    st.decimals("0", "40", places=2),
)
def test_a_statement_from_the_books_agrees_and_one_wrong_figure_is_always_found(
    figure, by, per_unit, fee
):
    assume(by)
    value = per_unit * 10
    true = {
        **FEBRUARY,
        "nav_per_unit": str(per_unit),
        "closing_value": str(value),
        "management_fee": str(fee),
        "performance_fee": "0",
        "other_fees": [],
        "fees_total": str(fee),
        "gross_result": str(value - 10000 + fee),
    }
    wrong = {**true, figure: str(Decimal(true.get(figure, "0")) + by)}
    for figures, found in ((true, False), (wrong, True)):
        there = programme()
        do(there, statement(), nav("2026-02-28", str(per_unit)))
        ((*codes,),) = queries(there, february(figures))
        assert found == bool(codes), (figures, codes)


STEPS = st.lists(
    st.tuples(st.sampled_from(("subscribe", "redeem", "nav")), st.decimals("1", "5000", places=2)),
    min_size=1,
    max_size=8,
)


def lived(steps):
    """HF-1 dealt with at random in February and in March, day by day, each day with its NAV."""
    there = programme()
    day = date(2026, 2, 1)
    worth = Decimal(1000)
    for what, amount in steps:
        day += timedelta(days=6)
        if what == "nav":
            worth = Decimal(900) + amount / 100
        on = day.isoformat()
        asked = {"manager": "HF-1", "decision_ref": "D", "dealing_on": on}
        try:
            if what == "subscribe":
                do(there, Subscribe(quantity=str(amount), paid_on=on, **asked))
            if what == "redeem":
                units = str(amount / 1000)
                do(there, RequestRedemption(units=units, requested_on=on, **asked))
        except Refused:
            pass
        try:
            do(there, nav(on, f"{worth:.2f}"))
        except Refused:  # the same again
            continue
        for request in [*there.states["manager/HF-1"].requests]:
            filled = {"manager": "HF-1", "request": request, "dealt_on": on, "statement_ref": "S"}
            with suppress(Refused):
                do(there, FillRedemption(**filled))
    return there


def of_the_books(there, since, until, closing_nav, opening_value):
    """What the manager would write of this period, if it agreed with the books in everything."""
    dealt = there.states["manager/HF-1"].dealt

    def summed(what, sign, first, last):
        chosen = [d for d in dealt if first <= d.on <= last and sign * d.units > 0]
        return sum(abs(getattr(each, what) or 0) for each in chosen)

    before = date.min, since - timedelta(days=1)
    within = since, until
    opening = summed("units", 1, *before) - summed("units", -1, *before)
    issued, redeemed = summed("units", 1, *within), summed("units", -1, *within)
    money_in, money_out = summed("amount", 1, *within), summed("amount", -1, *within)
    closing = opening + issued - redeemed
    closing_value = (Decimal(closing) / 10**6 * closing_nav).quantize(Decimal("0.01"))
    net_in = Decimal(money_in - money_out) / 100
    return {
        "opening_units": str(Decimal(opening) / 10**6),
        "opening_value": str(opening_value),
        "subscriptions": str(Decimal(money_in) / 100),
        "redemptions": str(Decimal(money_out) / 100),
        "units_issued": str(Decimal(issued) / 10**6),
        "units_redeemed": str(Decimal(redeemed) / 10**6),
        "gross_result": str(closing_value - opening_value - net_in + 3),
        "management_fee": "2",
        "performance_fee": "1",
        "fees_total": "3",
        "closing_units": str(Decimal(closing) / 10**6),
        "nav_per_unit": str(closing_nav),
        "closing_value": str(closing_value),
    }


@settings(max_examples=60, deadline=None)
@given(STEPS, st.sampled_from(FIGURES), st.sampled_from(("0.01", "-0.01", "1", "-250", "12345")))
def test_whatever_was_dealt_a_true_statement_agrees_and_a_wrong_one_does_not(steps, figure, by):
    there = lived(steps)
    since, until = date(2026, 2, 1), date(2026, 3, 31)
    final = there.states["manager/HF-1"].last_final
    with suppress(Refused):
        do(there, nav(until.isoformat(), str(final.per_unit)))
    true = of_the_books(there, since, until, final.per_unit, Decimal(10000))
    period = {"period_from": str(since), "period_to": str(until), "received_on": "2026-04-10"}

    agrees = differences_of(there, statement(), statement(true, **period))
    wrong = {**true, figure: str(Decimal(true.get(figure, "0")) + Decimal(by))}
    differs = differences_of(there, statement(), statement(wrong, **period))

    assert [] == agrees
    assert differs, (figure, by)


def differences_of(there, *asked):
    """What is asked about the last of some statements; the world is left as it was."""
    before = {name: state.model_copy(deep=True) for name, state in there.states.items()}
    versions = dict(there.versions)
    found = queries(there, *asked)[-1]
    there.states.clear()
    there.states.update(before)
    there.versions.clear()
    there.versions.update(versions)
    return found


ABOUT = {
    "answer_query": {"answered_on": "2026-02-15", "answer": "A slip of the administrator."},
    "close_query": {"closed_on": "2026-02-16", "reason": "Explained"},
    "escalate_query": {"escalated_on": "2026-02-21", "to": "The fund's board"},
}


def about(kind, **said):
    from qazyna.plan import COMMANDS

    return COMMANDS[kind].model_validate({"manager": "HF-1", "query": 1, **ABOUT[kind], **said})


@pytest.fixture
def asked(there):
    queries(there, statement({"gross_result": "1"}))
    return there


def test_a_query_is_answered_taken_further_and_closed(asked):
    for kind, status in zip(ABOUT, ("answered", "closed", "escalated"), strict=True):
        if kind == "close_query":
            continue
        for happened in do(asked, about(kind)):
            as_stored(happened)
        assert status == asked.states["statement/HF-1"].queries[0].status
    do(asked, about("close_query", closed_on="2026-03-01"))
    assert [] == asked.states["statement/HF-1"].open_queries


@pytest.mark.parametrize(
    ("kind", "said", "code", "law"),
    [
        ("answer_query", {"query": 2}, "no_query", None),
        ("answer_query", {"manager": "VF-1"}, "no_query", None),
        ("answer_query", {"answered_on": "2026-02-09"}, "dates_out_of_order", None),
        ("answer_query", {"answered_on": "2026-11-24"}, "date_in_future", None),
        ("close_query", {"closed_on": "2026-02-09"}, "dates_out_of_order", None),
        ("escalate_query", {"escalated_on": "2026-02-20"}, "time_to_answer", "programme.query_days"),
    ],
)  # fmt: skip
def test_about_a_query_is_refused(asked, kind, said, code, law):
    no = refused(asked, about(kind, **said))
    assert (code, law) == (no.code, no.law)


def test_a_closed_query_stays_closed(asked):
    do(asked, about("close_query"))
    assert "query_closed" == refused(asked, about("answer_query", answered_on="2026-03-01")).code


def test_an_answered_query_may_be_taken_further_before_its_deadline(asked):
    do(asked, about("answer_query"))
    do(asked, about("escalate_query", escalated_on="2026-02-16"))


def test_anything_else_can_be_asked(there):
    from qazyna.programme.statements.queries import RaiseQuery

    question = RaiseQuery(manager="HF-1", asked_on="2026-03-01", question="Who is your auditor?")
    do(there, question)
    (query,) = there.states["statement/HF-1"].open_queries
    assert ("asked", "2026-03-11") == (query.code, str(query.answer_by))
    assert query.overdue(query.answer_by.replace(day=12)) and not query.overdue(query.answer_by)
    assert "no_statement" == refused(there, question.model_copy(update={"statement": 1})).code
