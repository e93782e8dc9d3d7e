"""Truth on real cases: reported sales and purchases beside the market of their day.

Nothing is played here, and no figure is made up. What a sale brought is set against that day's
close, in its own currency at the euro reference rate of the day, and against what the coins would
be worth had they been kept. Where press gives two figures, both are told.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from qazyna.lab.case_files import Purchase, Sale
from qazyna.lab.compare import text
from qazyna.lab.market import DIGITS, Market

DOLLAR = "USD"


@dataclass(frozen=True, slots=True)
class Sold:
    """A sale beside its market, everything in the sale's own currency.

    `discount` is price ÷ close − 1: below nothing where it sold below the close. For a sale of
    several days the mean of their closes stands beside the close of the last.
    """

    sale: Sale
    others: tuple[Sale, ...]
    """The same sale as another source tells it."""
    price: Decimal | None
    close: Decimal | None
    rate: Decimal | None
    """What one dollar was in that currency, at the reference rate of the day."""
    discount: Decimal | None
    mean_close: Decimal | None
    mean_discount: Decimal | None
    kept_value: Decimal | None

    @property
    def kept_instead(self) -> Decimal | None:
        """How much more the coins would be worth had they been kept."""
        if self.kept_value is None or self.sale.proceeds is None:
            return None
        return self.kept_value - self.sale.proceeds


@dataclass(frozen=True, slots=True)
class Bought:
    """A purchase beside its market, in dollars.

    `close` is that day's, or the mean of the month's; `low` and `high` are the month's closes.
    `counted` is false for what a month's figure has in it already.
    """

    purchase: Purchase
    counted: bool
    stated_cost: Decimal | None
    close: Decimal | None
    low: Decimal | None
    high: Decimal | None
    market_cost: Decimal | None
    kept_value: Decimal | None
    running_sum: Decimal
    """All that the counted rows make up to here."""

    @property
    def stated_price(self) -> Decimal | None:
        if self.purchase.price is not None or self.stated_cost is None:
            return self.purchase.price
        return DIGITS.divide(self.stated_cost, self.purchase.quantity)

    @property
    def disputed(self) -> Decimal | None:
        """What the reported running total has more than the rows."""
        running = self.purchase.running
        return None if running is None else running - self.running_sum


@dataclass(frozen=True, slots=True)
class Cases:
    """Every case, valued on one day."""

    at: date
    sales: tuple[Sold, ...]
    unsold: tuple[Sold, ...]
    """Held, or offered without a known result."""
    purchases: tuple[Bought, ...]
    gaps: tuple[str, ...]


def cases(
    tracked: Sequence[Sale],
    compiled: Sequence[Sale],
    purchases: Sequence[Purchase],
    market: Market,
    at: date,
) -> Cases:
    """Set every reported sale and purchase beside the market, and value all of it on one day.

    A compiled row of a sale that is tracked already stands beside it as another telling.
    """
    told = [(sale, _same(sale, compiled)) for sale in tracked]
    known = {id(other) for _, others in told for other in others}
    told += [(sale, ()) for sale in compiled if id(sale) not in known]
    found = [_sold(sale, others, market, at) for sale, others in told]
    return Cases(
        at=at,
        sales=tuple(each for each in found if each.sale.is_done),
        unsold=tuple(each for each in found if not each.sale.is_done),
        purchases=tuple(_bought(purchases, market, at)),
        gaps=tuple(dict.fromkeys(_gaps(found, market, at))),
    )


def _same(sale: Sale, compiled: Iterable[Sale]) -> tuple[Sale, ...]:
    return tuple(
        other
        for other in compiled
        if sale.on is not None and (other.country, other.on) == (sale.country, sale.on)
    )


def _in(market: Market, currency: str) -> Market:
    """The same series, looked at in another currency."""
    return Market(market.series.values(), market.rates, currency, market.pars)


def _sold(sale: Sale, others: tuple[Sale, ...], market: Market, at: date) -> Sold:
    of_its = _in(market, sale.currency)
    price = close = rate = mean = None
    if sale.on is not None:
        close, rate = of_its.close(sale.asset, sale.on), of_its.rate(DOLLAR, sale.on)
        if sale.proceeds is not None:
            price = DIGITS.divide(sale.proceeds, sale.quantity)
        if sale.since is not None and sale.since < sale.on:
            mean, _, _ = _closes(of_its, sale.asset, sale.since, sale.on)
    return Sold(
        sale=sale,
        others=others,
        price=price,
        close=close,
        rate=rate,
        discount=_above(price, close),
        mean_close=mean,
        mean_discount=_above(price, mean),
        kept_value=_times(sale.quantity, of_its.price(sale.asset, at)),
    )


def _bought(purchases: Sequence[Purchase], market: Market, at: date) -> Iterable[Bought]:
    dollars = _in(market, DOLLAR)
    running = Decimal(0)
    for each in purchases:
        counted = not any(each.within(other) for other in purchases)
        running += each.quantity if counted else 0
        mean, low, high = _closes(dollars, "BTC", each.since, each.until)
        yield Bought(
            purchase=each,
            counted=counted,
            stated_cost=each.cost if each.cost is not None else _times(each.quantity, each.price),
            close=mean,
            low=low,
            high=high,
            market_cost=_times(each.quantity, mean),
            kept_value=_times(each.quantity, dollars.price("BTC", at)),
            running_sum=running,
        )


def _closes(
    market: Market, asset: str, since: date, until: date
) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Mean, lowest and highest close of some days."""
    days = (since + timedelta(days=n) for n in range((until - since).days + 1))
    found = [close for day in days if (close := market.close(asset, day)) is not None]
    if not found:
        return None, None, None
    return DIGITS.divide(sum(found, Decimal(0)), Decimal(len(found))), min(found), max(found)


def _above(price: Decimal | None, close: Decimal | None) -> Decimal | None:
    if price is None or not close:
        return None
    return DIGITS.subtract(DIGITS.divide(price, close), Decimal(1))


def _times(quantity: Decimal, price: Decimal | None) -> Decimal | None:
    return None if price is None else DIGITS.multiply(quantity, price)


def _gaps(found: Iterable[Sold], market: Market, at: date) -> Iterable[str]:
    for each in found:
        sale = each.sale
        last = market.last_day(sale.asset)
        if last is None:
            yield f"{sale.asset}: no price series"
        elif each.kept_value is None and at > last:
            yield f"{sale.asset}: prices end on {last}, so nothing is worth anything on {at}"
        elif each.kept_value is None:
            yield f"{sale.asset} in {sale.currency}: no price or rate on {at}"
        if sale.on is not None and each.close is None and last is not None:
            yield f"{sale.asset} in {sale.currency}: no close or rate on {sale.on}"


# as a document


def document(found: Cases) -> dict[str, Any]:
    """The cases as plain data: numbers as strings, days as ISO dates, what is not known null."""
    return {
        "at": found.at.isoformat(),
        "sales": [_sale(each) for each in found.sales],
        "unsold": [_sale(each) for each in found.unsold],
        "purchases": [_purchase(each) for each in found.purchases],
        "purchases_total": _total(found.purchases),
        "gaps": list(found.gaps),
    }


def _sale(each: Sold) -> dict[str, Any]:
    sale = each.sale
    return {
        **_told(sale),
        "price": text(each.price),
        "close": text(each.close),
        "discount": text(each.discount),
        "usd_rate": text(each.rate),
        "mean_close": text(each.mean_close),
        "mean_discount": text(each.mean_discount),
        "kept_value": text(each.kept_value),
        "kept_instead": text(each.kept_instead),
        "others": [_told(other) for other in each.others],
    }


def _told(sale: Sale) -> dict[str, Any]:
    return {
        "country": sale.country,
        "authority": sale.authority or None,
        "asset": sale.asset,
        "quantity": text(sale.quantity),
        "since": sale.since.isoformat() if sale.since else None,
        "sold_on": sale.on.isoformat() if sale.on else None,
        "proceeds": text(sale.proceeds),
        "currency": sale.currency,
        "how": sale.how or None,
        "note": sale.note or None,
        "source": sale.source,
    }


def _purchase(each: Bought) -> dict[str, Any]:
    bought = each.purchase
    return {
        "when": bought.when,
        "quantity": text(bought.quantity),
        "counted": each.counted,
        "stated_price": text(each.stated_price),
        "stated_cost": text(each.stated_cost),
        "close": text(each.close),
        "low": text(each.low),
        "high": text(each.high),
        "market_cost": text(each.market_cost),
        "kept_value": text(each.kept_value),
        "running_reported": text(bought.running),
        "running_sum": text(each.running_sum),
        "disputed": text(each.disputed),
        "note": bought.note or None,
        "source": bought.source,
    }


def _total(found: Sequence[Bought]) -> dict[str, Any]:
    """Of what is counted once; a sum with an unknown part is unknown."""
    counted = [each for each in found if each.counted]
    running = [each.purchase.running for each in counted if each.purchase.running is not None]
    quantity = sum((each.purchase.quantity for each in counted), Decimal(0))
    return {
        "quantity": text(quantity),
        "quantity_reported": text(running[-1]) if running else None,
        "disputed": text(running[-1] - quantity) if running else None,
        "stated_cost": text(_sum([each.stated_cost for each in counted])),
        "market_cost": text(_sum([each.market_cost for each in counted])),
        "kept_value": text(_sum([each.kept_value for each in counted])),
    }


def _sum(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if len(known) == len(values) else None
