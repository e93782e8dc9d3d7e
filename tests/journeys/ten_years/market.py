"""Ten years of real months: what bitcoin, gold and the dollar did, and what funds made of it.

Bitcoin by its close of the last day of a month, gold by its month's average, the dollar by the euro
reference rate (`data/`). No licensed series of crypto hedge funds exists, so each fund's gross
return is a formula over the three, told where it stands: proxies that differ from each other on
purpose and say nothing of any fund there is.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

DATA = Path(__file__).resolve().parents[3] / "data"
FIRST, LAST = date(2015, 12, 31), date(2025, 11, 30)
CASH = Decimal("0.0015")
"""What idle money is taken to earn in a month."""


@dataclass(frozen=True)
class Month:
    """What one unit of each earned in a month, and what bitcoin cost at its end."""

    end: date
    bitcoin: Decimal
    gold: Decimal
    dollar: Decimal
    """against the euro"""
    momentum: Decimal
    """of bitcoin over the three months before this one"""
    btc_close: Decimal
    gold_price: Decimal


Strategy = Callable[[Month, Decimal], Decimal]
"""(this month, what the fund returned last month) -> its gross return"""

STRATEGIES: dict[str, Strategy] = {
    # half in bitcoin, half in money
    "balanced": lambda m, _: m.bitcoin / 2 + CASH / 2,
    # bitcoin after three months up, money otherwise
    "trend": lambda m, _: m.bitcoin if m.momentum > 0 else CASH,
    # a premium every month; a twelfth of what bitcoin loses
    "premium": lambda m, _: CASH + Decimal("0.008") + min(m.bitcoin, Decimal(0)) / 12,
    # gold, and a thirtieth in bitcoin
    "gold": lambda m, _: m.gold + m.bitcoin / 30,
    # bitcoin after three months down, money otherwise
    "reversal": lambda m, _: m.bitcoin / 2 if m.momentum <= 0 else CASH,
    # money, and what the dollar gained on the euro
    "dollar": lambda m, _: m.dollar + CASH,
    # three tenths in bitcoin, told smoothly: two fifths of a month are the month before
    "smooth": lambda m, before: m.bitcoin * 3 / 10 + before * 2 / 5,
    # a quarter in bitcoin, three quarters in gold
    "mixed": lambda m, _: m.bitcoin / 4 + m.gold * 3 / 4,
}


def month_ends(first: date, last: date) -> list[date]:
    """The last day of every month from `first` to `last`, both such days."""
    found, day = [first], first
    while day < last:
        after = day + timedelta(days=1)
        day = date(after.year + after.month // 12, after.month % 12 + 1, 1) - timedelta(days=1)
        found.append(day)
    return found


def months(first: date = FIRST, last: date = LAST) -> list[Month]:
    """Every month that ends from `first` to `last`, in order: 120, when nothing is said."""
    closes = {
        date.fromisoformat(row["date"]): Decimal(row["close"])
        for row in csv.DictReader((DATA / "prices/btc_usd_daily.csv").open(encoding="utf-8"))
    }
    averages = {
        date.fromisoformat(row["Date"]): Decimal(row["Price"])
        for row in csv.DictReader((DATA / "prices/gold_usd_oz_monthly.csv").open(encoding="utf-8"))
    }
    ends = month_ends(date(2011, 12, 31), last)
    euros = {
        date.fromisoformat(row["Date"]): 1 / Decimal(row["USD"])
        for row in csv.DictReader((DATA / "rates/ecb_eur_fx_daily.csv").open(encoding="utf-8"))
        if row["USD"] != "N/A"
    }
    btc = [closes[day] for day in ends]
    gold = [averages[day.replace(day=1)] for day in ends]
    dollar = [
        next(euros[d] for n in range(9) if (d := day - timedelta(n)) in euros) for day in ends
    ]
    return [
        Month(
            end=ends[i],
            bitcoin=btc[i] / btc[i - 1] - 1,
            gold=gold[i] / gold[i - 1] - 1,
            dollar=dollar[i] / dollar[i - 1] - 1,
            momentum=btc[i - 1] / btc[i - 4] - 1,
            btc_close=btc[i],
            gold_price=gold[i],
        )
        for i in range(4, len(ends))
        if ends[i] >= first
    ]
