"""The law of the books, tried by hand: in SQL, as the database's owner, who may do any DML.

Each attempt is a right path but for one thing, and names the rule that refuses it. Every path is
also walked as it should be, so that a refusal is the rule's and not the test's.
"""

from collections.abc import Callable
from decimal import Decimal

import psycopg
import pytest

from tests.shell.store.guards import by_hand as path
from tests.shell.store.guards.by_hand import ByHand, Twists
from tests.shell.store.guards.trying import (
    NO_BOOKS,
    NOW,
    ON_EACH_POSTGRES,
    RIGHT_PATHS,
    TOGETHER,
    attempt,
    is_refused,
    no,
)

pytestmark = ON_EACH_POSTGRES


@pytest.mark.parametrize("walk", RIGHT_PATHS, ids=lambda walk: walk.__name__)
def test_the_right_path_is_open(books, walk):
    attempt(books, walk, {})


NAN = Decimal("NaN")
SECOND = "has_its_second_leg"
NO_LEG = no("book")
NOT_OF_THE_CASE = ["C-1", "C-1/1", "case/C-1/1", "case/C-1/", "case/c-1", "case/", "case/C"]
NOT_OF_THE_CASE += ["reserve", "workout/C-1", " case/C-1", "case/C-1\n"]
NOT_ITS_BOOKS = ["C-2/1", "C-1/1/1", "C-1/", "C-1//1", "c-1/1", "reserve", "budget", "1/C-1", ""]
NOT_ITS_BOOKS += ["workout/C-1", "workout/C-1/1", "case/C-1", "case/C-1/1", "/C-1/1"]


def worth(told: object) -> dict[str, object]:
    return {"value": told, "currency": "USD", "price_source": "par"}


ATTEMPTS: list[tuple[str, Callable[[ByHand], None], Twists, str]] = [
    # quantities
    ("post nothing", path.receive, {"its posting": {"quantity": 0}}, "more_than_nothing"),
    (
        "post less than nothing",
        path.receive,
        {"its posting": {"quantity": -1}},
        "more_than_nothing",
    ),
    ("post no number", path.receive, {"its posting": {"quantity": NAN}}, "more_than_nothing"),
    (
        "take out more than is held",
        path.move,
        {"its posting": {"quantity": 9}},
        "never_below_zero",
    ),
    (
        "take out what another title has",
        path.sell,
        {"what goes": {"quantity": 3}},
        "never_below_zero",
    ),
    # books and accounts
    *(
        (
            f"post in {told or 'nothing'}, which names no book",
            path.receive,
            {"its posting": {"book": told}},
            "names_a_book",
        )
        for told in NO_BOOKS
    ),
    *(
        (
            f"transfer to {told or 'nothing'}, which names no book",
            path.allocate,
            {"what enters": {"book": told}},
            "names_a_book",
        )
        for told in NO_BOOKS
    ),
    *(
        (f"leave out the {column}", path.receive, {"its posting": {column: None}}, no(column))
        for column in (
            *("asset", "quantity", "debit_class", "debit_detail"),
            *("credit_class", "credit_detail", "authority"),
        )
    ),
    ("post in no book at all", path.receive, {"its posting": {"book": None}}, NO_LEG),
    (
        "hold for claimants in a workout's book, by calling a case so",
        path.receive,
        {"its posting": {"book": "workout/1"}},
        "permitted_by_law",
    ),
    (
        "appropriate to a case that is called the reserve",
        path.appropriate,
        {"the scope": {"book": "reserve/1"}, "its posting": {"book": "reserve/1"}},
        "permitted_by_law",
    ),
    (
        "appropriate to the reserve under a grant of a case that is called so",
        path.appropriate,
        {"the scope": {"book": "reserve/1"}},
        "rests_on_a_grant",
    ),
    (
        "appropriate under a grant of what is spelled in another way",
        path.appropriate,
        {"the scope": {"book": "Reserve"}},
        "over_a_book",
    ),
    (
        "appropriate under a grant over a case that is called reserve",
        path.appropriate,
        {"the scope": {"book": "reserve/1"}},
        "rests_on_a_grant",
    ),
    (
        "post an asset there is not",
        path.receive,
        {"its posting": {"asset": "DOGE"}},
        "debits_what_is_lawful",
    ),
    (
        "let an asset come that there is not",
        path.sell,
        {"what comes": {"asset": "DOGE"}},
        "debits_what_is_lawful",
    ),
    (
        "take out of a place where nothing is",
        path.move,
        {"its posting": {"credit_detail": "nobody"}},
        "never_below_zero",
    ),
    (
        "take out of the same place in another case",
        path.move,
        {"its posting": {"book": "C-3/1"}},
        "never_below_zero",
    ),
    (
        "hold in an account of no class",
        path.receive,
        {"its posting": {"debit_class": ""}},
        "in_the_chart",
    ),
    (
        "post from an account to itself",
        path.move,
        {"its posting": {"debit": "C-1/1/custody/AFM"}},
        "two_accounts",
    ),
    (
        "move from a title to itself, under another detail",
        path.move,
        {
            "its posting": {
                "debit_class": "claimants",
                "credit_class": "claimants",
                "credit_detail": "somebody",
            }
        },
        "in_the_chart",
    ),
    (
        "join what the chart does not join",
        path.receive,
        {"its posting": {"debit": "C-1/1/claimants", "credit": "C-1/1/custody/AFM"}},
        "in_the_chart",
    ),
    (
        "call the entry what it is not",
        path.receive,
        {"the receipt": {"kind": "income"}},
        "in_the_chart",
    ),
    (
        "book for ever",
        path.receive,
        {"the receipt": {"value_date": "infinity"}},
        "a_calendar_day",
    ),
    ("book an entry of nothing", path.receive, {"its posting": None}, NO_LEG),
    (
        "keep coins in a bank",
        path.receive,
        {"its posting": {"debit": "C-1/1/bank/NBK"}},
        "permitted_by_law",
    ),
    (
        "let the reserve hold for claimants",
        path.receive,
        {
            "its posting": {
                "asset": "USD",
                "debit": "reserve/bank/NBK",
                "credit": "reserve/claimants",
            }
        },
        "permitted_by_law",
    ),
    # title
    (
        "vest without authority",
        path.vest,
        {"its posting": {"authority": "none", "scope": None}},
        "in_the_chart",
    ),
    (
        "vest on an authority that is not named",
        path.vest,
        {"its posting": {"scope": None}},
        "names_its_grant",
    ),
    (
        "vest on the order of another case",
        path.vest,
        {"its posting": {"scope": "the order in C-2, its scope"}},
        "rests_on_a_grant",
    ),
    (
        "vest by an order that another case gave",
        path.order,
        {"the finality": {"stream": "case/C-2"}},
        "of_that_very_case",
    ),
    (
        "vest by an order of another case, and say it is this one's",
        path.order,
        {"the finality": {"stream": "case/C-2"}, "the scope": {"stream": "case/C-1"}},
        "granted_with_its_event",
    ),
    *(
        (
            f"vest by an order of the stream {stream!r}",
            path.order,
            {"the finality": {"stream": stream}},
            "of_that_very_case",
        )
        for stream in NOT_OF_THE_CASE
    ),
    *(
        (
            f"order over {book!r}, which is not the case's",
            path.order,
            {"the scope": {"book": book}},
            "of_that_very_case",
        )
        for book in NOT_ITS_BOOKS
    ),
    *(
        (
            f"order over {book} by a case that is called so",
            path.order,
            {"the finality": {"stream": stream}, "the scope": {"book": book}},
            "of_that_very_case",
        )
        for book, stream in (("reserve", "case/reserve"), ("workout/1", "case/workout"))
    ),
    (
        "vest in a workout's book by an order of its own",
        path.order,
        {
            "the finality": {"stream": "workout/1"},
            "the scope": {"book": "workout/1"},
            "its posting": {"book": "workout/1"},
        },
        "never_below_zero",
    ),
    (
        "vest in one holding by an order over another",
        path.order,
        {"the scope": {"book": "C-1/2"}},
        "rests_on_a_grant",
    ),
    (
        "vest by an order over what names no book",
        path.order,
        {"the scope": {"book": "C-1"}, "its posting": {"book": "C-1"}},
        "over_a_book",
    ),
    *(
        (
            f"appropriate to {told or 'nothing'}, which names no book",
            path.appropriate,
            {"the scope": {"book": told}},
            "over_a_book",
        )
        for told in NO_BOOKS
    ),
    (
        "order over no book",
        path.order,
        {"the scope": {"book": None}},
        no("book", "authority"),
    ),
    (
        "order over an asset there is not",
        path.order,
        {"the scope": {"asset": "DOGE"}},
        "authority_asset_fkey",
    ),
    (
        "vest by an event that is no final order",
        path.order,
        {
            "the finality": {"kind": "forfeiture_ordered"},
            "the scope": {"event_kind": "forfeiture_ordered"},
        },
        "by_the_right_kind_of_event",
    ),
    (
        "vest by an event that is no final order, and say it is",
        path.order,
        {"the finality": {"kind": "forfeiture_ordered"}},
        "granted_with_its_event",
    ),
    (
        "vest by an authority there is not",
        path.order,
        {"the scope": {"authority": "necessity"}},
        "by_the_right_kind_of_event",
    ),
    (
        "vest more than the order says",
        path.vest,
        {"its posting": {"quantity": 3}},
        "never_overdrawn",
    ),
    (
        "vest more than a new order says",
        path.order,
        {"the scope": {"granted": 2}},
        "never_overdrawn",
    ),
    ("order nothing", path.order, {"the scope": {"granted": 0}}, "more_than_nothing"),
    ("order without measure", path.order, {"the scope": {"granted": NAN}}, "more_than_nothing"),
    (
        "add scope to an old order",
        path.order,
        {"the finality": None, "the scope": {"event": "the order in C-1", "asset": "USD"}},
        "granted_with_its_event",
    ),
    (
        "vest for a beneficiary on an order for the State",
        path.vest,
        {"its posting": {"credit": "C-1/1/beneficiaries/A"}},
        "in_the_chart",
    ),
    # two legs
    ("book half an exchange", path.sell, {"what comes": None}, "has_its_second_leg"),
    ("book the other half", path.sell, {"what goes": None}, NO_LEG),
    (
        "book the other half as if it were whole",
        path.sell,
        {"what goes": {"book": None}},
        NO_LEG,
    ),
    *(
        (f"leave out what comes: its {column}", path.sell, {"what comes": {column: None}}, SECOND)
        for column in (
            *("book", "asset", "quantity", "debit_class", "debit_detail"),
            *("credit_class", "credit_detail", "authority"),
        )
    ),
    *(
        (
            f"post one leg, and {column}",
            path.receive,
            {"the receipt": {column: value}},
            SECOND,
        )
        for column, value in (
            *(("book2", "C-1/1"), ("asset2", "USD"), ("quantity2", 1), ("authority2", "none")),
            *(("debit_class2", "bank"), ("debit_detail2", ""), ("credit_class2", "state")),
            *(("credit_detail2", ""), ("scope2", 1)),
        )
    ),
    ("call two legs one", path.sell, {"the sale": {"kind": "move", "legs": 1}}, SECOND),
    ("call one leg two", path.move, {"the move": {"kind": "exchange", "legs": 2}}, SECOND),
    ("book three legs", path.sell, {"the sale": {"legs": 3}}, "both_legs"),
    ("receive three legs", path.receive, {"the receipt": {"legs": 3}}, SECOND),
    ("receive no leg", path.receive, {"the receipt": {"legs": 0}}, SECOND),
    ("call a flow what none is", path.receive, {"the receipt": {"flow": "theft"}}, "a_flow"),
    *(
        (f"value it at {told}", path.receive, {"the receipt": worth(told)}, "a_number")
        for told in ("NaN", "Infinity", "-1e40")
    ),
    *(
        (f"value it without a {column}", path.receive, {"the receipt": told}, "valued_or_not")
        for column, told in (
            ("source", worth(1) | {"price_source": None}),
            ("currency", worth(1) | {"currency": None}),
            ("value", worth(None)),
        )
    ),
    ("write a leaf of nothing", path.receive, {"the receipt": {"leaf": b""}}, "fits_a_leaf"),
    (
        "let nothing come",
        path.sell,
        {"what comes": {"quantity": 0}},
        "more_than_nothing",
    ),
    (
        "let less than nothing come",
        path.sell,
        {"what comes": {"quantity": -1}},
        "more_than_nothing",
    ),
    ("let no number come", path.sell, {"what comes": {"quantity": NAN}}, "more_than_nothing"),
    (
        "let it come from where it goes",
        path.allocate,
        {"what enters": {"debit": "reserve/reserve"}},
        "second_leg_in_the_chart",
    ),
    (
        "let money come to a vault",
        path.sell,
        {"what comes": {"debit_class": "vault"}},
        "permitted_by_law",
    ),
    (
        "transfer to a title of another kind of book",
        path.allocate,
        {"what enters": {"credit_class": "budget"}},
        "permitted_by_law",
    ),
    (
        "let money come under an authority that is not named",
        path.sell,
        {"what comes": {"authority": "final_order"}},
        "names_its_grant",
    ),
    (
        "let money come by an order for coins",
        path.sell,
        {"what comes": {"authority": "final_order", "scope": "the order in C-1, its scope"}},
        "second_leg_in_the_chart",
    ),
    (
        "call half an exchange whole",
        path.sell,
        {"the sale": {"legs": 1}, "what comes": None},
        "both_legs",
    ),
    (
        "exchange and change the title",
        path.sell,
        {"what comes": {"credit": "C-1/1/claimants"}},
        "exchange_keeps_its_title",
    ),
    (
        "exchange into another book",
        path.sell,
        {"what comes": {"debit": "C-2/1/bank/NBK", "credit": "C-2/1/state"}},
        "exchange_keeps_its_title",
    ),
    (
        "exchange into another holding of the case",
        path.sell,
        {"what comes": {"book": "C-1/2"}},
        "exchange_keeps_its_title",
    ),
    (
        "exchange and pay under another detail of the title",
        path.sell,
        {"what comes": {"credit_detail": "another"}},
        "exchange_keeps_its_title",
    ),
    (
        "exchange what another detail of the title has",
        path.sell,
        {"what goes": {"debit_detail": "another"}},
        "exchange_keeps_its_title",
    ),
    (
        "exchange an asset for itself",
        path.sell,
        {"what comes": {"asset": "BTC", "debit": "C-1/1/custody/NIC"}},
        "exchange_changes_asset",
    ),
    (
        "sell what the claimants have without leave",
        path.sell_before_finality,
        {"what goes": {"authority": "none", "scope": None}},
        "in_the_chart",
    ),
    (
        "sell more of theirs than a court let be sold",
        path.sell_before_finality,
        {"what goes": {"quantity": 3}},
        "never_overdrawn",
    ),
    (
        "sell what is frozen where it is",
        path.sell,
        {"what goes": {"credit": "C-1/1/restrained/Venue"}},
        "in_the_chart",
    ),
    ("book half a transfer", path.allocate, {"what enters": None}, "has_its_second_leg"),
    (
        "transfer and arrive with more",
        path.allocate,
        {"what enters": {"quantity": 60_001}},
        "transfer_moves_the_same_units",
    ),
    (
        "transfer and arrive with something else",
        path.allocate,
        {"what enters": {"asset": "EUR"}},
        "transfer_moves_the_same_units",
    ),
    (
        "transfer within one book",
        path.allocate,
        {"what enters": {"debit": "C-1/1/bank/AFM", "credit": "C-1/1/state"}},
        "second_leg_in_the_chart",
    ),
    (
        "transfer to a title that state cannot become",
        path.allocate,
        {"what enters": {"debit": "C-2/1/bank/NBK", "credit": "C-2/1/claimants"}},
        "second_leg_in_the_chart",
    ),
    (
        "transfer what is the claimants'",
        path.allocate,
        {"what leaves": {"debit": "C-1/1/claimants"}},
        "in_the_chart",
    ),
    (
        "transfer to the reserve without allocation",
        path.allocate,
        {"what leaves": {"authority": "none", "scope": None}},
        "in_the_chart",
    ),
    (
        "allocate by another case's decision",
        path.allocate,
        {"the allocation": {"stream": "case/C-2"}},
        "of_that_very_case",
    ),
    (
        "let the reserve grow from nowhere",
        path.appropriate,
        {"its posting": {"authority": "none", "scope": None}},
        "in_the_chart",
    ),
    (
        "let the reserve grow by more than the act says",
        path.appropriate,
        {"its posting": {"quantity": 500_001}},
        "never_overdrawn",
    ),
    (
        "release without an order",
        path.pay_out,
        {"its posting": {"authority": "none", "scope": None}},
        "in_the_chart",
    ),
    (
        "release more than the order says",
        path.pay_out,
        {"its posting": {"quantity": 4}},
        "never_overdrawn",
    ),
    # no crypto-asset in the reserve
    (
        "appropriate BTC",
        path.appropriate,
        {
            "the scope": {"asset": "BTC"},
            "its posting": {"asset": "BTC", "debit": "reserve/custody/AFM"},
        },
        "permitted_by_law",
    ),
    (
        "transfer BTC to the reserve",
        path.allocate,
        {
            "the scope": {"asset": "BTC"},
            "what leaves": {"asset": "BTC", "credit": "C-1/1/custody/AFM", "quantity": 1},
            "what enters": {"asset": "BTC", "debit": "reserve/custody/AFM", "quantity": 1},
        },
        "permitted_by_law",
    ),
    # reversal
    ("reverse half", path.reverse, {"mirror 2": None}, "has_its_second_leg"),
    (
        "call half a reversal whole",
        path.reverse,
        {"the reversal": {"legs": 1}, "mirror 2": None},
        "mirrors_what_it_reverses",
    ),
    (
        "reverse without naming what",
        path.reverse,
        {"the reversal": {"reverses": None}},
        "reversal_of_something",
    ),
    (
        "reverse an entry, and post another one",
        path.reverse,
        {"the reversal": {"reverses": "the vesting of old", "reversed_kind": "exchange"}},
        "mirrors_what_it_reverses",
    ),
    (
        "reverse a change of title",
        path.reverse,
        {"the reversal": {"reverses": "the vesting of old"}},
        "reversal_of_what_can_be",
    ),
    (
        "call what is reversed by another kind",
        path.reverse,
        {"the reversal": {"reversed_kind": "move"}},
        "mirrors_what_it_reverses",
    ),
    (
        "reverse without saying what kind",
        path.reverse,
        {"the reversal": {"reversed_kind": None}},
        "reversal_of_what_can_be",
    ),
    (
        "name a kind, and reverse nothing",
        path.move,
        {"the move": {"reversed_kind": "exchange"}},
        "reversal_of_what_can_be",
    ),
    (
        "name what is reversed, and reverse nothing",
        path.move,
        {"the move": {"reverses": "the sale of old"}},
        "reversal_of_something",
    ),
    (
        "reverse the first leg, and more than the second",
        path.reverse,
        {"mirror 2": {"quantity": 1}},
        "second_leg_mirrors_what_it_reverses",
    ),
    (
        "reverse the first leg, and the second from another bank",
        path.reverse,
        {"mirror 2": {"credit": "C-1/1/bank/AFM"}},
        "second_leg_mirrors_what_it_reverses",
    ),
    (
        "reverse the first leg, and the second in another currency",
        path.reverse,
        {"leave for leg 2": {"asset": "EUR"}, "mirror 2": {"asset": "EUR"}},
        "second_leg_mirrors_what_it_reverses",
    ),
    (
        "reverse the second leg on leave for the first",
        path.reverse,
        {"mirror 2": {"scope": "leave for leg 1"}},
        "second_leg_rests_on_a_grant",
    ),
    (
        "reverse the second leg without a correction",
        path.reverse,
        {"mirror 2": {"authority": "none", "scope": None}},
        "second_leg_in_the_chart",
    ),
    (
        "reverse less than all",
        path.reverse,
        {"mirror 1": {"quantity": 1}},
        "mirrors_what_it_reverses",
    ),
    (
        "reverse to another place",
        path.reverse,
        {"mirror 1": {"debit": "C-1/1/custody/NIC"}},
        "mirrors_what_it_reverses",
    ),
    *(
        (
            f"reverse the first leg with another {name}",
            path.reverse,
            {"mirror 1": twist} | more,
            "mirrors_what_it_reverses",
        )
        for name, twist, more in (
            ("book", {"book": "C-2/1"}, {"leave for leg 1": {"book": "C-2/1"}}),
            ("holding", {"book": "C-1/2"}, {"leave for leg 1": {"book": "C-1/2"}}),
            ("asset", {"asset": "EUR"}, {"leave for leg 1": {"asset": "EUR"}}),
            ("class of place", {"debit_class": "pending"}, {}),
            ("detail of a place", {"debit_detail": ""}, {}),
            ("class of title", {"credit_class": "beneficiaries"}, {}),
            ("detail of a title", {"credit_detail": "another"}, {}),
        )
    ),
    *(
        (
            f"reverse the second leg with another {name}",
            path.reverse,
            {"mirror 2": twist} | more,
            "second_leg_mirrors_what_it_reverses",
        )
        for name, twist, more in (
            ("book", {"book": "C-2/1"}, {"leave for leg 2": {"book": "C-2/1"}}),
            ("holding", {"book": "C-1/2"}, {"leave for leg 2": {"book": "C-1/2"}}),
            ("asset", {"asset": "EUR"}, {"leave for leg 2": {"asset": "EUR"}}),
            ("class of place", {"credit_class": "receivable"}, {}),
            ("detail of a place", {"credit_detail": ""}, {}),
            ("class of title", {"debit_class": "beneficiaries"}, {}),
            ("detail of a title", {"debit_detail": "another"}, {}),
        )
    ),
    (
        "reverse the same way about",
        path.receive,
        {
            "the seizure": {"kind": "entry_reversed"},
            "the receipt": {"kind": "reverse", "reverses": "the sale of old"},
        },
        "in_the_chart",
    ),
    (
        "reverse without a correction",
        path.reverse,
        {"mirror 1": {"authority": "none", "scope": None}},
        "in_the_chart",
    ),
    # what belongs together is written together
    (
        "add an entry to an old event",
        path.receive,
        {"the receipt": {"event": "the order in C-1"}},
        "booked_with_its_event",
    ),
    ("forge the transaction of an event", path.receive, {"the seizure": {"tx": "3"}}, TOGETHER),
    ("forge the transaction of an entry", path.receive, {"the receipt": {"tx": "3"}}, TOGETHER),
    ("forge the transaction of a grant", path.order, {"the scope": {"tx": "3"}}, TOGETHER),
    ("backdate an event", path.receive, {"the seizure": {"recorded_at": "2020-01-01"}}, NOW),
    ("postdate an event", path.receive, {"the seizure": {"recorded_at": "2120-01-01"}}, NOW),
    (
        "write the same version of a stream twice",
        path.receive,
        {"the seizure": {"version": 1}},
        "event_stream_version_key",
    ),
    (
        "record more than a leaf takes",
        path.receive,
        {"the seizure": {"leaf": bytes(60_001)}},
        "fits_a_leaf",
    ),
]


@pytest.mark.parametrize(
    "walk, twists, by", [a[1:] for a in ATTEMPTS], ids=[a[0].replace(" ", "_") for a in ATTEMPTS]
)
def test_one_wrong_thing_is_refused(books, walk, twists, by):
    is_refused(by, books, walk, twists)


def test_what_waits_for_the_commit_is_refused_there_too(database, books):
    twists = {"the sweep": {"command": "nobody's"}}
    with (
        psycopg.connect(database.url("qazyna_owner")) as connection,
        pytest.raises(psycopg.errors.ForeignKeyViolation) as caught,
        connection.transaction(),
    ):
        path.move(ByHand(connection, twists, dict(books.ids)))
    assert "event_command_fkey" == caught.value.diag.constraint_name
