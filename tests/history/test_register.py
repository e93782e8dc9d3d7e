"""What the rows of a register become: the same events, entries and cases as everything else."""

# ruff: noqa: E501  a table is as wide as what stands in it

import csv
from pathlib import Path

import pytest

from qazyna.plan import World
from qazyna.seizure.release import ReleaseHolding
from tests.history.register import (
    EARLY,
    FORFEITED,
    PENDING,
    RESTITUTED,
    RETURNED,
    SALE,
    SOLD,
    read,
    register,
)
from tests.support import as_stored, do, holdings, refused, world
from tests.support_cases import CASE
from tests.support_postings import same

DATA = Path(__file__).parents[2] / "data"


def imported(*rows: dict[str, str]) -> tuple[World, list]:
    there = world()
    events = do(there, register(*rows))
    for happened in events:
        as_stored(happened)
    return there, events


STORIES = {
    "pending": (
        [PENDING],
        """
        2025-03-03  receive  10  BTC  Dr C-1/1/custody/AFM  Cr C-1/1/claimants
        """,
    ),
    "forfeited, and awaiting its sale": (
        [FORFEITED],
        """
        2025-03-03  receive  10  BTC  Dr C-1/1/custody/AFM  Cr C-1/1/claimants
        2025-07-07  vest     10  BTC  Dr C-1/1/claimants    Cr C-1/1/state      by final_order
        """,
    ),
    "forfeited and sold": (
        [SOLD],
        """
        2025-03-03  receive   10      BTC  Dr C-1/1/custody/AFM         Cr C-1/1/claimants
        2025-07-07  vest      10      BTC  Dr C-1/1/claimants           Cr C-1/1/state               by final_order
        2025-09-01  exchange  10      BTC  Dr C-1/1/state               Cr C-1/1/custody/AFM
                              500000  USD  Dr C-1/1/bank/National Bank  Cr C-1/1/state
        2025-09-01  expense   100     USD  Dr C-1/1/state               Cr C-1/1/bank/National Bank  by statement
        """,
    ),
    "returned": (
        [RETURNED],
        """
        2025-03-03  receive  10  BTC  Dr C-1/1/custody/AFM  Cr C-1/1/claimants
        2025-07-07  release  10  BTC  Dr C-1/1/claimants    Cr C-1/1/custody/AFM  by release_order
        """,
    ),
    "restituted": (
        [RESTITUTED],
        """
        2025-03-03  receive  10  BTC  Dr C-1/1/custody/AFM            Cr C-1/1/claimants
        2025-07-07  vest     10  BTC  Dr C-1/1/claimants              Cr C-1/1/beneficiaries/victims  by award
        2025-07-07  release  10  BTC  Dr C-1/1/beneficiaries/victims  Cr C-1/1/custody/AFM            by payout
        """,
    ),
    "restituted as money, after a sale": (
        [{**RESTITUTED, **SALE}],
        """
        2025-03-03  receive   10      BTC  Dr C-1/1/custody/AFM            Cr C-1/1/claimants
        2025-07-07  vest      10      BTC  Dr C-1/1/claimants              Cr C-1/1/state                  by final_order
        2025-09-01  exchange  10      BTC  Dr C-1/1/state                  Cr C-1/1/custody/AFM
                              500000  USD  Dr C-1/1/bank/National Bank     Cr C-1/1/state
        2025-09-01  expense   100     USD  Dr C-1/1/state                  Cr C-1/1/bank/National Bank     by statement
        2025-09-01  vest      499900  USD  Dr C-1/1/state                  Cr C-1/1/beneficiaries/victims  by award
        2025-09-01  release   499900  USD  Dr C-1/1/beneficiaries/victims  Cr C-1/1/bank/National Bank     by payout
        """,
    ),
    "pending, and sold by leave of the court": (
        [{**PENDING, **EARLY}],
        """
        2025-03-03  receive   10      BTC  Dr C-1/1/custody/AFM         Cr C-1/1/claimants
        2025-04-02  exchange  10      BTC  Dr C-1/1/claimants           Cr C-1/1/custody/AFM         by interlocutory
                              500000  USD  Dr C-1/1/bank/National Bank  Cr C-1/1/claimants
        2025-04-02  expense   100     USD  Dr C-1/1/claimants           Cr C-1/1/bank/National Bank  by statement
        """,
    ),
    "sold by leave of the court, then forfeited": (
        [{**FORFEITED, **EARLY}],
        """
        2025-03-03  receive   10      BTC  Dr C-1/1/custody/AFM         Cr C-1/1/claimants
        2025-04-02  exchange  10      BTC  Dr C-1/1/claimants           Cr C-1/1/custody/AFM         by interlocutory
                              500000  USD  Dr C-1/1/bank/National Bank  Cr C-1/1/claimants
        2025-04-02  expense   100     USD  Dr C-1/1/claimants           Cr C-1/1/bank/National Bank  by statement
        2025-07-07  vest      499900  USD  Dr C-1/1/claimants           Cr C-1/1/state               by final_order
        """,
    ),
    "sold by leave of the court, then returned": (
        [{**RETURNED, **EARLY, "costs": ""}],
        """
        2025-03-03  receive   10      BTC  Dr C-1/1/custody/AFM         Cr C-1/1/claimants
        2025-04-02  exchange  10      BTC  Dr C-1/1/claimants           Cr C-1/1/custody/AFM         by interlocutory
                              500000  USD  Dr C-1/1/bank/National Bank  Cr C-1/1/claimants
        2025-07-07  release   500000  USD  Dr C-1/1/claimants           Cr C-1/1/bank/National Bank  by release_order
        """,
    ),
    "sold by leave of the court, then restituted": (
        [{**RESTITUTED, **EARLY, "costs": ""}],
        """
        2025-03-03  receive   10      BTC  Dr C-1/1/custody/AFM            Cr C-1/1/claimants
        2025-04-02  exchange  10      BTC  Dr C-1/1/claimants              Cr C-1/1/custody/AFM            by interlocutory
                              500000  USD  Dr C-1/1/bank/National Bank     Cr C-1/1/claimants
        2025-07-07  vest      500000  USD  Dr C-1/1/claimants              Cr C-1/1/beneficiaries/victims  by award
        2025-07-07  release   500000  USD  Dr C-1/1/beneficiaries/victims  Cr C-1/1/bank/National Bank     by payout
        """,
    ),
    "handed over to managers": (
        [{**SOLD, "disposal": "transfer_to_managers", "costs": ""}],
        """
        2025-03-03  receive   10      BTC  Dr C-1/1/custody/AFM       Cr C-1/1/claimants
        2025-07-07  vest      10      BTC  Dr C-1/1/claimants         Cr C-1/1/state        by final_order
        2025-09-01  exchange  10      BTC  Dr C-1/1/state             Cr C-1/1/custody/AFM
                              500000  USD  Dr C-1/1/pending/managers  Cr C-1/1/state
        """,
    ),
    "kept by decision": (
        [{**FORFEITED, "disposal": "hold"}],
        """
        2025-03-03  receive  10  BTC  Dr C-1/1/custody/AFM  Cr C-1/1/claimants
        2025-07-07  vest     10  BTC  Dr C-1/1/claimants    Cr C-1/1/state      by final_order
        """,
    ),
    "on a device, and sold: it must have been swept": (
        [{**SOLD, "control": "device", "costs": ""}],
        """
        2025-03-03  receive   10      BTC  Dr C-1/1/device/AFM          Cr C-1/1/claimants
        2025-07-07  vest      10      BTC  Dr C-1/1/claimants           Cr C-1/1/state       by final_order
        2025-09-01  move      10      BTC  Dr C-1/1/custody/AFM         Cr C-1/1/device/AFM
        2025-09-01  exchange  10      BTC  Dr C-1/1/state               Cr C-1/1/custody/AFM
                              500000  USD  Dr C-1/1/bank/National Bank  Cr C-1/1/state
        """,
    ),
    "frozen at a venue, and returned from there": (
        [{**RETURNED, "control": "restrained", "custodian": "Venue 017"}],
        """
        2025-03-03  receive  10  BTC  Dr C-1/1/restrained/Venue 017  Cr C-1/1/claimants
        2025-07-07  release  10  BTC  Dr C-1/1/claimants             Cr C-1/1/restrained/Venue 017  by release_order
        """,
    ),
    "one holding in three parts": (
        [
            {**SOLD, "holding_ref": "W", "quantity": "6"},
            {**RETURNED, "holding_ref": "W", "quantity": "3", "final_ref": "R-1"},
            {**PENDING, "holding_ref": "W", "quantity": "1"},
        ],
        """
        2025-03-03  receive   10      BTC  Dr C-1/W/custody/AFM         Cr C-1/W/claimants
        2025-07-07  vest       6      BTC  Dr C-1/W/claimants           Cr C-1/W/state               by final_order
        2025-07-07  release    3      BTC  Dr C-1/W/claimants           Cr C-1/W/custody/AFM         by release_order
        2025-09-01  exchange   6      BTC  Dr C-1/W/state               Cr C-1/W/custody/AFM
                              500000  USD  Dr C-1/W/bank/National Bank  Cr C-1/W/state
        2025-09-01  expense   100     USD  Dr C-1/W/state               Cr C-1/W/bank/National Bank  by statement
        """,
    ),
    "two early sales of one holding, one of them forfeited": (
        [
            {
                **FORFEITED,
                **EARLY,
                "holding_ref": "W",
                "quantity": "6",
                "proceeds": "100",
                "costs": "",
            },
            {
                **PENDING,
                **EARLY,
                "holding_ref": "W",
                "quantity": "4",
                "proceeds": "60",
                "costs": "",
            },
        ],
        """
        2025-03-03  receive   10   BTC  Dr C-1/W/custody/AFM         Cr C-1/W/claimants
        2025-04-02  exchange   6   BTC  Dr C-1/W/claimants           Cr C-1/W/custody/AFM  by interlocutory
                              100  USD  Dr C-1/W/bank/National Bank  Cr C-1/W/claimants
        2025-04-02  exchange   4   BTC  Dr C-1/W/claimants           Cr C-1/W/custody/AFM  by interlocutory
                               60  USD  Dr C-1/W/bank/National Bank  Cr C-1/W/claimants
        2025-07-07  vest      100  USD  Dr C-1/W/claimants           Cr C-1/W/state        by final_order
        """,
    ),
}


@pytest.mark.parametrize(("rows", "postings"), STORIES.values(), ids=STORIES)
def test_what_a_row_becomes(rows, postings):
    there, events = imported(*rows)

    same(postings, there, events)


def test_one_order_vests_all_the_rows_that_name_it():
    rows = [FORFEITED, {**FORFEITED, "asset": "ETH"}, {**FORFEITED, "case_id": "C-2"}]
    _, events = imported(*rows)

    assert [("C-1", 2), ("C-2", 1)] == [
        (each.case, len(each.items)) for each in events if each.kind == "forfeiture_became_final"
    ]


def test_an_order_over_many_holdings_is_told_in_several_events():
    _, events = imported(*({**FORFEITED, "quantity": str(n)} for n in range(1, 401)))

    assert [150, 150, 100] == [
        len(each.items) for each in events if each.kind == "forfeiture_became_final"
    ]


def test_holdings_are_numbered_in_the_order_of_the_file():
    there, _ = imported(
        {**PENDING, "quantity": "1"},
        {**PENDING, "quantity": "2", "holding_ref": "2"},
        {**PENDING, "quantity": "3"},
    )
    do(there, register({**PENDING, "quantity": "4"}))

    assert {"1": "1", "2": "2", "3": "3", "4": "4"} == {
        path.split("/")[1]: quantity
        for path, quantity in holdings(there).items()
        if "claimants" in path
    }


def test_what_is_assumed_is_named_in_the_event_it_belongs_to():
    _, events = imported({**SOLD, "assumed": "seized_on; final_on, proceeds custodian"})

    assert {
        "seized": ("seized_on", "custodian"),
        "forfeiture_became_final": ("final_on",),
        "disposed": ("proceeds",),
    } == {each.kind: each.assumed for each in events}


def test_what_a_register_cannot_know_is_assumed_by_name():
    _, events = imported({**PENDING, **EARLY, "control": "device"})
    by_kind = {each.kind: each for each in events}

    assert ("sale_order",) == by_kind["interlocutory_sale_ordered"].assumed
    assert by_kind["interlocutory_sale_ordered"].parties_heard_on is None
    assert ("swept_on", "custodian") == by_kind["swept"].assumed


def test_events_are_told_by_date():
    _, events = imported(SOLD, {**RETURNED, "quantity": "1", "final_on": "2025-04-01"})

    assert sorted(each.on for each in events) == [each.on for each in events]


# again


def test_a_second_import_of_the_same_file_changes_nothing():
    there, events = imported(SOLD, RETURNED, {**PENDING, "case_id": "C-2"})
    before = holdings(there), dict(there.versions)
    again = register(SOLD, RETURNED, {**PENDING, "case_id": "C-2"})

    assert [] == do(there, again)
    assert before == (holdings(there), there.versions)
    assert {
        "file": "register.csv",
        "rows": 3,
        "accepted": 0,
        "already_known": 3,
        "findings": [],
    } == again.told([])
    assert 3 == again.told(events)["accepted"]


def test_a_longer_file_brings_only_what_is_new():
    there, _ = imported(SOLD)
    asked = register(SOLD, RETURNED)
    events = do(there, asked)

    assert {"2"} == {each.holding for each in events}
    assert (1, 1) == (asked.told(events)["accepted"], asked.told(events)["already_known"])


def test_the_same_quantity_written_otherwise_is_the_same_row():
    there, _ = imported(PENDING)

    assert [] == do(there, register({**PENDING, "quantity": "10.000"}))


def test_what_was_imported_lives_on_as_any_other_case():
    there, _ = imported(PENDING)
    back = ReleaseHolding(
        **CASE, asset="BTC", quantity="10", released_on="2025-08-01", order_ref="R"
    )

    assert "more_than_held" == refused(there, back.model_copy(update={"quantity": "11"})).code
    do(there, back)
    assert {} == holdings(there)


# real files


@pytest.mark.parametrize(
    ("law", "file"),
    [
        ("template", "us_seized_sales.csv"),
        ("united-states", "us_seized_sales.csv"),
        ("template", "european_sales.csv"),
        ("kazakhstan", "demo/kazakhstan/register.csv"),
    ],
)
def test_the_registers_that_come_with_it_are_sound(law, file):
    content = (DATA / file).read_text(encoding="utf-8")
    asked = read(content, "register.csv")
    there = world(law)
    events = do(there, asked)

    assert len(list(csv.reader(content.splitlines()[1:]))) >= len(asked.rows)
    assert len(asked.rows) == asked.told(events)["accepted"]
    for happened in events:
        as_stored(happened)


def test_the_united_states_sales_add_up_to_their_source():
    content = (DATA / "us_seized_sales.csv").read_text(encoding="utf-8")
    there = world("template")
    do(there, read(content))
    sums: dict[str, int] = {}
    for account, asset, amount in there.balances:
        if account.side == "title":
            key = f"{account.klass} {asset}"
            sums[key] = sums.get(key, 0) + amount

    assert {"state USD": 385693104_00, "claimants BTC": 207189_00000000} == sums
