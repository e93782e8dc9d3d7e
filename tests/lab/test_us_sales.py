"""The real register of United States sales: an auction as it was, and the coins kept instead."""

import csv
from datetime import date
from decimal import Decimal
from functools import cache

from qazyna.lab.compare import Compared, compare, document
from qazyna.lab.register import read
from qazyna.shell.adapters.tables import read_table
from tests.lab.support import AUCTION, HOLD, ROOT, changed, shipped

SINCE, UNTIL = date(2014, 1, 1), date(2025, 12, 17)
FILE = ROOT / "data" / "us_seized_sales.csv"


@cache
def compared() -> Compared:
    columns, lines, _ = read_table(FILE)
    models = [changed("auction", AUCTION), changed("hold", HOLD)]
    return compare(read(FILE.name, columns, lines), models, shipped(), SINCE, UNTIL)


def source() -> dict[str, dict[str, str]]:
    """The source's own rows, by the day of the sale."""
    path = ROOT / "data" / "government_sales" / "us_seized_btc_sales_jlopp.csv"
    with path.open(encoding="utf-8") as lines:
        return {row["date_iso_normalised"]: row for row in csv.DictReader(lines)}


def test_every_recorded_auction_is_the_sources():
    told = document(compared())["models"]["auction"]["rows"]
    recorded = [row for row in told if row["recorded"]]
    assert 10 == len(recorded)
    for row in recorded:
        of = source()[row["disposed_on"]]
        assert of["btc"] == row["quantity"]
        assert of["usd"] == row["proceeds"]
        assert Decimal(of["market_close_usd_cryptocompare"]) == Decimal(row["close"])
        cent = Decimal("0.01")
        assert Decimal(of["implied_usd_per_btc"]) == Decimal(row["price"]).quantize(cent)
        assert abs(Decimal(of["discount_to_close"]) - Decimal(row["discount"])) < Decimal("6e-5")


def test_the_negotiated_sale_is_auctioned_by_a_model_that_auctions():
    told = document(compared())["models"]["auction"]["rows"]
    own = [row for row in told if not row["recorded"]]
    assert {"US-11"} == {row["case"] for row in own}
    assert Decimal(9861) == sum(Decimal(row["quantity"]) for row in own)


def test_what_is_kept_instead_is_worth_its_quantity_at_the_close():
    found = compared().outcomes["hold"]
    close = shipped().close("BTC", UNTIL)
    assert Decimal("195591.7501") * close == found.held_value == found.end_value
    assert Decimal(207189) * close == found.pending_value


def test_coins_in_are_coins_sold_or_held():
    for name, played in compared().plays.items():
        seized = sum(lot.holding.amount for lot in played.lots)
        sold = sum(sale.amount for sale in played.sales)
        held = sum(
            amount
            for account, code, amount in played.office.books
            if code == "BTC" and account.side == "title"
        )
        assert seized == sold + held, name


def test_played_twice_it_is_the_same():
    first = document(compared())
    compared.cache_clear()
    assert first == document(compared())


def test_regret_is_the_difference_of_end_values():
    told = document(compared())
    ends = {name: Decimal(found["end_value"]) for name, found in told["models"].items()}
    assert ends["hold"] - ends["auction"] == Decimal(told["regret"]["auction"]["hold"])
    assert ends["auction"] - ends["hold"] == Decimal(told["regret"]["hold"]["auction"])
