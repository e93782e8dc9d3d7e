"""The demo's register file, written out from its cases at the real prices."""

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from addresses import bitcoin_address, tron_address
from common import btc_closes, is_working_day
from demo_cases import CASES, Case, Holding, Part, Sale

CENT = Decimal("0.01")
PAR = Decimal(1)
FINAL_MARKS = {"forfeited": "F", "returned": "R", "restituted": "V"}


class Prices:
    """The price of one unit in USD on a day, and in words where it comes from."""

    def __init__(self) -> None:
        self.closes = btc_closes()
        self.last_day = max(self.closes)

    def of(self, asset: str, day: date) -> tuple[Decimal, str, bool]:
        """Return price, its words, and whether it is an assumption rather than that day's price."""
        if asset == "USDT":
            return PAR, "at a par of 1.00 USD, an assumption,", True
        if day > self.last_day:
            last = self.closes[self.last_day]
            return last, f"at {last} USD, the last close known, of {self.last_day},", True
        return self.closes[day], f"at that day's close of {self.closes[day]} USD", False


def case_id(number: int, case: Case) -> str:
    """Return the case's name: its year and its number in the demo."""
    return f"KZ-{case.seized_on.year}-{number:02d}"


def sale_columns(asset: str, part: Part, sale: Sale, prices: Prices) -> dict[str, str]:
    """Return what the register says of a sale; proceeds are gross, to the cent."""
    price, words, assumed = prices.of(asset, sale.day)
    gross = Decimal(part.quantity) * price * (1 - Decimal(sale.discount))
    return {
        "disposed_on": sale.day.isoformat(),
        "disposal": sale.disposal,
        "proceeds": f"{gross.quantize(CENT, ROUND_HALF_EVEN)}",
        "proceeds_currency": "USD",
        "costs": sale.costs,
        "assumed": "proceeds" if assumed else "",
        "note": f"Sold {words} less {Decimal(sale.discount):.2%}. ",
    }


def part_row(name: str, case: Case, holding: Holding, part: Part, prices: Prices) -> dict[str, str]:
    """Return the register row of one part, but for its holding's number, address and custodian."""
    row = {
        "case_id": name,
        "asset": holding.asset,
        "quantity": part.quantity,
        "seized_on": case.seized_on.isoformat(),
        "authority": case.authority,
        "control": holding.control,
        "order_ref": f"{name}/S (illustrative)",
        "outcome": part.outcome,
    }
    if part.outcome != "pending":
        if case.final_on is None:
            raise ValueError(f"{name} has an outcome but no final order")
        row["final_on"] = case.final_on.isoformat()
        row["final_ref"] = f"{name}/{FINAL_MARKS[part.outcome]} (illustrative)"
    if part.sale:
        row |= sale_columns(holding.asset, part, part.sale, prices)
    row["note"] = part.said + row.get("note", "")
    return row


def register(venues: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the register's rows; what is restrained stays at the venue that was shut last."""
    prices, rows, addresses = Prices(), [], 0
    for number, case in enumerate(CASES, start=1):
        name = case_id(number, case)
        days = [case.seized_on, case.final_on, *(s.day for s in sales(case))]
        if not all(is_working_day(day) for day in days if day):
            raise ValueError(f"{name} has a day on which nobody works")
        seized_on = case.seized_on.isoformat()
        venue = [v for v in venues if v["shut_on"] <= seized_on][-1]
        for place, holding in enumerate(case.holdings, start=1):
            addresses += 1
            for part in holding.parts:
                row = part_row(name, case, holding, part, prices)
                row["holding_ref"] = str(place)
                row["custodian"] = venue["name"] if holding.control == "restrained" else "AFM"
                make = bitcoin_address if holding.asset == "BTC" else tron_address
                row["address"] = make(addresses)
                row["note"] = f"Illustrative. {row['note']}From {venue['name']}."
                rows.append(row)
    return rows


def sales(case: Case) -> list[Sale]:
    """Return the sales of a case."""
    return [part.sale for holding in case.holdings for part in holding.parts if part.sale]
