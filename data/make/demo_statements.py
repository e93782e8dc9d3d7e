"""What the demo's hedge funds send: statements of account, and reports of exposures.

Accounts follow to the cent from the values per unit, from what was dealt, and from the terms: the
fees in them are worked out here, apart from the program that will check them. Two are wrong on
purpose, and a third is and is put right. Exposures are made up.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal, localcontext

from demo_funds import (
    DAYS_TO_STATE,
    HEDGE_FUND_NAVS,
    HEDGE_FUND_TERMS,
    MANDATES,
    MONTH_ENDS,
    REDEEMED_FROM,
    REDEEMED_HOLDBACK,
    REDEEMED_ON,
    REDEEMED_UNITS,
    SUBSCRIPTIONS,
)
from demo_step import CENT, Step, money, working_days_after
from demo_venues import draw

UNIT = Decimal("0.000001")
NOTHING = Decimal(0)

# A fee of so much a year was charged, where the terms say less: manager, month, rate.
OVERCHARGED = ("HF-4", date(2026, 4, 30), "0.02")
# The redemption is told as it was paid, less what is held back; sent when the money was.
TOLD_NET, TOLD_NET_ON = date(2026, 5, 29), date(2026, 6, 23)
# The total of fees leaves one of them out, and a second statement puts it right.
RESTATED, RESTATED_ON = ("HF-3", date(2026, 4, 30)), date(2026, 5, 27)
DAYS_TO_ACCOUNT = DAYS_TO_STATE + 1


def cents(amount: Decimal) -> Decimal:
    """Return an amount rounded once, half to even."""
    return amount.quantize(CENT, ROUND_HALF_EVEN)


@dataclass
class Lot:
    """Units issued on one day: their worth before the performance fee, and their mark."""

    since: date
    gross: Decimal
    mark: Decimal


@dataclass
class Account:
    """How the reserve stands with one fund, from one value to the next."""

    manager: str
    units: Decimal = NOTHING
    value: Decimal = NOTHING
    accrued: Decimal = NOTHING
    lots: list[Lot] = field(default_factory=list)

    @property
    def terms(self) -> dict[str, dict[str, object]]:
        return HEDGE_FUND_TERMS[self.manager]  # type: ignore[return-value]

    def earn(self, nav: Decimal, on: date) -> Decimal:
        """Let the fund be worth so much a unit after fees; return the performance fee accrued.

        One growth of all lots leaves that much after the fee on those above their hurdle. Which
        those are is tried, from none of them to all.
        """
        fee = self.terms["performance_fee"]
        rate, hurdle = Decimal(str(fee["rate"])), Decimal(str(fee.get("hurdle", "0")))
        hurdles = [
            each.mark * (1 + hurdle) ** (Decimal((on - each.since).days) / 365)
            for each in self.lots
        ]
        lots = sorted(
            zip(hurdles, self.lots, strict=True), key=lambda pair: pair[0] / pair[1].gross
        )
        whole = sum((each.gross for each in self.lots), NOTHING)
        for above in range(len(lots) + 1):
            passed = lots[:above]
            kept = rate * sum((passing for passing, _ in passed), NOTHING)
            charged = rate * sum((each.gross for _, each in passed), NOTHING)
            growth = (self.units * nav - kept) / (whole - charged)
            if above == sum(each.gross * growth > passing for passing, each in lots):
                break
        else:
            raise ValueError(f"no growth of {self.manager} leaves {nav} on {on}")
        for each in self.lots:
            each.gross *= growth
        return sum((each.gross for each in self.lots), NOTHING) - self.units * nav


@dataclass(frozen=True)
class Told:
    """The figures of one statement."""

    since: date
    until: date
    figures: dict[str, object]


def dealt(manager: str, on: date, nav: Decimal, in_kind: dict[str, str]) -> tuple[Decimal, Decimal]:
    """Return the units issued that day, and their value."""
    units, value = NOTHING, NOTHING
    for code, paid_on, amount in SUBSCRIPTIONS:
        if code == manager and on == min(end for end in MONTH_ENDS if end >= paid_on):
            units += (Decimal(amount) / nav).quantize(UNIT, ROUND_DOWN)
            value += Decimal(amount)
    if (manager, f"{on}") == (in_kind["manager"], in_kind["dealt_on"]):
        units += Decimal(in_kind["units"])
        value += cents(Decimal(in_kind["units"]) * nav)
    return units, value


def redeemed(manager: str, on: date, nav: Decimal) -> tuple[Decimal, Decimal]:
    """Return the units redeemed that day, and their value."""
    if (manager, on) != (REDEEMED_FROM, REDEEMED_ON):
        return NOTHING, NOTHING
    return Decimal(REDEEMED_UNITS), cents(Decimal(REDEEMED_UNITS) * nav)


def management_fee(
    account: Account, nav: Decimal, accrued: Decimal, days: int, rate: str
) -> Decimal:
    """Return the fee of those days: on the value they begin with, or end with before fees."""
    fee = account.terms["management_fee"]
    in_a_year = 360 if fee.get("day_count") == "actual_360" else 365
    part = Decimal(rate or str(fee["rate"])) * days / in_a_year
    if fee.get("in_advance"):
        return cents(account.value * part)
    return cents((account.units * nav + accrued) / (1 - part) * part)


def accounts(manager: str, in_kind: dict[str, str]) -> Iterator[Told]:
    """Yield the statements of one fund, oldest first; the last is an estimate, as its value is."""
    account = Account(manager)
    before = MONTH_ENDS[0].replace(day=1) - timedelta(days=1)
    for on, text in zip(MONTH_ENDS, HEDGE_FUND_NAVS[manager], strict=True):
        nav = Decimal(text)
        opening_units, opening = account.units, account.value
        accrued, charged = NOTHING, NOTHING
        if account.units:
            rate = OVERCHARGED[2] if (manager, on) == OVERCHARGED[:2] else ""
            accrued = account.earn(nav, on)
            charged = management_fee(account, nav, accrued, (on - before).days, rate)
        performance = cents(accrued) - cents(account.accrued)
        issued, paid_in = dealt(manager, on, nav, in_kind)
        taken, paid_out = redeemed(manager, on, nav)
        if taken:
            accrued *= 1 - taken / account.units
            for lot in account.lots:
                lot.gross *= 1 - taken / account.units
                lot.mark *= 1 - taken / account.units
        if issued:
            account.lots.append(Lot(on, issued * nav, issued * nav))
        account.units += issued - taken
        account.value, account.accrued = cents(account.units * nav), accrued
        if account.units:
            fees = charged + performance
            earned = account.value - opening - paid_in + paid_out + fees
            figures = {
                "opening_units": f"{opening_units}",
                "opening_value": f"{cents(opening)}",
                "subscriptions": f"{cents(paid_in)}",
                "units_issued": f"{issued}",
                "redemptions": f"{cents(paid_out)}",
                "units_redeemed": f"{taken}",
                "gross_result": f"{cents(earned)}",
                "management_fee": f"{cents(charged)}",
                "performance_fee": f"{cents(performance)}",
                "fees_total": f"{cents(fees)}",
                "closing_units": f"{account.units}",
                "nav_per_unit": text,
                "closing_value": f"{account.value}",
            }
            yield Told(before + timedelta(days=1), on, figures)
        before = on


def received(
    manager: str, told: Told, on: date, said: str, figures: dict[str, object], **more: object
) -> Step:
    """Return the receipt of one statement of account."""
    noted = ", restated" if "restates" in more else ", estimated" if "final" in more else ""
    return Step(
        on,
        "receive_statement",
        f"{manager} accounts for {told.since} to {told.until}: {said}",
        {
            "manager": manager,
            "fund": manager,
            "period_from": f"{told.since}",
            "period_to": f"{told.until}",
            "received_on": f"{on}",
            "currency": "USD",
            **more,
            "account": figures,
            "statement_ref": f"{manager} account {told.until:%Y-%m}{noted} (illustrative)",
        },
    )


def as_sent(manager: str, told: Told, on: date) -> Iterator[Step]:
    """Yield one statement as the fund sent it, and once more where it was put right."""
    figures, said = told.figures, f"{money(str(told.figures['closing_value']))} USD (illustrative)."
    if (manager, told.until) == OVERCHARGED[:2]:
        said = "more is charged than the terms allow (illustrative)."
    if (manager, told.until) == (REDEEMED_FROM, TOLD_NET):
        paid = Decimal(str(figures["redemptions"]))
        kept = cents(paid * Decimal(REDEEMED_HOLDBACK))
        earned = Decimal(str(figures["gross_result"]))
        figures = figures | {"redemptions": f"{paid - kept}", "gross_result": f"{earned - kept}"}
        said, on = "what it holds back of the redemption is left out (illustrative).", TOLD_NET_ON
    if (manager, told.until) == RESTATED:
        wrong = figures | {"fees_total": figures["management_fee"]}
        yield received(manager, told, on, "its fees do not add up (illustrative).", wrong)
        said = "it is restated, and its fees add up (illustrative)."
        yield received(manager, told, RESTATED_ON, said, figures, restates=True)
        return
    if told.until == MONTH_ENDS[-1]:
        said = f"an estimate, {said}"
        yield received(manager, told, told.until, said, figures, final=False)
        return
    yield received(manager, told, on, said, figures)


# Of the fund's value, at the end of February: long and short by asset, by issuer, by counterparty,
# what cannot be sold soon, and what is not told of.
Shares = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Profile:
    """About what a fund is exposed to, as shares of its value."""

    assets: tuple[tuple[str, str, str], ...]
    issuers: Shares
    counterparties: Shares
    illiquid: str
    untold: str = "0.00"


PROFILES = {
    "HF-1": Profile(
        (("BTC", "0.42", "0.05"), ("ETH", "0.22", "0.04"), ("SOL", "0.08", "0.02"),
         ("XAU", "0.15", "0.00"), ("USDT", "0.06", "0.00")),
        (("Issuer A", "0.06"),), (("Venue A", "0.21"), ("Broker B", "0.14")), "0.06", "0.02",
    ),
    "HF-2": Profile(
        (("BTC", "0.55", "0.08"), ("ETH", "0.24", "0.12"), ("USDT", "0.10", "0.00")),
        (("Issuer A", "0.10"),), (("Venue A", "0.18"), ("Venue C", "0.12")), "0.00",
    ),
    "HF-3": Profile(
        (("BTC", "0.41", "0.40"), ("ETH", "0.30", "0.29"), ("SOL", "0.18", "0.18"),
         ("USDT", "0.12", "0.00")),
        (("Issuer A", "0.12"),), (("Venue C", "0.19"), ("Venue D", "0.17")), "0.00",
    ),
    "HF-4": Profile(
        (("BTC", "0.56", "0.00"), ("ETH", "0.24", "0.00"), ("SOL", "0.07", "0.00")),
        (("Issuer B", "0.04"),), (("Broker B", "0.28"),), "0.09", "0.03",
    ),
    "HF-5": Profile(
        (("BTC", "0.34", "0.34"), ("ETH", "0.21", "0.20"), ("USDT", "0.14", "0.00")),
        (("Issuer A", "0.14"),), (("Venue A", "0.16"), ("Venue D", "0.15")), "0.00", "0.01",
    ),
}  # fmt: skip
# What passes a limit, and is back within it a month later, if that month is told of.
PASSED = {
    ("HF-4", 2026, 3, "BTC"): "0.68",
    ("HF-1", 2026, 5, "Venue A"): "0.34",
}
MARKET_VALUES = {
    "BTC": "1730000000000",
    "ETH": "350000000000",
    "SOL": "75000000000",
    "USDT": "185000000000",
    "XAU": "30000000000000",
}


def drifted(what: str, share: str) -> Decimal:
    """Return a share that moved a little, as it follows from fixed words."""
    moved = Decimal(share) * (100 + draw(f"exposure {what}", 11) - 5) / 100
    return moved.quantize(Decimal("0.001"), ROUND_HALF_EVEN)


def exposures(manager: str, year: int, month: int) -> dict[str, object]:
    """Return what one fund was exposed to at a month's end."""
    profile, at = PROFILES[manager], f"{manager} {year}-{month:02d}"

    def share(name: str, side: str, usual: str) -> Decimal:
        passed = PASSED.get((manager, year, month, name)) if side != "short" else None
        return Decimal(passed) if passed else drifted(f"{at} {name} {side}", usual)

    assets = [
        (name, share(name, "long", long), share(name, "short", short))
        for name, long, short in profile.assets
    ]
    gross = sum((long + short for _, long, short in assets), Decimal(profile.untold))
    net = sum((long - short for _, long, short in assets), NOTHING)

    def named(shares: Shares, side: str) -> list[list[str]]:
        return [[f"{n} (illustrative)", f"{share(n, side, usual)}"] for n, usual in shares]

    return {
        "assets": [[name, f"{long}", f"{short}"] for name, long, short in assets],
        "market_values": [[name, MARKET_VALUES[name]] for name, _, _ in assets],
        "issuers": named(profile.issuers, "issuer"),
        "counterparties": named(profile.counterparties, "counterparty"),
        "gross": f"{gross}",
        "net": f"{net}",
        "illiquid": profile.illiquid,
        "risk": [["var_95_1d", f"{drifted(at + ' risk', '0.021')}"]],
    }


def reported(manager: str) -> Iterator[Step]:
    """Yield the fund's report of each whole month since its mandate, until that of May."""
    since = MANDATES[manager].since
    for month in range(since.month, 6):
        first = date(since.year, month, 1)
        last = date(since.year, month, monthrange(since.year, month)[1])
        on = working_days_after(last, 8)
        told = [name for code, _, at, name in PASSED if (code, at) == (manager, month)]
        said = f"more in {told[0]} than its mandate allows" if told else "within its mandate"
        yield Step(
            on,
            "receive_statement",
            f"{manager} reports what it was exposed to on {last}: {said} (illustrative).",
            {
                "manager": manager,
                "fund": manager,
                "period_from": f"{first}",
                "period_to": f"{last}",
                "received_on": f"{on}",
                "currency": "USD",
                "exposures": exposures(manager, last.year, month),
                "statement_ref": f"{manager} exposures {last:%Y-%m} (illustrative)",
            },
        )


def statements(in_kind: dict[str, str]) -> list[Step]:
    """Return all that came from the hedge funds, given the fields of the hand-over in kind."""
    steps: list[Step] = []
    with localcontext() as context:
        context.prec = 50
        for manager in HEDGE_FUND_NAVS:
            for told in accounts(manager, in_kind):
                steps += as_sent(manager, told, working_days_after(told.until, DAYS_TO_ACCOUNT))
            steps += reported(manager)
    return steps
