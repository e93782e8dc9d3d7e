"""What the makers share: the copied series as dictionaries, and files written one way."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent

REGISTER_COLUMNS = (
    "case_id",
    "holding_ref",
    "asset",
    "quantity",
    "seized_on",
    "authority",
    "custodian",
    "control",
    "address",
    "order_ref",
    "outcome",
    "final_on",
    "final_ref",
    "disposed_on",
    "disposal",
    "proceeds",
    "proceeds_currency",
    "costs",
    "assumed",
    "note",
)


def read_csv(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file as they are written, every field as text."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[dict[str, str]]) -> None:
    """Write rows under these columns; a column that a row leaves out is blank."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def btc_closes() -> dict[date, Decimal]:
    """Return the daily closes of one BTC in USD."""
    rows = read_csv(DATA / "prices" / "btc_usd_daily.csv")
    return {date.fromisoformat(row["date"]): Decimal(row["close"]) for row in rows}


def gold_averages() -> dict[date, Decimal]:
    """Return the monthly averages of one troy ounce in USD, by the first day of the month."""
    rows = read_csv(DATA / "prices" / "gold_usd_oz_monthly.csv")
    return {date.fromisoformat(row["Date"]): Decimal(row["Price"]) for row in rows}


def euro_rates() -> dict[date, Decimal]:
    """Return the ECB's reference rates: USD for one EUR, by day."""
    rows = read_csv(DATA / "rates" / "ecb_eur_fx_daily.csv")
    return {date.fromisoformat(row["Date"]): Decimal(row["USD"]) for row in rows}


# Kazakhstan's holidays on fixed days; the movable ones are not needed for the days used here.
HOLIDAYS = frozenset(
    {
        *((1, 1), (1, 2), (1, 7), (3, 8), (3, 21), (3, 22), (3, 23), (5, 1), (5, 7), (5, 9)),
        *((7, 6), (8, 30), (10, 25), (12, 16)),
    }
)


def is_working_day(day: date) -> bool:
    """Say whether a day is from Monday to Friday and no fixed holiday."""
    return day.isoweekday() <= 5 and (day.month, day.day) not in HOLIDAYS


def next_working_day(day: date) -> date:
    """Return the day itself where it is a working day, or else the first one after it."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day
