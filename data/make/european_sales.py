"""Make european_sales.csv, a register file, from the compiled table of government disposals.

python data/make/european_sales.py [FILE]

Three sales for euros whose proceeds are stated: Saxony 2024, Finnish Customs 2022, and the French
agency 2021. A register asks for more than press states; what is added is an assumption, is named in
the row's `assumed` column, and follows the few rules below. No quantity, sum or day is changed.
"""

import sys
from datetime import date, timedelta
from pathlib import Path

from common import DATA, REGISTER_COLUMNS, read_csv, write_csv

SOURCE = DATA / "government_sales" / "government_bitcoin_disposals_compiled.csv"

# Where no seizure is publicly tied to a sale, it is assumed a year before it.
SEIZED_BEFORE_SALE = timedelta(days=365)
# A forfeited asset is sold after its order is final; a month is assumed between the two.
FINAL_BEFORE_SALE = timedelta(days=30)

# The source's own note gives the day on which the coins came to the police.
SEIZED = {"DE": date(2024, 1, 16)}

# Sold by leave of a court before judgment, as the source says; else by brokers, after finality.
INTERLOCUTORY = {"DE", "FR"}

# What each source leaves open, beside what the rules fill in.
SAID = {
    "DE": "Sold from 2024-06-19 to 2024-07-12 in many small lots; the last day stands for all.",
    "FI": "Sold in summer 2022; the day of the announcement stands for it. Proceeds rounded.",
    "FR": "610 BTC were sold before judgment and 1 BTC after it, for one sum that is not divided; "
    "all 611 stand as the former. Proceeds rounded, without the buyers' premium of 14.28 %.",
}
LEFT_OPEN = {"DE": ("disposed_on",), "FI": ("disposed_on", "proceeds"), "FR": ("proceeds",)}


def row_of(source: dict[str, str]) -> dict[str, str]:
    """Return the register row of one sale."""
    country = source["country"]
    case_id = f"{country}-01"
    sold_on = date.fromisoformat(source["date_end"])
    early = country in INTERLOCUTORY
    assumed = ["custodian", "order_ref", *LEFT_OPEN[country]]
    row = {
        "case_id": case_id,
        "asset": source["asset"],
        "quantity": source["quantity"],
        "seized_on": (SEIZED.get(country) or sold_on - SEIZED_BEFORE_SALE).isoformat(),
        "authority": source["authority"],
        "custodian": "State Custodian",
        "control": "custody",
        "order_ref": f"{case_id} seizure, order not stated",
        "outcome": "pending" if early else "forfeited",
        "disposed_on": sold_on.isoformat(),
        "disposal": "interlocutory_sale" if early else "negotiated_sale",
        "proceeds": source["proceeds"],
        "proceeds_currency": source["currency"],
    }
    if country not in SEIZED:
        assumed.append("seized_on")
    if not early:
        row["final_on"] = (sold_on - FINAL_BEFORE_SALE).isoformat()
        row["final_ref"] = f"{case_id} forfeiture, order not stated"
        assumed += ["final_on", "final_ref"]
    if country == "FR":
        assumed.append("outcome")
    row["assumed"] = " ".join(assumed)
    row["note"] = f"{SAID[country]} {source['source']}"
    return row


def register() -> list[dict[str, str]]:
    """Return one register row for each sale for euros, in the order of the source."""
    sales = [row for row in read_csv(SOURCE) if row["currency"] == "EUR" and row["proceeds"]]
    return [row_of(row) for row in sales]


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA / "european_sales.csv"
    write_csv(target, REGISTER_COLUMNS, register())
