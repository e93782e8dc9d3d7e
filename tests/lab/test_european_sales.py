"""Sales for euros that the press reported, reproduced with the rate of their day."""

from datetime import date
from decimal import Decimal
from functools import cache

import pytest

from qazyna import blueprint
from qazyna.lab.compare import compare, document
from qazyna.lab.model import Model
from qazyna.lab.register import read
from qazyna.shell.adapters.tables import read_table
from tests.lab.support import NOWHERE, ROOT, TO_THE_BUDGET, changed, shipped

FILE = ROOT / "data" / "european_sales.csv"
NEGOTIATED = {"practice.disposal": "negotiated_sale", **TO_THE_BUDGET, **NOWHERE}


def german() -> Model:
    text = (ROOT / "blueprints" / "german-interlocutory.toml").read_text(encoding="utf-8")
    return Model("german", blueprint.parse(text, "german"))


@cache
def rows(currency: str = "EUR"):
    columns, lines, _ = read_table(FILE)
    models = [german(), changed("negotiated", NEGOTIATED)]
    window = date(2020, 3, 17), date(2025, 12, 17)
    found = compare(read(FILE.name, columns, lines), models, shipped(currency), *window)
    return {
        (name, row["case"]): row
        for name, told in document(found)["models"].items()
        for row in told["rows"]
        if row["recorded"]
    }


@pytest.mark.parametrize(
    ("model", "case", "quantity", "euros", "on"),
    [
        ("german", "DE-01", "49858", "2639683413.92", "2024-07-12"),
        ("german", "FR-01", "611", "24000000", "2021-03-17"),
        ("negotiated", "FI-01", "1889.1", "46500000", "2022-07-21"),
    ],
)
def test_a_reported_sale_brings_what_was_reported(model, case, quantity, euros, on):
    row = rows()[model, case]
    assert (quantity, euros, "EUR", on) == (
        row["quantity"],
        row["proceeds"],
        row["currency"],
        row["disposed_on"],
    )
    dollars = shipped().close("BTC", date.fromisoformat(on))
    rate = shipped("EUR").rates["USD"].on(date.fromisoformat(on))
    assert abs(dollars / rate - Decimal(row["close"])) < Decimal("1e-15")
    apart = Decimal(euros) / Decimal(quantity) / (dollars / rate) - 1
    assert abs(apart - Decimal(row["discount"])) < Decimal("1e-15")


def test_no_other_sale_is_taken_from_the_register():
    assert 3 == len(rows())
