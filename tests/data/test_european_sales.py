"""The register of sales for euros says what its source says, and names what it assumes."""

import csv
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

from tests.history.register import read
from tests.support import do, world

DATA = Path(__file__).resolve().parents[2] / "data"
MADE = DATA / "european_sales.csv"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


SOURCE = {
    row["country"]: row
    for row in rows(DATA / "government_sales" / "government_bitcoin_disposals_compiled.csv")
    if row["currency"] == "EUR"
}
REGISTER = {row["case_id"][:2]: row for row in rows(MADE)}


def test_germany_finland_and_france_to_the_stated_proceeds() -> None:
    expected = {
        "DE": ("49858", "2639683413.92", "2024-07-12"),
        "FI": ("1889.1", "46500000", "2022-07-21"),
        "FR": ("611", "24000000", "2021-03-17"),
    }

    assert expected == {
        country: (row["quantity"], row["proceeds"], row["disposed_on"])
        for country, row in REGISTER.items()
    }
    assert {row["proceeds_currency"] for row in REGISTER.values()} == {"EUR"}


def test_each_row_keeps_the_sources_quantity_sum_and_address() -> None:
    assert SOURCE.keys() == REGISTER.keys()
    for country, source in SOURCE.items():
        made = REGISTER[country]
        assert source["quantity"] == made["quantity"]
        assert Decimal(source["proceeds"]) == Decimal(made["proceeds"])
        assert source["date_end"] == made["disposed_on"]
        assert source["source"] in made["note"]


def test_what_the_source_does_not_state_is_named_as_assumed() -> None:
    for country, row in REGISTER.items():
        filled = {c for c in ("custodian", "order_ref", "final_on", "final_ref") if row[c]}
        if country != "DE":
            filled.add("seized_on")

        assert filled <= set(row["assumed"].split())


def test_it_is_a_sound_register_whose_euros_are_the_claimants_until_judgment() -> None:
    there = world("template")
    do(there, read(MADE.read_text(encoding="utf-8"), "european_sales.csv"))
    euros = {
        account.klass: sum(
            amount
            for each, asset, amount in there.balances
            if asset == "EUR" and each.side == "title" and each.klass == account.klass
        )
        for account, asset, _ in there.balances
        if asset == "EUR" and account.side == "title"
    }

    assert {"claimants": 2663683413_92, "state": 46500000_00} == euros


def test_a_rerun_of_the_maker_gives_the_same_file(tmp_path: Path) -> None:
    again = tmp_path / "again.csv"

    subprocess.run(
        [sys.executable, DATA / "make" / "european_sales.py", again], check=True, timeout=60
    )

    assert MADE.read_bytes() == again.read_bytes()
