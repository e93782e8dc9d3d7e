"""Make us_seized_sales.csv, a register file, from the copied table of United States sales.

python data/make/us_seized_sales.py [FILE]

The source states the day, the bitcoin, the dollars and a title. A register asks for more; what
is added is an assumption, is named in the row's `assumed` column, and follows the few rules
below. Nothing that the source states is changed.
"""

import sys
from datetime import date, timedelta
from pathlib import Path

from common import DATA, REGISTER_COLUMNS, read_csv, write_csv

SOURCE = DATA / "government_sales" / "us_seized_btc_sales_jlopp.csv"

# Where no seizure is publicly tied to a sale, it is assumed a year before it.
SEIZED_BEFORE_SALE = timedelta(days=365)
# A forfeited asset is sold after its order is final; a month is assumed between the two.
FINAL_BEFORE_SALE = timedelta(days=30)

# Seizures that public reports tie to a row, by the row's title, date or address.
SILK_ROAD_SERVERS = date(2013, 10, 2)
SILK_ROAD_OPERATOR = date(2013, 10, 24)
SILK_ROAD_HACKER = date(2021, 11, 9)
PUBLIC_SEIZURE = {
    "2014-06-27": (SILK_ROAD_SERVERS, "the day the Silk Road site was shut"),
    "2014-12-04": (SILK_ROAD_OPERATOR, "reported seizure of the Silk Road operator's coins"),
    "2015-03-01": (SILK_ROAD_OPERATOR, "reported seizure of the Silk Road operator's coins"),
    "2015-11-05": (SILK_ROAD_OPERATOR, "reported seizure of the Silk Road operator's coins"),
    "2023-03-14": (SILK_ROAD_HACKER, "reported day of the search"),
}
UNSOLD = {
    "96000": (date(2022, 2, 8), "the day in the source's address"),
    "69370": (date(2020, 11, 3), "the day that press gives for the seizure"),
    "41819": (SILK_ROAD_HACKER, "reported day of the search"),
}

# The title names the seller, or else the table is the Marshals' own.
SELLERS = {
    "GSA Auction": "General Services Administration",
    "Ohio DOJ Auction": "Department of Justice, Ohio",
    "Coinbase Sale of BTC seized from Silk Road hacker": "Department of Justice",
}
MARSHALS = "US Marshals Service"


def sold(row: dict[str, str], case_id: str) -> dict[str, str]:
    """Return the register row of one sale."""
    sold_on = date.fromisoformat(row["date_iso_normalised"])
    seized_on, why = PUBLIC_SEIZURE.get(
        row["date_iso_normalised"], (sold_on - SEIZED_BEFORE_SALE, "365 days before the sale")
    )
    authority = SELLERS.get(row["title"], MARSHALS)
    assumed = ["seized_on", "custodian", "order_ref", "final_on", "final_ref"]
    if authority == MARSHALS and "US Marshals" not in row["title"]:
        assumed.append("authority")
    return {
        "case_id": case_id,
        "asset": "BTC",
        "quantity": row["btc"],
        "seized_on": seized_on.isoformat(),
        "authority": authority,
        "custodian": "State Custodian",
        "control": "custody",
        "order_ref": f"{case_id} seizure, order not stated",
        "outcome": "forfeited",
        "final_on": (sold_on - FINAL_BEFORE_SALE).isoformat(),
        "final_ref": f"{case_id} forfeiture, order not stated",
        "disposed_on": sold_on.isoformat(),
        "disposal": "negotiated_sale" if row["title"].startswith("Coinbase Sale") else "auction",
        "proceeds": row["usd"],
        "proceeds_currency": "USD",
        "assumed": " ".join(assumed),
        "note": f"{row['title']}. USD as the source states it, often a press estimate. "
        f"Assumed: seized on {why}; final 30 days before the sale. {row['url']}",
    }


def unsold(row: dict[str, str], case_id: str) -> dict[str, str]:
    """Return the register row of one holding that the source lists as not yet sold."""
    seized_on, why = UNSOLD[row["btc"]]
    return {
        "case_id": case_id,
        "asset": "BTC",
        "quantity": row["btc"],
        "seized_on": seized_on.isoformat(),
        "authority": "Department of Justice",
        "custodian": "State Custodian",
        "control": "custody",
        "order_ref": f"{case_id} seizure, order not stated",
        "outcome": "pending",
        "assumed": "seized_on authority custodian order_ref",
        "note": f"{row['title']}; not sold by the source's date. "
        f"Assumed: seized on {why}. {row['url']}",
    }


def register() -> list[dict[str, str]]:
    """Return one register row for each row of the source, in its order."""
    rows = []
    for number, row in enumerate(read_csv(SOURCE), start=1):
        make = sold if row["usd"] else unsold
        rows.append(make(row, f"US-{number:02d}"))
    return rows


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA / "us_seized_sales.csv"
    write_csv(target, REGISTER_COLUMNS, register())
