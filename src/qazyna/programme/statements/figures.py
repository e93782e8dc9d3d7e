"""The figures of our account over one period, as the manager wrote them.

Money is in base units of the fund's currency, units in base units of the fund's units. Whatever the
manager charges counts as a fee when it is more than nothing and as a rebate when it is less.
"""

from decimal import Decimal
from typing import Annotated

from pydantic import PlainSerializer

from qazyna.errors import Refused
from qazyna.money import Asset
from qazyna.programme.exposures import SIGNED, Number, Part

Signed = Annotated[int, PlainSerializer(str, return_type=str, when_used="json")]
"""Base units that may be less than nothing."""


class Account(Part):
    """Our account with the fund over one period."""

    opening_value: Signed
    closing_value: Signed
    opening_units: Signed | None = None
    """None where a fund has no units: a venture fund."""
    closing_units: Signed | None = None
    units_issued: Signed = 0
    units_redeemed: Signed = 0
    nav_per_unit: Number | None = None
    subscriptions: Signed = 0
    redemptions: Signed = 0
    calls: Signed = 0
    distributions: Signed = 0
    gross_result: Signed = 0
    """Gain or loss of the period before the fees below."""
    management_fee: Signed = 0
    performance_fee: Signed = 0
    other_fees: tuple[tuple[str, Signed], ...] = ()
    """(what for, charged)"""
    fees_total: Signed = 0
    unfunded: Signed | None = None
    """What the fund says it may still call."""

    @property
    def fees(self) -> int:
        """What the lines of fees add up to."""
        others = sum(charged for _, charged in self.other_fees)
        return self.management_fee + self.performance_fee + others

    @property
    def net_flow(self) -> int:
        """Paid in less paid out."""
        return self.subscriptions + self.calls - self.redemptions - self.distributions


class AccountTold(Part):
    """The same as written, in the currency's and the fund's own units."""

    opening_value: str
    closing_value: str
    opening_units: str | None = None
    closing_units: str | None = None
    units_issued: str = "0"
    units_redeemed: str = "0"
    nav_per_unit: str | None = None
    subscriptions: str = "0"
    redemptions: str = "0"
    calls: str = "0"
    distributions: str = "0"
    gross_result: str = "0"
    management_fee: str = "0"
    performance_fee: str = "0"
    other_fees: tuple[tuple[str, str], ...] = ()
    fees_total: str = "0"
    unfunded: str | None = None

    def read(self, currency: Asset, units: Asset | None) -> Account:
        """In base units; refuses what is no number, or has more decimals than can be kept."""

        def money(text: str) -> int:
            return signed(currency, text)

        def of_units(text: str | None) -> int | None:
            return None if text is None or units is None else signed(units, text)

        return Account(
            opening_value=money(self.opening_value),
            closing_value=money(self.closing_value),
            opening_units=of_units(self.opening_units),
            closing_units=of_units(self.closing_units),
            units_issued=of_units(self.units_issued) or 0,
            units_redeemed=of_units(self.units_redeemed) or 0,
            nav_per_unit=None if self.nav_per_unit is None else number(self.nav_per_unit),
            subscriptions=money(self.subscriptions),
            redemptions=money(self.redemptions),
            calls=money(self.calls),
            distributions=money(self.distributions),
            gross_result=money(self.gross_result),
            management_fee=money(self.management_fee),
            performance_fee=money(self.performance_fee),
            other_fees=tuple((what, money(charged)) for what, charged in self.other_fees),
            fees_total=money(self.fees_total),
            unfunded=None if self.unfunded is None else money(self.unfunded),
        )


def signed(asset: Asset, text: str) -> int:
    """Base units of an amount that may be less than nothing."""
    minus = text.startswith("-")
    amount = asset.amount_or_zero(text.removeprefix("-"))
    return -amount if minus else amount


def number(text: str) -> Decimal:
    """A figure in plain digits, with a minus where it is less than nothing."""
    if not SIGNED.fullmatch(text):
        raise Refused(
            "bad_number",
            f"“{text[:40]}” is not a number: write plain digits with a point, and a minus where it "
            "is less than nothing.",
            {"given": text[:40]},
        )
    return Decimal(text)
