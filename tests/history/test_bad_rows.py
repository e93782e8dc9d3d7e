"""What a register is refused for: one row a refusal, with its line, its column and its code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qazyna.errors import FileRefused
from qazyna.history import register as history
from qazyna.plan import follow
from tests.history.register import (
    DECIDED,
    EARLY,
    FORFEITED,
    HEADER,
    PENDING,
    RESTITUTED,
    RETURNED,
    SALE,
    SOLD,
    findings,
    refusal,
    register,
)
from tests.support import decide, do, law_of, world

BAD = [
    # the row                                             the column         the code
    # what and how much
    ({**PENDING, "case_id": ""}, "case_id", "no_case"),
    ({**PENDING, "case_id": "C" * 121}, "case_id", "bad_reference"),
    ({**PENDING, "case_id": "workout/HF-1"}, "case_id", "bad_case"),
    ({**PENDING, "holding_ref": "1/2"}, "holding_ref", "bad_reference"),
    ({**PENDING, "asset": ""}, "asset", "missing_value"),
    ({**PENDING, "asset": "DOGE"}, "asset", "unknown_asset"),
    ({**PENDING, "asset": "btc"}, "asset", "unknown_asset"),
    ({**PENDING, "quantity": ""}, "quantity", "missing_value"),
    ({**PENDING, "quantity": "0"}, "quantity", "bad_quantity"),
    ({**PENDING, "quantity": "-1"}, "quantity", "bad_quantity"),
    ({**PENDING, "quantity": "+1"}, "quantity", "bad_quantity"),
    ({**PENDING, "quantity": "NaN"}, "quantity", "bad_quantity"),
    ({**PENDING, "quantity": "inf"}, "quantity", "bad_quantity"),
    ({**PENDING, "quantity": "1e40"}, "quantity", "bad_quantity"),
    ({**PENDING, "quantity": "1,000"}, "quantity", "bad_quantity"),
    ({**PENDING, "quantity": "1 000"}, "quantity", "bad_quantity"),
    ({**PENDING, "quantity": "٣"}, "quantity", "bad_quantity"),
    ({**PENDING, "quantity": "1" + "0" * 40}, "quantity", "quantity_too_large"),
    ({**PENDING, "quantity": "21000001"}, "quantity", "quantity_too_large"),
    ({**PENDING, "quantity": "0.123456789"}, "quantity", "wrong_scale"),
    # when
    ({**PENDING, "seized_on": ""}, "seized_on", "missing_value"),
    ({**PENDING, "seized_on": "2025-02-30"}, "seized_on", "bad_date"),
    ({**PENDING, "seized_on": "03.03.2025"}, "seized_on", "bad_date"),
    ({**PENDING, "seized_on": "45719"}, "seized_on", "bad_date"),
    ({**PENDING, "seized_on": "0202-03-03"}, "seized_on", "bad_date"),
    ({**PENDING, "seized_on": "2027-03-03"}, "seized_on", "date_in_future"),
    ({**PENDING, "seized_on": "2008-03-03"}, "seized_on", "no_law_on_date"),
    ({**FORFEITED, "final_on": "2025-03-02"}, "final_on", "dates_out_of_order"),
    ({**FORFEITED, "final_on": "2027-03-02"}, "final_on", "date_in_future"),
    ({**FORFEITED, "final_on": "soon"}, "final_on", "bad_date"),
    ({**SOLD, "disposed_on": "2027-03-02"}, "disposed_on", "date_in_future"),
    ({**PENDING, **EARLY, "disposed_on": "2025-03-02"}, "disposed_on", "dates_out_of_order"),
    ({**FORFEITED, **EARLY, "disposed_on": "2025-07-08"}, "disposed_on", "dates_out_of_order"),
    # who and where
    ({**PENDING, "authority": ""}, "authority", "missing_value"),
    ({**PENDING, "authority": "A" * 121}, "authority", "bad_reference"),
    ({**PENDING, "custodian": "Nobody"}, "custodian", "unknown_custodian"),
    ({**PENDING, "custodian": "National Bank"}, "custodian", "custodian_cannot_hold"),
    ({**PENDING, "control": "restrained", "custodian": ""}, "custodian", "unknown_custodian"),
    ({**PENDING, "control": "pocket"}, "control", "control_not_permitted"),
    ({**PENDING, "address": "1PLrdvFgVfFBF7iTRhvgLBkSUbq6uyxihZ"}, "address", "bad_address"),
    ({**PENDING, "address": "TZ362vx61pcGWCkRHZHZKgcLkqBuppujEA"}, "address", "wrong_network"),
    ({**PENDING, "order_ref": "two\nlines"}, "order_ref", "bad_reference"),
    ({**PENDING, "note": "x" * 4001}, "note", "too_long"),
    ({**PENDING, "note": "a\0b"}, "note", "bad_note"),
    ({**PENDING, "assumed": "seized_at"}, "assumed", "unknown_assumed_column"),
    # what was decided
    ({**PENDING, "outcome": ""}, "outcome", "missing_value"),
    ({**PENDING, "outcome": "lost"}, "outcome", "unknown_outcome"),
    ({**PENDING, "final_on": "2025-07-07"}, "final_on", "outcome_mismatch"),
    ({**PENDING, "final_ref": "F-1"}, "final_ref", "outcome_mismatch"),
    ({**FORFEITED, "final_on": ""}, "final_on", "missing_value"),
    ({**FORFEITED, "final_ref": ""}, "final_ref", "missing_value"),
    ({**RETURNED, "final_on": ""}, "final_on", "missing_value"),
    ({**RESTITUTED, "final_ref": ""}, "final_ref", "missing_value"),
    # what was done with it
    ({**PENDING, **SALE}, "disposal", "disposal_before_finality"),
    ({**SOLD, "disposed_on": "2025-07-06"}, "disposed_on", "disposal_before_finality"),
    ({**SOLD, "disposal": "raffle"}, "disposal", "disposal_not_permitted"),
    ({**RETURNED, **SALE}, "disposal", "disposal_not_permitted"),
    ({**RESTITUTED, **SALE, "disposal": "transfer_to_managers"}, "disposal",
     "disposal_not_permitted"),
    ({**SOLD, "disposed_on": ""}, "disposed_on", "missing_value"),
    ({**FORFEITED, "disposed_on": "2025-09-01"}, "disposal", "missing_value"),
    ({**SOLD, "proceeds": ""}, "proceeds", "proceeds_missing"),
    ({**SOLD, "proceeds_currency": ""}, "proceeds_currency", "proceeds_missing"),
    ({**SOLD, "proceeds": "0"}, "proceeds", "bad_quantity"),
    ({**SOLD, "proceeds": "500.001"}, "proceeds", "wrong_scale"),
    ({**SOLD, "proceeds_currency": "ETH"}, "proceeds_currency", "proceeds_not_money"),
    ({**SOLD, "proceeds_currency": "$"}, "proceeds_currency", "unknown_asset"),
    ({**SOLD, "costs": "500000.01"}, "costs", "costs_exceed_proceeds"),
    ({**SOLD, "costs": "-1"}, "costs", "bad_quantity"),
    ({**FORFEITED, "proceeds": "5"}, "proceeds", "proceeds_without_sale"),
    ({**FORFEITED, "costs": "5"}, "costs", "proceeds_without_sale"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "column", "code"), BAD)
def test_a_bad_row_is_refused_where_it_is_bad(row, column, code):
    fine = {**PENDING, "case_id": "C-0"}

    assert [(3, column, code)] == findings(fine, row, {**PENDING, "case_id": "C-2"})


def test_what_a_long_file_begins_with_follows_while_the_rest_is_unread(monkeypatch):
    monkeypatch.setattr(history, "AHEAD", 2)
    fine = [{**PENDING, "case_id": f"C-{number}"} for number in range(4)]
    follows = follow(world(), register(*fine, {**PENDING, "case_id": "C-4", "asset": "DOGE"}))

    assert ["C-0", "C-1", "C-2", "C-3"] == [next(follows).case for _ in fine]
    with pytest.raises(FileRefused) as caught:
        next(follows)
    assert [(6, "asset")] == [(found.line, found.column) for found in caught.value.findings]


@given(st.lists(st.sampled_from([PENDING, FORFEITED, SOLD, *(row for row, *_ in BAD)]), max_size=9))
def test_a_long_file_is_refused_for_the_same_reasons(rows):
    """Whatever is bad in it, and wherever: problems are no fewer for what follows meanwhile."""
    cases = [
        {**row, "case_id": f"C-{number // 2}"} if row["case_id"] == "C-1" else row
        for number, row in enumerate([PENDING, SOLD, *rows, {**PENDING, "asset": "DOGE"}])
    ]
    told = []
    for ahead in (100, 1):
        with pytest.MonkeyPatch.context() as patch, pytest.raises(FileRefused) as caught:
            patch.setattr(history, "AHEAD", ahead)
            decide(world(), register(*cases))
        told.append((caught.value.message, caught.value.findings))
    assert told[0] == told[1]


def test_every_outcome_and_disposal_that_a_register_knows_is_read():
    rows = [PENDING, FORFEITED, RETURNED, RESTITUTED, SOLD, {**PENDING, **EARLY}]
    rows += [{**SOLD, "disposal": "transfer_to_managers"}, {**FORFEITED, "disposal": "hold"}]
    cases = [{**row, "case_id": f"C-{number}"} for number, row in enumerate(rows)]

    do(world(), register(*cases))


def test_the_rule_names_the_clause_it_rests_on():
    (found,) = refusal({**SOLD, "disposal": "raffle"}).findings

    assert "disposition.mechanisms" in found.message


def test_a_mechanism_is_judged_by_the_law_of_its_day():
    strict = law_of("template", ('  "auction",\n', ""))

    assert [(2, "disposal", "disposal_not_permitted")] == findings(SOLD, there=world(strict))


def test_no_problem_hides_another():
    first = {
        **SOLD,
        "asset": "DOGE",
        "quantity": "NaN",
        "seized_on": "never",
        "outcome": "lost",
        "costs": "much",
        "assumed": "x",
    }
    second = {**FORFEITED, "final_on": "2025-03-02", "custodian": "Nobody", "control": "pocket"}

    assert [
        (2, "asset", "unknown_asset"),
        (2, "assumed", "unknown_assumed_column"),
        (2, "costs", "bad_quantity"),
        (2, "outcome", "unknown_outcome"),
        (2, "quantity", "bad_quantity"),
        (2, "seized_on", "bad_date"),
        (4, "control", "control_not_permitted"),
        (4, "custodian", "unknown_custodian"),
        (4, "final_on", "dates_out_of_order"),
    ] == findings(first, PENDING, second)


def test_the_same_problem_is_told_at_every_line():
    bad = {**PENDING, "custodian": "Nobody", "seized_on": "2027-01-01"}

    assert [(2, "seized_on"), (3, "seized_on")] == [
        (line, column)
        for line, column, _ in findings(bad, {**bad, "case_id": "C-2"})
        if column == "seized_on"
    ]


def test_lines_count_as_they_stand_in_the_file():
    noted = {**PENDING, "note": "a note\nof two lines"}

    assert [(4, "asset", "unknown_asset")] == findings(noted, {**PENDING, "asset": "DOGE"})


# the header

HEADERS = [
    (tuple(c for c in HEADER if c != "outcome"), "outcome", "missing_column"),
    (tuple(c for c in HEADER if c != "note"), "note", "missing_column"),
    ((*HEADER, "colour"), "colour", "unknown_column"),
]  # fmt: skip


@pytest.mark.parametrize(("header", "column", "code"), HEADERS)
def test_a_header_is_checked_first(header, column, code):
    assert [(1, column, code)] == findings(PENDING, header=header)


def test_a_misspelt_column_is_named_with_its_likely_name():
    header = tuple("quantty" if c == "quantity" else c for c in HEADER)
    messages = [found.message for found in refusal(PENDING, header=header).findings]

    assert any("Is quantity meant?" in message for message in messages)


def test_optional_columns_can_be_left_out():
    header = tuple(c for c in HEADER if c not in ("holding_ref", "control", "costs", "assumed"))

    decide(world(), register(SOLD, header=header))


def test_a_file_without_rows_is_refused():
    assert [(1, "", "no_rows")] == findings()


# rows against each other

A = "1PLrdvFgVfFBF7iTRhvgLBkSUbq6uyxihY"
PART = {**PENDING, "holding_ref": "7", "quantity": "4"}
OTHER = {**FORFEITED, "holding_ref": "7", "quantity": "6"}

AGAINST = [
    # two rows                                                       column         code
    ((PENDING, PENDING), "", "duplicate_holding"),
    ((PART, PART), "", "duplicate_holding"),
    (({**PENDING, "address": A}, {**PENDING, "address": A, "quantity": "1"}), "address",
     "duplicate_holding"),
    ((PART, {**OTHER, "asset": "ETH"}), "asset", "holding_mismatch"),
    ((PART, {**OTHER, "seized_on": "2025-03-04"}), "seized_on", "holding_mismatch"),
    ((PART, {**OTHER, "authority": "Police"}), "authority", "holding_mismatch"),
    ((PART, {**OTHER, "custodian": "NIC"}), "custodian", "holding_mismatch"),
    ((PART, {**OTHER, "order_ref": "S-2"}), "order_ref", "holding_mismatch"),
    ((PART, {**OTHER, "address": A}), "address", "holding_mismatch"),
    ((PART, {**OTHER, "quantity": "20999997"}), "quantity", "quantity_too_large"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "column", "code"), AGAINST)
def test_rows_that_contradict_each_other_are_refused(rows, column, code):
    assert [(3, column, code)] == findings(*rows)


def test_a_part_that_contradicts_in_control_does_so_in_custody_too():
    assert [(3, "control", "holding_mismatch"), (3, "custodian", "holding_mismatch")] == findings(
        PART, {**OTHER, "control": "device"}
    )


def test_a_holding_has_so_many_parts_and_no_more():
    parts = [{**PART, "quantity": "0.1", "note": f"part {n}"} for n in range(501)]

    assert [(502, "holding_ref", "too_many_parts")] == findings(*parts)


# rows against the books


def test_a_new_row_of_a_known_holding_is_refused():
    there = world()
    do(there, register({**PART, "quantity": "10"}))

    assert [(2, "holding_ref", "duplicate_holding")] == findings(OTHER, there=there)


def test_a_new_row_at_a_known_address_is_refused():
    there = world()
    do(there, register({**PENDING, "address": A}))
    changed = {**FORFEITED, "address": A}

    assert [(2, "address", "duplicate_holding")] == findings(changed, there=there)


def test_another_case_may_have_the_same_address():
    do(world(), register({**PENDING, "address": A}, {**PENDING, "case_id": "C-2", "address": A}))


def test_findings_are_in_the_order_of_the_lines():
    bad = [{**PENDING, "case_id": f"C-{n}", "quantity": "0"} for n in range(5)]

    assert [2, 3, 4, 5, 6] == [line for line, *_ in findings(*bad)]
    assert ("register.csv", 5, "file_refused") == (
        refusal(*bad).file,
        refusal(*bad).rows,
        refusal(*bad).code,
    )


def test_no_word_of_a_decided_row_is_needed_twice():
    """The usual rows of these tests are themselves sound."""
    do(world(), register({**DECIDED, "outcome": "forfeited"}))
