"""The demo's totals are the public figures, its prices real, its addresses valid and nobody's."""

import csv
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest
from btclib import b32, b58

DATA = Path(__file__).resolve().parents[2] / "data"
DEMO = DATA / "demo" / "kazakhstan"
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


VENUES = read(DEMO / "venues.csv")
REGISTER = read(DEMO / "register.csv")
CLOSES = {r["date"]: Decimal(r["close"]) for r in read(DATA / "prices" / "btc_usd_daily.csv")}
LAST_CLOSE = max(CLOSES)


def value_at_seizure(row: dict[str, str]) -> Decimal:
    price = Decimal(1) if row["asset"] == "USDT" else CLOSES[row["seized_on"]]
    return Decimal(row["quantity"]) * price


def test_130_venues_processed_124_million_dollars_to_the_cent() -> None:
    assert len(VENUES) == len({row["venue_id"] for row in VENUES}) == 130
    assert sum(Decimal(row["volume_usd"]) for row in VENUES) == Decimal("124000000.00")


def test_venues_were_shut_after_they_opened_and_before_the_story_ends() -> None:
    for row in VENUES:
        assert row["opened_on"] < row["shut_on"] <= "2026-06-30"


def test_a_few_venues_did_most_of_the_business() -> None:
    sizes = sorted((Decimal(row["volume_usd"]) for row in VENUES), reverse=True)

    assert sum(sizes[:13]) > sum(sizes) / 2
    assert min(sizes) > 0


def test_more_than_five_million_dollars_were_seized_at_the_closes_of_those_days() -> None:
    seized = sum(value_at_seizure(row) for row in REGISTER)

    assert Decimal("5000000") < seized < Decimal("5500000")


def test_every_outcome_and_every_control_is_told() -> None:
    assert {"pending", "forfeited", "returned", "restituted"} == {r["outcome"] for r in REGISTER}
    assert {"custody", "device", "restrained"} == {r["control"] for r in REGISTER}
    assert {"BTC", "USDT"} == {r["asset"] for r in REGISTER}
    assert len(REGISTER) >= 40
    assert len({row["case_id"] for row in REGISTER}) >= 25


def test_one_holding_of_ten_went_six_to_the_state_and_four_back() -> None:
    parts = defaultdict(list)
    for row in REGISTER:
        parts[row["case_id"], row["holding_ref"]].append((row["quantity"], row["outcome"]))

    expected = [[("6", "forfeited"), ("4", "returned")]]

    assert expected == [told for told in parts.values() if len(told) > 1]


def test_forfeited_proceeds_can_be_placed_with_managers() -> None:
    proceeds = [Decimal(r["proceeds"]) for r in REGISTER if r["disposal"] == "sell_and_invest"]

    assert Decimal("2500000") < sum(proceeds) < Decimal("3000000")


def test_one_pending_holding_was_sold_before_judgment() -> None:
    sold = Counter(row["disposal"] for row in REGISTER if row["outcome"] == "pending")

    assert sold["interlocutory_sale"] == 1
    assert set(sold) == {"", "interlocutory_sale"}


def test_one_forfeited_holding_of_bitcoin_is_kept_to_be_handed_over_in_kind() -> None:
    kept = [r for r in REGISTER if r["outcome"] == "forfeited" and not r["disposed_on"]]

    assert [row["asset"] for row in kept] == ["BTC"]
    assert "in kind" in kept[0]["note"]


def test_days_follow_each_other_and_are_no_weekend() -> None:
    for row in REGISTER:
        days = [row[c] for c in ("seized_on", "final_on", "disposed_on") if row[c]]

        assert days == sorted(days)
        assert all(date.fromisoformat(day).isoweekday() <= 5 for day in days)


def test_sales_are_at_the_days_close_less_a_small_discount_or_say_otherwise() -> None:
    for row in (r for r in REGISTER if r["disposed_on"]):
        by_rule = row["asset"] == "USDT" or row["disposed_on"] > LAST_CLOSE
        close = CLOSES.get(row["disposed_on"], CLOSES[LAST_CLOSE])
        price = Decimal(1) if row["asset"] == "USDT" else close
        share = Decimal(row["proceeds"]) / (Decimal(row["quantity"]) * price)

        assert Decimal("0.99") < share < 1
        assert by_rule == (row["assumed"] == "proceeds")
        assert not by_rule or "assumption" in row["note"] or LAST_CLOSE in row["note"]


def test_what_is_restrained_stays_at_a_venue_that_was_shut_by_then() -> None:
    shut_on = {row["name"]: row["shut_on"] for row in VENUES}
    restrained = [row for row in REGISTER if row["control"] == "restrained"]

    assert len(restrained) > 3
    assert all(shut_on[row["custodian"]] <= row["seized_on"] for row in restrained)


def test_everything_individual_says_that_it_is_illustrative() -> None:
    assert all(row["note"].startswith("Illustrative") for row in VENUES + REGISTER)


def nobodys_hashes() -> set[bytes]:
    return {sha256(f"qazyna demo {n}".encode()).digest()[:20] for n in range(1, 100)}


def base58check_payload(text: str) -> bytes:
    number = 0
    for character in text:
        number = number * 58 + BASE58.index(character)
    data = number.to_bytes(25, "big")
    assert sha256(sha256(data[:-4]).digest()).digest()[:4] == data[-4:]
    return data[:-4]


def bitcoin_hash_and_network(address: str) -> tuple[bytes, str]:
    if address.startswith("bc1"):
        _, program, network = b32.witness_from_address(address)
        return program, network
    _, digest, network = b58.h160_from_address(address)
    return digest, network


def test_bitcoin_addresses_are_valid_on_the_main_network_and_nobodys() -> None:
    for row in (r for r in REGISTER if r["asset"] == "BTC"):
        digest, network = bitcoin_hash_and_network(row["address"])

        assert network == "mainnet"
        assert digest in nobodys_hashes()


def test_tron_addresses_are_valid_and_nobodys() -> None:
    for row in (r for r in REGISTER if r["asset"] == "USDT"):
        payload = base58check_payload(row["address"])

        assert row["address"].startswith("T")
        assert payload[:1] == b"\x41"
        assert payload[1:] in nobodys_hashes()


def test_no_two_holdings_share_an_address() -> None:
    holdings = {(r["case_id"], r["holding_ref"], r["address"]) for r in REGISTER}

    assert len(holdings) == len({r["address"] for r in REGISTER})


@pytest.fixture(scope="module")
def made_again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    maker = DATA / "make" / "kazakhstan_demo.py"
    subprocess.run([sys.executable, maker, folder], check=True, timeout=60)
    return folder


def test_a_rerun_of_the_maker_gives_the_same_files(made_again: Path) -> None:
    expected = {path.name: path.read_bytes() for path in DEMO.iterdir()}

    assert expected == {path.name: path.read_bytes() for path in made_again.iterdir()}
