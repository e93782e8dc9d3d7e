"""What is seen from a terminal: the books of the sales of the United States, followed down."""

import csv
from collections import Counter
from decimal import Decimal

import pytest

from tests.shell.cli.conftest import SALES
from tests.shell.cli.line import ROOT

DAY = "2025-12-17"
CLOSE = ROOT / "data" / "prices" / "btc_usd_daily.csv"


def rows():
    with SALES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def close(day):
    with CLOSE.open(encoding="utf-8", newline="") as file:
        (found,) = (row["close"] for row in csv.DictReader(file) if row["date"] == day)
        return Decimal(found)


def balances(line, *words):
    return line.json("ledger", "balances", *words)["balances"]


def total(found, side, asset):
    return sum(
        Decimal(each["quantity"])
        for each in found
        if (each["side"], each["asset"]) == (side, asset)
    )


@pytest.fixture(scope="module")
def told(sold):
    return sold.json("statement", "--as-of", DAY)


# ── The sums of the file ────────────────────────────────────────────────────────────────────────


def test_proceeds_are_the_files_sum(told):
    proceeds = sum(Decimal(row["proceeds"] or 0) for row in rows())
    (found,) = told["proceeds"]
    assert ("USD", proceeds, "state") == (
        found["currency"],
        Decimal(found["amount"]),
        found["title"],
    )
    assert proceeds > 10**8


def test_what_was_sold_is_the_files_sum(sold):
    """The coins that left are those that came less those that are still there."""
    wanted = sum(Decimal(row["quantity"]) for row in rows() if row["disposal"])
    entries = sold.json("ledger", "entries")["entries"]
    left = sum(
        Decimal(posting["quantity"])
        for entry in entries
        for posting in entry["postings"]
        if (entry["kind"], posting["asset"]) == ("exchange", "BTC")
    )
    assert wanted == left


def test_what_was_not_sold_is_valued_at_that_days_close(told):
    unsold = {row["case_id"]: Decimal(row["quantity"]) for row in rows() if not row["disposal"]}
    held = {each["case"]: each for each in told["custody"] if each["asset"] == "BTC"}

    assert 3 == len(unsold)
    assert unsold == {case: Decimal(each["quantity"]) for case, each in held.items()}
    price = close(DAY)
    for case, quantity in unsold.items():
        assert quantity * price == Decimal(held[case]["value"])
        assert ("claimants", "custody") == (held[case]["title"], held[case]["control"])


def test_before_anything_was_seized_there_is_nothing(sold):
    assert [] == sold.json("statement", "--as-of", "2013-01-01")["custody"]
    assert [] == balances(sold, "--as-of", "2013-01-01")


def test_before_it_was_recorded_nothing_was_known(sold):
    found = sold.json("statement", "--as-of", DAY, "--known-at", "2020-01-01")
    assert ([], [], "0") == (found["custody"], found["proceeds"], found["total"])
    assert "0" == found["enforcement"]["seized_value"]
    assert [] == [each for each in found["estimates"] if "US-" in str(each)]
    assert [] == balances(sold, "--as-of", DAY, "--known-at", "2020-01-01T00:00:00Z")


def test_what_was_recorded_since_is_known_now(sold, told):
    found = sold.json("statement", "--as-of", DAY, "--known-at", "2999-01-01")
    assert told["custody"] == found["custody"]
    assert told["estimates"] == found["estimates"]


# ── The ledger ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("words", [(), ("--as-of", "2014-06-01"), ("--as-of", DAY)])
def test_both_sides_are_equal_in_every_book_and_asset(demo, sold, words):
    for line in (demo, sold):
        sides = {side: Counter() for side in ("location", "title")}
        for each in balances(line, *words):
            sides[each["side"]][each["book"], each["asset"]] += Decimal(each["quantity"])
        assert sides["location"] == sides["title"]
        assert all(quantity > 0 for side in sides.values() for quantity in side.values())


def test_balances_of_a_day_follow_from_the_entries_up_to_it(sold):
    day = "2015-06-30"
    held = Counter()
    for entry in sold.json("ledger", "entries", "--to", day)["entries"]:
        for posting in entry["postings"]:
            held[posting["debit"], posting["asset"]] += Decimal(posting["quantity"])
            held[posting["credit"], posting["asset"]] -= Decimal(posting["quantity"])
    told = {
        (each["account"], each["asset"]): Decimal(each["quantity"])
        * (1 if each["side"] == "location" else -1)
        for each in balances(sold, "--as-of", day)
    }
    assert told == {key: amount for key, amount in held.items() if amount}


def test_accounts_are_chosen_by_the_beginning_of_their_path(sold):
    found = balances(sold, "--account", "US-12/1/")
    assert {"US-12/1/claimants", "US-12/1/custody/State Custodian"} == {
        each["account"] for each in found
    }
    assert [] == balances(sold, "--account", "S-12")


def test_entries_come_oldest_first_and_whole(sold):
    whole = sold.json("ledger", "entries")["entries"]
    dates = [entry["value_date"] for entry in whole]
    assert sorted(dates) == dates
    assert whole[:5] == sold.json("ledger", "entries", "--limit", "5")["entries"]
    for entry in whole:
        assert len(entry["postings"]) == (2 if entry["kind"] == "exchange" else 1)
    window = ("--from", "2015-01-01", "--to", "2015-12-31")
    assert [each for each in whole if each["value_date"][:4] == "2015"] == sold.json(
        "ledger", "entries", *window
    )["entries"]


def test_an_entry_says_what_it_rests_on(sold):
    (vested,) = (
        posting["authority"]
        for entry in sold.json("ledger", "entries", "--account", "US-01/")["entries"]
        for posting in entry["postings"]
        if entry["kind"] == "vest"
    )
    assert "final_order" == vested


# ── Cases ───────────────────────────────────────────────────────────────────────────────────────


def test_a_case_is_told_in_the_assets_own_units(sold):
    found = sold.json("case", "show", "US-01")
    (row,) = (row for row in rows() if row["case_id"] == "US-01")
    seized, final, sold_ = (event["facts"] for event in found["events"])

    assert ("29657", "BTC") == (seized["amount"], seized["asset"])
    assert [{"holding": "1", "asset": "BTC", "amount": "29657"}] == final["items"]
    assert (row["proceeds"], "0", "29657") == (
        sold_["proceeds"],
        sold_["costs"],
        sold_["amount"],
    )
    (order,) = found["orders"]
    assert [{"holding": "1", "asset": "USD", "quantity": row["proceeds"]}] == order["now"]
    assert row["final_on"] == order["final_on"]


def test_what_is_private_is_not_told(there):
    there.run(
        "seize",
        case="C-1",
        holding="1",
        asset="BTC",
        quantity="1",
        seized_on="2025-03-03",
        authority="AFM",
        address="1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
        note="of somebody",
    )
    answer = there("case", "show", "C-1", "--json")
    facts = answer.json["events"][0]["facts"]
    assert ("private", "private") == (facts["address"], facts["note"])
    assert "1BvBMSE" not in answer.out + there("case", "show", "C-1").out


def test_a_case_that_is_not_there(sold):
    for words in (("US-99",), ("",), ("US-01/1",)):
        assert "no_case" == sold.refused("case", "show", *words)["code"]


def test_every_case_is_listed(sold):
    found = sold.json("case", "list")["cases"]
    assert sorted({row["case_id"] for row in rows()}) == [each["case"] for each in found]


def test_every_event_of_the_demo_is_told_in_its_own_units(demo):
    """No amount is left in base units: what a case's events say adds up to what it holds."""
    for each in demo.json("case", "list")["cases"]:
        found = demo.json("case", "show", each["case"])
        seized = Counter()
        for event in found["events"]:
            if event["kind"] == "seized":
                seized[event["facts"]["asset"]] += Decimal(event["facts"]["amount"])
        entries = demo.json("ledger", "entries", "--account", f"{each['case']}/")["entries"]
        received = Counter()
        for entry in entries:
            if entry["kind"] == "receive":
                for posting in entry["postings"]:
                    received[posting["asset"]] += Decimal(posting["quantity"])
        assert seized == received


# ── The law ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["kazakhstan", "template"])
def test_shipped_blueprints_are_sound(sold, name):
    assert {"ok": True, "problems": []} == sold.json("blueprint", "check", name)
    assert {"ok": True, "problems": []} == sold.json(
        "blueprint", "check", ROOT / "blueprints" / f"{name}.toml"
    )


def test_the_law_of_a_day(sold):
    """One answer a clause: the one that stood that day."""
    through_time = sold.json("blueprint", "show", "template")
    for day in (through_time["first"], "2023-12-31", "2024-01-01"):
        shown = {
            clause["clause"]: clause["values"]
            for clause in sold.json("blueprint", "show", "template", "--on", day)["clauses"]
        }
        for clause in through_time["clauses"]:
            stood = [each for each in clause["values"] if each["from"] <= day]
            assert stood[-1:] == shown.get(clause["clause"], [])


def test_bytes_that_are_no_text_have_a_line(sold, tmp_path):
    file = tmp_path / "b.toml"
    file.write_bytes(b"a = 1\nb = '\xff'\n")
    answer = sold("blueprint", "check", file, "--json")
    assert (1, 2) == (answer.status, answer.json["problems"][0]["line"])
    assert "file_refused" == sold.refused("blueprint", "show", file)["code"]
