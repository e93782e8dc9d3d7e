"""Attempts on the books that take more than one step, and what postings do however they come."""

from decimal import Decimal

import pytest

from tests.shell.store.guards import by_hand as path
from tests.shell.store.guards.by_hand import ByHand
from tests.shell.store.guards.trying import (
    FOLLOW,
    NOW,
    ON_EACH_POSTGRES,
    TOGETHER,
    is_refused,
)

NAN = Decimal("NaN")

pytestmark = ON_EACH_POSTGRES


def use_an_order_twice(books: ByHand) -> None:
    path.vest(books)
    path.vest(books)


def add_scope_to_an_old_order_as_if_new(books: ByHand) -> None:
    path.order(books.twisted({"the scope": {"event": "the order in C-1", "tx": _tx(books)}}))


def grant_the_same_twice(books: ByHand) -> None:
    path.order(books)
    books.ids["the finality"] = books.one("SELECT max(seq) FROM books.event")
    kind = "forfeiture_became_final"
    books.grant("more", "final_order", "the finality", kind, "C-1/1", asset="BTC", granted=3)


def reverse_twice(books: ByHand) -> None:
    path.reverse(books)
    path.reverse(books)


def reverse_a_reversal(books: ByHand) -> None:
    """It gave back what the release had drawn: the order could be used once more."""
    path.pay_out(books)
    path.reverse(books, "the release")
    path.reverse(books, "the reversal")


def reverse_a_change_of_title(books: ByHand) -> None:
    path.order(books)
    path.reverse(books, "the vesting")


def post_two_halves_of_two_exchanges(books: ByHand) -> None:
    path.sell(books.twisted({"what comes": None}))
    path.sell(books.twisted({"what goes": None}))


def reverse_half_of_two_exchanges(books: ByHand) -> None:
    """The coins of one, the money of the other."""
    path.sell(books, 2)
    path.reverse(books.twisted({"mirror 2": {"credit": "C-1/1/bank/AFM"}}), "the sale")


def bring_in_an_asset_from_nowhere(books: ByHand) -> None:
    books.insert("asset", {"code": "XBT", "class": "currency", "scale": 8})


def bring_in_an_asset_by_an_old_event(books: ByHand) -> None:
    event = books.ids["the law"]
    books.insert("asset", {"code": "XBT", "class": "currency", "scale": 8, "event": event})


HELD = {"asset": "BTC", "quantity": 1, "last_day": path.DAY}
COINS_IN_RESERVE = {"book_kind": "reserve", "class": "custody", "side": "location"}
COINS_IN_RESERVE |= {"asset_class": "crypto"}


def permit_what_cannot_be(books: ByHand) -> None:
    books.event("a law", "blueprint_adopted", "law")
    place = COINS_IN_RESERVE | {"class": "bank", "event": books.ids["a law"]}
    books.insert("permitted", place)


def hold_coins_in_the_reserve_as_currency(books: ByHand) -> None:
    account = {"book": "reserve", "class": "bank", "detail": "NBK"}
    books.insert("holding", account | HELD)


def permit_crypto_by_an_old_law(books: ByHand) -> None:
    event = books.ids["the law"]
    books.insert("permitted", COINS_IN_RESERVE | {"event": event})


def permit_crypto_by_another_event(books: ByHand) -> None:
    books.event("a decision", "seized", "law")
    event = books.ids["a decision"]
    books.insert("permitted", COINS_IN_RESERVE | {"event": event})


def permit_crypto_by_a_law_of_another_stream(books: ByHand) -> None:
    books.event("a decision", "blueprint_adopted", "case/C-1")
    event = books.ids["a decision"]
    books.insert("permitted", COINS_IN_RESERVE | {"event": event})


def quote_a_price_by_an_old_event(books: ByHand) -> None:
    row = {"asset": "BTC", "currency": "USD", "on_date": "2026-05-01", "price": 1, "source": "me"}
    books.insert("price", row | {"event": books.ids["the law"]})


def quote_no_price(books: ByHand) -> None:
    books.event("a quote", "priced", "prices")
    row = {"asset": "BTC", "currency": "USD", "on_date": "2026-05-01", "price": NAN, "source": "me"}
    books.insert("price", row | {"event": books.ids["a quote"]})


def keep_another_text_under_a_digest(books: ByHand) -> None:
    books.insert("document", {"sha256": bytes(32), "name": "order.pdf", "content": b"forged"})


def backdate_a_command(books: ByHand) -> None:
    body = {"key": "mine", "kind": "seize", "actor": "me"}
    body |= {"body_sha256": bytes(32), "salt": bytes(16)}
    books.insert("command", body | {"recorded_at": "2020-01-01"})


def grant_where_another_schema_says_that_all_is_equal(books: ByHand) -> None:
    books.connection.execute(
        "CREATE SCHEMA other;"
        " CREATE FUNCTION other.same(text, text) RETURNS boolean IMMUTABLE LANGUAGE sql AS"
        " 'SELECT true';"
        " CREATE OPERATOR other.= (LEFTARG = text, RIGHTARG = text, FUNCTION = other.same);"
        " SET LOCAL search_path = other, pg_catalog"
    )
    path.order(books.twisted({"the scope": {"authority": "necessity"}}))


def move_a_holding_where_another_schema_says_how_deep(books: ByHand) -> None:
    books.connection.execute(
        "CREATE SCHEMA other;"
        " CREATE FUNCTION other.pg_trigger_depth() RETURNS integer LANGUAGE sql AS 'SELECT 9';"
        " CREATE FUNCTION other.never(integer, integer) RETURNS boolean LANGUAGE sql AS"
        " 'SELECT false';"
        " CREATE OPERATOR other.< (LEFTARG = integer, RIGHTARG = integer, FUNCTION = other.never);"
        " SET LOCAL search_path = other, pg_catalog"
    )
    books.connection.execute("UPDATE books.holding SET quantity = quantity")


def use_an_order_twice_for_two_details_of_a_title(books: ByHand) -> None:
    path.vest(books)
    path.vest(books.twisted({"its posting": {"credit_detail": "another"}}))


def sell_what_another_detail_of_the_title_has(books: ByHand) -> None:
    path.vest(books.twisted({"its posting": {"credit_detail": "another"}}))
    path.sell(books, 3)


def move_back_from_a_detail_spelled_in_another_way(books: ByHand) -> None:
    path.move(books)
    back = {"debit": "C-1/1/custody/AFM", "credit": "C-1/1/custody/NIC "}
    path.move(books.twisted({"its posting": back}))


def reverse_with_the_legs_exchanged(books: ByHand) -> None:
    """Each leg is mirrored, in the place of the other."""
    books.event("the correction", "entry_reversed", "case/C-1")
    by = ("correction", "the correction", "entry_reversed", "C-1/1")
    for number, asset, quantity in ((1, "BTC", 2), (2, "USD", 100_000)):
        books.grant(f"leave for leg {number}", *by, asset=asset, granted=quantity)
    coins, bank, title = "C-1/1/custody/AFM", "C-1/1/bank/NBK", "C-1/1/state"
    rests = {"authority": "correction"}
    goes = {"scope": "leave for leg 2", "debit": title, "credit": bank}
    comes = {"scope": "leave for leg 1", "debit": coins, "credit": title}
    legs = (path.leg("1", "USD", 100_000, **goes, **rests),
            path.leg("2", "BTC", 2, **comes, **rests))  # fmt: skip
    of_old = {"reverses": "the sale of old"}
    books.entry("the reversal", "the correction", "reverse", *legs, **of_old)


def reverse_a_transfer_from_another_book(books: ByHand) -> None:
    path.allocate(books)
    twists = {"leave for leg 2": {"book": "budget"}, "mirror 2": {"book": "budget"}}
    path.reverse(books.twisted(twists), "the transfer")


def _tx(books: ByHand) -> str:
    return str(
        books.one("SELECT tx FROM books.event WHERE seq = %s", books.ids["the order in C-1"])
    )


STEPS = [
    (use_an_order_twice, "never_overdrawn"),
    (add_scope_to_an_old_order_as_if_new, TOGETHER),
    (grant_the_same_twice, "granted_once"),
    (reverse_twice, "reversed_once"),
    (reverse_a_reversal, "reversal_of_what_can_be"),
    (reverse_a_change_of_title, "reversal_of_what_can_be"),
    (post_two_halves_of_two_exchanges, "has_its_second_leg"),
    (reverse_half_of_two_exchanges, "second_leg_mirrors_what_it_reverses"),
    (bring_in_an_asset_from_nowhere, "a new asset comes with an event"),
    (bring_in_an_asset_by_an_old_event, "asset_event_tx_fkey"),
    (permit_what_cannot_be, "can_be_there"),
    (hold_coins_in_the_reserve_as_currency, FOLLOW),
    (move_a_holding_where_another_schema_says_how_deep, FOLLOW),
    (permit_crypto_by_an_old_law, "permitted_event_tx_event_kind_stream_fkey"),
    (permit_crypto_by_another_event, "permitted_event_tx_event_kind_stream_fkey"),
    (permit_crypto_by_a_law_of_another_stream, "permitted_event_tx_event_kind_stream_fkey"),
    (quote_a_price_by_an_old_event, "price_event_tx_fkey"),
    (quote_no_price, "price_price_check"),
    (keep_another_text_under_a_digest, "document_check"),
    (backdate_a_command, NOW),
    (grant_where_another_schema_says_that_all_is_equal, "by_the_right_kind_of_event"),
    (use_an_order_twice_for_two_details_of_a_title, "never_overdrawn"),
    (sell_what_another_detail_of_the_title_has, "never_below_zero"),
    (move_back_from_a_detail_spelled_in_another_way, "never_below_zero"),
    (reverse_with_the_legs_exchanged, "second_leg_in_the_chart"),
    (reverse_a_transfer_from_another_book, "second_leg_mirrors_what_it_reverses"),
]


@pytest.mark.parametrize("walk, by", STEPS, ids=[walk.__name__ for walk, _ in STEPS])
def test_several_steps_do_not_help(books, walk, by):
    is_refused(by, books, walk, {})


# ── What is posted, however it is posted, moves the running quantities ──────────────────────────

ONE_STATEMENT = """
    WITH happened AS (
        INSERT INTO books.event (stream, version, kind, command, value_date, leaf)
        VALUES ('case/C-2', 99, 'seized', 'by hand', '2026-05-01', '{}') RETURNING seq
    ), parties AS (
        SELECT book, debit_class, debit_detail, credit_class, credit_detail
        FROM books.posting WHERE entry = %s
    ), first AS (
        INSERT INTO books.entry (event, number, kind, legs, value_date, flow, leaf, asset, quantity,
                                 book, debit_class, debit_detail, credit_class, credit_detail)
        SELECT seq, n, 'receive', 1, '2026-05-01', 'inflow', '{}', 'BTC', 7, parties.*
        FROM happened, parties, generate_series(1, 2) n RETURNING 1
    )
    INSERT INTO books.entry (event, number, kind, legs, value_date, flow, leaf, asset, quantity,
                             book, debit_class, debit_detail, credit_class, credit_detail)
    SELECT seq, 3, 'receive', 1, '2026-05-01', 'inflow', '{}', 'BTC', 11, parties.*
    FROM happened, parties
"""
MERGED = """
    MERGE INTO books.entry p USING (SELECT %s::bigint AS event) n ON p.event = n.event
    WHEN NOT MATCHED THEN
        INSERT (event, number, kind, legs, value_date, flow, leaf, asset, quantity, book,
                debit_class, debit_detail, credit_class, credit_detail)
        VALUES (n.event, 1, 'receive', 1, '2026-05-01', 'inflow', '{}', 'BTC', 25, 'C-2/1',
                'custody', 'AFM', 'claimants', '')
"""


def _held(books: ByHand, account: str) -> int:
    query = """SELECT quantity FROM books.holding
               WHERE (book, class, detail) = (%s, %s, %s) AND asset = 'BTC'"""
    return int(books.one(query, *path.split(account)))


def test_entries_of_one_statement_all_count(books):
    receipt = books.one("SELECT entry FROM books.posting WHERE book = 'C-2/1' AND kind = 'receive'")
    with books.connection.transaction(force_rollback=True):
        books.connection.execute(ONE_STATEMENT, [receipt])
        assert 5 + 7 + 7 + 11 == _held(books, "C-2/1/claimants")
        assert 5 + 7 + 7 + 11 == _held(books, "C-2/1/custody/AFM")


def test_a_merged_entry_counts(books):
    with books.connection.transaction(force_rollback=True):
        hand = books.twisted({"the receipt": None})
        path.receive(hand, "C-2")
        hand.connection.execute(MERGED, [hand.ids["the seizure"]])
        assert 30 == _held(books, "C-2/1/claimants")


def test_a_reversal_gives_back_what_was_drawn(books):
    """And only once: the order can be used again for just as much."""
    with books.connection.transaction(force_rollback=True):
        hand = books.twisted({})
        path.sell_before_finality(hand)
        used = "SELECT used FROM books.drawn WHERE authority = %s"
        scope = hand.ids["the order in C-2, its scope"]
        assert 2 == hand.one(used, scope)
        path.reverse(hand, "the sale")
        assert 0 == hand.one(used, scope)


def test_the_longest_names_are_booked_and_taken_back(books):
    """Four bytes a sign, and no two alike: nothing that an index could make smaller."""
    case, holding, old, new = (
        "".join(chr(0x10000 + (7919 * (i + 131 * which)) % 50_000) for i in range(length))
        for which, length in enumerate((120, 80, 120, 120))
    )
    book = f"{case}/{holding}"
    places = {"debit": f"C/1/custody/{new}", "credit": f"C/1/custody/{old}", "book": book}
    with books.connection.transaction(force_rollback=True):
        title = {"debit": f"C/1/custody/{old}", "credit": f"C/1/claimants/{new}", "book": book}
        hand = books.twisted({"its posting": title})
        path.receive(hand, case)
        hand.event("the sweep", "swept", f"case/{case}")
        hand.entry("the move", "the sweep", "move", path.leg("it", "BTC", 1, **places))
        back = {"debit": f"C/1/custody/{old}", "credit": f"C/1/custody/{new}", "book": book}
        hand.event("the correction", "entry_reversed", f"case/{case}")
        by = ("correction", "the correction", "entry_reversed", book)
        hand.grant("leave", *by, asset="BTC", granted=1)
        rests = {"authority": "correction", "scope": "leave"}
        mirror = path.leg("it back", "BTC", 1, **back, **rests)
        hand.entry("the reversal", "the correction", "reverse", mirror, reverses="the move")
        hand.connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        kept = "SELECT quantity FROM books.holding WHERE book = %s AND detail = %s"
        assert (1, 0) == (
            hand.one(f"{kept} AND class = 'custody'", book, old),
            hand.one(f"{kept} AND class = 'custody'", book, new),
        )
