"""Mandates: what the law wants them to say, what exposures make of them, and what follows."""

# ruff: noqa: E501  a row of a table is as long as it is

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qazyna.plan import COMMANDS, decide
from qazyna.programme.exposures import Exposures
from qazyna.programme.mandates.compliance import measures
from qazyna.programme.mandates.mandate import Mandate, SetMandate
from qazyna.programme.statements.duties import duties
from qazyna.programme.statements.state import Statements
from tests.programme.statements.support import programme, statement
from tests.support import as_stored, do, law_of, refused

MANDATE = {
    "eligible_assets": ["BTC", "ETH"],
    "market_value_floor": "100000000000",
    "single_asset": "0.60",
    "issuer": "0.10",
    "counterparty": "0.40",
    "illiquids": "0.05",
    "undisclosed": "0.05",
    "leverage": "1.50",
    "benchmark": "BTC",
    "reports": [
        {"report": "account", "every": "monthly", "due_days": 15},
        {"report": "exposures", "every": "quarterly", "due_days": 30},
    ],
    "cure_days": 20,
}
WITHIN = {
    "assets": [("BTC", "0.55", "0"), ("ETH", "0.20", "0.05"), ("USD", "0.20", "0")],
    "market_values": [("BTC", "1200000000000"), ("ETH", "300000000000")],
    "issuers": [("none", "0")],
    "counterparties": [("Broker A", "0.30")],
    "gross": "1.00",
    "illiquid": "0.02",
}


def mandate(changed=(), **said):
    usual = {
        "manager": "HF-1",
        "since": "2026-01-10",
        "decided_on": "2026-01-08",
        "decision_ref": "D-1",
        "mandate": {**MANDATE, **dict(changed)},
    }
    return SetMandate.model_validate({**usual, **said})


def shown(changed=(), month="01", last="31", **said):
    """A statement of exposures alone."""
    usual = {
        "period_from": f"2026-{month}-01",
        "period_to": f"2026-{month}-{last}",
        "received_on": f"2026-0{int(month) + 1}-10",
        "account": None,
        "exposures": {**WITHIN, **dict(changed)},
        "statement_ref": f"E-{month}",
    }
    return statement(**{**usual, **said})


def follows(there, *asked):
    """(kind, clause or number) of what happens to breaches."""
    found = []
    for each in asked:
        for happened in decide(there, each):
            as_stored(happened)
            if happened.kind == "mandate_breached":
                found.append((happened.clause, happened.subject))
            elif "breach" in happened.kind:
                found.append((happened.kind, happened.number))
    return found


@pytest.fixture
def there():
    world = programme()
    do(world, mandate())
    return world


def test_a_mandate_is_kept_as_it_is_said(there):
    (kept,) = there.states["mandate/HF-1"].versions
    (set_,) = decide(there, mandate({"leverage": "1.2"}, since="2026-06-01"))

    as_stored(set_)
    assert "1.50" == str(kept.mandate.leverage)
    known = there.states["mandate/HF-1"]
    assert ["1.50", "1.2"] == [
        str(known.on(day).leverage)
        for day in (kept.since.replace(month=5, day=31), kept.since.replace(month=6, day=1))
    ]
    assert known.on(kept.since.replace(day=9)) is None


@pytest.mark.parametrize(
    ("changed", "said", "code", "law"),
    [
        ({}, {"manager": "HF-9"}, "no_manager", None),
        ({}, {"decided_on": "2026-11-24", "since": "2026-12-01"}, "date_in_future", None),
        ({}, {"decided_on": "2026-01-11"}, "dates_out_of_order", None),
        ({}, {"since": "2026-01-09"}, "dates_out_of_order", None),
        ({"leverage": None}, {}, "mandate_incomplete", "programme.mandate.contents"),
        ({"reports": []}, {}, "mandate_incomplete", "programme.mandate.contents"),
        ({"single_asset": "0.81"}, {}, "mandate_above_law", "programme.mandate.most.single_asset"),
        ({"undisclosed": "0.26"}, {}, "mandate_above_law", "programme.mandate.most.undisclosed"),
        ({"cure_days": 31}, {}, "mandate_above_law", "programme.mandate.days.cure"),
        ({"reports": [{"report": "account", "every": "annual", "due_days": 121}]}, {}, "mandate_above_law", "programme.mandate.days.report"),
        ({"eligible_assets": ["BTC", "BTC"]}, {}, "named_twice", None),
        ({"reports": MANDATE["reports"][:1] * 2}, {}, "named_twice", None),
    ],
)  # fmt: skip
def test_a_mandate_is_refused(there, changed, said, code, law):
    no = refused(there, mandate(changed, **said))
    assert (code, law) == (no.code, no.law)


def test_a_bound_that_the_law_sets_may_not_be_left_out():
    law = law_of(
        "template", ("[programme.mandate.most.undisclosed]", "[programme.mandate.most.issuer]")
    )
    no = refused(programme(law), mandate({"issuer": None}))
    assert ("mandate_above_law", "programme.mandate.most.issuer") == (no.code, no.law)


def passed(changed, limits=()):
    said = Mandate.model_validate({**MANDATE, **dict(limits)})
    told = Exposures.model_validate({**WITHIN, **changed})
    return [
        (each.clause, each.subject, str(each.disclosed), str(each.actual))
        for each in measures(said, told)
        if each.passed
    ]


@pytest.mark.parametrize(
    ("changed", "limits", "found"),
    [
        ({}, {}, []),
        ({"assets": [("BTC", "0.61", "0")], "gross": "0.61"}, {}, [("single_asset", "BTC", "0.61", "0.61")]),
        ({"assets": [("BTC", "0", "0.61")], "gross": "0.61"}, {}, [("single_asset", "BTC", "0.61", "0.61")]),
        ({"assets": [("BTC", "0.57", "0")], "gross": "0.61"}, {}, [("single_asset", "BTC", "0.57", "0.61"), ("illiquids", "", "0.02", "0.06")]),
        ({"assets": [("USD", "1", "0")], "gross": "1"}, {}, []),
        ({"assets": [("SOL", "0.01", "0")], "gross": "0.01", "market_values": [("SOL", "100000000000")]}, {}, [("eligible_assets", "SOL", "0.01", "0.01")]),
        ({"market_values": [("BTC", "1200000000000"), ("ETH", "99999999999")]}, {}, [("market_value_floor", "ETH", "0.20", "0.20")]),
        ({"market_values": [("BTC", "1200000000000")]}, {}, [("market_value_floor", "undisclosed", "0", "0.20")]),
        ({"issuers": [("A", "0.11")]}, {}, [("issuer", "A", "0.11", "0.11")]),
        ({"issuers": []}, {}, [("issuer", "undisclosed", "0", "1")]),
        ({"counterparties": [("A", "0.41")]}, {}, [("counterparty", "A", "0.41", "0.41")]),
        ({"counterparties": []}, {}, [("counterparty", "undisclosed", "0", "1")]),
        ({"illiquid": "0.06"}, {}, [("illiquids", "", "0.06", "0.06")]),
        ({"illiquid": None}, {}, [("illiquids", "", "0", "1")]),
        ({"assets": [("BTC", "0.6", "0"), ("ETH", "0.6", "0.31")]}, {"single_asset": "0.7"}, [("leverage", "", "1.51", "1.51")]),
        ({"gross": "1.06"}, {"single_asset": "0.8", "issuer": "1", "counterparty": "1", "illiquids": "1"}, [("undisclosed", "", "0", "0.06"), ("eligible_assets", "undisclosed", "0", "0.06"), ("market_value_floor", "undisclosed", "0", "0.06")]),
        ({"gross": "1.06"}, {"undisclosed": "0.06", "single_asset": "0.8"}, [("illiquids", "", "0.02", "0.08")]),
        ({"gross": None}, {}, []),
        ({"gross": None, "assets": [("BTC", "0.5", "0")]}, {"issuer": None, "counterparty": None, "illiquids": None, "eligible_assets": None, "market_value_floor": None, "undisclosed": None}, [("single_asset", "BTC", "0.5", "1.0")]),
    ],
)  # fmt: skip
def test_a_limit_is_tested_at_its_upper_bound(changed, limits, found):
    assert found == passed(changed, limits)


SHARES = st.decimals("0", "1", places=3)


@given(
    st.lists(
        st.tuples(st.sampled_from(("BTC", "ETH", "SOL", "USD")), SHARES, SHARES),
        max_size=4,
        unique_by=lambda row: row[0],
    ),
    SHARES,
)
def test_telling_less_never_hides_a_breach(assets, told_not):
    """Whatever of the exposures is left out, the limits that were passed are passed, or may be."""
    said = Mandate.model_validate(
        {**MANDATE, "issuer": None, "counterparty": None, "illiquids": None}
    )
    gross = sum((long + short for _, long, short in assets), Decimal(0))
    values = [(asset, "1000000000000") for asset in ("BTC", "ETH", "SOL")]
    whole = Exposures.model_validate({"assets": assets, "gross": gross, "market_values": values})
    less = whole.model_copy(update={"assets": whole.assets[1:]})

    def clauses(told):
        return {each.clause for each in measures(said, told) if each.passed}

    assert clauses(whole) - {"eligible_assets"} <= clauses(less)
    hidden = whole.assets[:1]
    if hidden and hidden[0][0] == "SOL" and hidden[0][1] + hidden[0][2] > Decimal("0.05"):
        assert "eligible_assets" in clauses(less)


TOO_MUCH = {"assets": [("BTC", "0.70", "0")], "gross": "0.70"}


def test_a_breach_is_found_measured_again_and_cured_by_a_later_statement(there):
    assert [("single_asset", "BTC")] == follows(there, shown(TOO_MUCH))
    (breach,) = there.states["mandate/HF-1"].breaches
    assert ("2026-03-02", "0.70") == (str(breach.cure_by), str(breach.actual))
    assert breach.overdue(breach.cure_by.replace(day=3)) and not breach.overdue(breach.cure_by)

    still = {"assets": [("BTC", "0.65", "0")], "gross": "0.65"}
    assert [("breach_measured", 1)] == follows(there, shown(still, "02", "28"))
    assert ("2026-03-02", "0.65") == (str(breach.cure_by), str(breach.actual))

    assert [("breach_cured", 1)] == follows(there, shown({}, "03"))
    assert ("cured", "2026-03-31") == (breach.status, str(breach.ended_on))
    assert [("single_asset", "BTC")] == follows(there, shown(TOO_MUCH, "04", "30"))
    assert [1, 2] == [each.number for each in there.states["mandate/HF-1"].breaches]


def test_what_is_restated_within_the_limits_cures(there):
    follows(there, shown(TOO_MUCH))
    assert [("breach_cured", 1)] == follows(there, shown({}, restates=True))


def test_a_statement_that_came_late_shows_a_breach_that_was_cured_since(there):
    assert [] == follows(there, shown({}, "02", "28"))
    assert [("single_asset", "BTC"), ("breach_cured", 1)] == follows(
        there, shown(TOO_MUCH, received_on="2026-03-12")
    )


def test_what_does_not_count_is_not_judged(there):
    follows(there, shown({}))
    assert [] == follows(there, shown(TOO_MUCH))
    assert [] == follows(there, shown(TOO_MUCH, "02", "28", currency="EUR"))


def test_without_a_mandate_of_that_day_nothing_is_breached():
    assert [] == follows(programme(), shown(TOO_MUCH))


def about(kind, **said):
    usual = {
        "waive_breach": {"decided_on": "2026-02-20", "until": "2026-03-31", "decision_ref": "W"},
        "escalate_breach": {"escalated_on": "2026-03-03", "to": "The supervisor"},
    }
    return COMMANDS[kind].model_validate({"manager": "HF-1", "breach": 1, **usual[kind], **said})


def test_a_waived_breach_is_opened_again_after_its_day(there):
    follows(there, shown(TOO_MUCH))
    assert [("breach_waived", 1)] == follows(there, about("waive_breach"))
    (breach,) = there.states["mandate/HF-1"].breaches

    assert [("breach_measured", 1)] == follows(there, shown(TOO_MUCH, "03"))
    assert "waived" == breach.status
    assert [("breach_measured", 1)] == follows(there, shown(TOO_MUCH, "04", "30"))
    assert ("open", "2026-05-30") == (breach.status, str(breach.cure_by))


def test_a_breach_is_escalated_and_can_still_be_cured(there):
    follows(there, shown(TOO_MUCH))
    assert [("breach_escalated", 1)] == follows(there, about("escalate_breach"))
    assert [("breach_cured", 1)] == follows(there, shown({}, "02", "28"))


@pytest.mark.parametrize(
    ("kind", "said", "code"),
    [
        ("waive_breach", {"breach": 2}, "no_breach"),
        ("waive_breach", {"manager": "VF-1"}, "no_breach"),
        ("waive_breach", {"decided_on": "2026-01-30"}, "dates_out_of_order"),
        ("waive_breach", {"decided_on": "2026-11-24", "until": "2026-12-01"}, "date_in_future"),
        ("waive_breach", {"until": "2026-02-19"}, "dates_out_of_order"),
        ("escalate_breach", {"escalated_on": "2026-03-02"}, "time_to_cure"),
    ],
)
def test_about_a_breach_is_refused(there, kind, said, code):
    follows(there, shown(TOO_MUCH))
    assert code == refused(there, about(kind, **said)).code


def test_a_waived_breach_is_not_escalated_and_a_cured_one_is_over(there):
    follows(there, shown(TOO_MUCH), about("waive_breach"))
    assert "time_to_cure" == refused(there, about("escalate_breach")).code
    follows(there, shown({}, "02", "28"))
    assert "breach_cured" == refused(there, about("waive_breach")).code


def test_what_is_owed_is_found_by_date(there):
    follows(there, shown({}, "03", received_on="2026-05-02"))
    do(there, statement(received_on="2026-02-15"))
    known = there.states["mandate/HF-1"]
    today = known.versions[0].since.replace(month=5, day=5)

    found = duties(known, there.states["statement/HF-1"], today.replace(month=6, day=30))

    assert [
        ("account", "2026-01-31", "2026-02-15", "received"),
        ("account", "2026-02-28", "2026-03-15", "missing"),
        ("account", "2026-03-31", "2026-04-15", "missing"),
        ("account", "2026-04-30", "2026-05-15", "due"),
        ("account", "2026-05-31", "2026-06-15", "due"),
        ("account", "2026-06-30", "2026-07-15", "due"),
        ("exposures", "2026-03-31", "2026-04-30", "late"),
        ("exposures", "2026-06-30", "2026-07-30", "due"),
    ] == [(d.report, str(d.period_to), str(d.due_on), d.status(today)) for d in found]


def test_another_mandate_owes_other_reports_from_its_day_on(there):
    yearly = {"reports": [{"report": "account", "every": "annual", "due_days": 90}]}
    do(there, mandate(yearly, since="2026-03-01"))
    known = there.states["mandate/HF-1"]

    found = duties(known, Statements(), known.versions[0].since.replace(year=2027))

    assert ["2026-01-31", "2026-02-28", "2026-12-31"] == [str(each.period_to) for each in found]
