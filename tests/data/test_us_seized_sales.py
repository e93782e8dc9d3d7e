"""The register of United States sales says what its source says, and names what it assumes."""

import csv
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "data"


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


SOURCE = read(DATA / "government_sales" / "us_seized_btc_sales_jlopp.csv")
REGISTER = read(DATA / "us_seized_sales.csv")


def total(rows: list[dict[str, str]], column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows), Decimal(0))


def test_eleven_sales_and_three_unsold_holdings() -> None:
    expected = ["forfeited"] * 11 + ["pending"] * 3

    assert expected == [row["outcome"] for row in REGISTER]


def test_bitcoin_sold_and_dollars_equal_the_sources_sums() -> None:
    sold = [row for row in REGISTER if row["disposed_on"]]
    stated = [row for row in SOURCE if row["usd"]]

    assert total(stated, "btc") == total(sold, "quantity") == Decimal("195591.7501")
    assert total(stated, "usd") == total(sold, "proceeds") == Decimal("385693104")


def test_bitcoin_still_held_equals_the_sources_sum() -> None:
    held = [row for row in REGISTER if not row["disposed_on"]]

    assert total([row for row in SOURCE if not row["usd"]], "btc") == total(held, "quantity")


def test_each_row_keeps_the_sources_day_amount_and_address() -> None:
    expected = [(row["date_iso_normalised"], row["btc"], row["usd"]) for row in SOURCE]

    assert expected == [(r["disposed_on"], r["quantity"], r["proceeds"]) for r in REGISTER]
    assert all(s["url"] in r["note"] for s, r in zip(SOURCE, REGISTER, strict=True))


def test_days_that_the_source_does_not_state_are_named_as_assumed() -> None:
    for row in REGISTER:
        invented = {c for c in ("seized_on", "order_ref", "final_on", "final_ref") if row[c]}

        assert invented <= set(row["assumed"].split())


def test_a_rerun_of_the_maker_gives_the_same_file(tmp_path: Path) -> None:
    again = tmp_path / "again.csv"
    maker = DATA / "make" / "us_seized_sales.py"

    subprocess.run([sys.executable, maker, again], check=True, timeout=60)

    assert (DATA / "us_seized_sales.csv").read_bytes() == again.read_bytes()
