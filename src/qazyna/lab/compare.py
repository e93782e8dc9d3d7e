"""Models side by side: one register and the same prices, each under its own law and practice."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Any, Final

from qazyna.blueprint import Vehicle
from qazyna.errors import Refused
from qazyna.history.register import uncollected
from qazyna.lab.market import Market
from qazyna.lab.measures import Risk, risk
from qazyna.lab.model import Model
from qazyna.lab.outcome import Outcome, outcome
from qazyna.lab.play import Played, play
from qazyna.lab.play.funds import last_month_end
from qazyna.lab.play.rows import Sale
from qazyna.lab.register import Register

ENGINE: Final = (
    "seizures before the first day are opening holdings of that day; what was disposed of before "
    "it is left out",
    "everything seized comes into custody at once; no address, fork or loss is played",
    "a sale is at that day's close less what the practice says, and moves the market no further",
    "what the register has no judgment on stays where it is, in no estate and no end value; its "
    "keys are counted",
    "what goes to budget and victims is used when it is allocated, and counts at that day's value",
    "a venture fund calls in full what is committed, and distributes nothing within the window",
    "keys are never lost here: hazard and loss are `lab simulate`'s; the cost of custody stands by "
    "itself",
)
"""What the engine itself takes for granted, whatever the blueprint."""


_IDLE: Final = (
    "custodian ",
    "role ",
    "approvals.",
    "statistics.",
    "treasury.",
    "workout.",
    "programme.diversification.",
    "programme.eligibility.",
    "programme.mandate.",
    "programme.query_days",
    "programme.scorecard.",
    "programme.selection.",
    "reserve.bank",
    "reserve.vault",
    "seizure.",
    "valuation.roll_forward",
    "valuation.same_nav",
    "valuation.stale_after.",
)
"""Assumptions that move no figure here: who keeps, agrees and scores, and how stale is old."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Every model's play and figures, to the last day on which prices say anything."""

    since: date
    until: date
    valued: date
    market: Market
    plays: Mapping[str, Played]
    outcomes: Mapping[str, Outcome]
    risks: Mapping[str, Risk]
    gaps: tuple[str, ...]
    assumptions: tuple[str, ...]


def compare(
    register: Register,
    models: Sequence[Model],
    market: Market,
    since: date,
    until: date,
    report: Callable[[int], None] = lambda _: None,
) -> Compared:
    """Play every model; `report` is told how many are done.

    Refused where no price falls into the window, or a law does not.
    """
    if until < since:
        raise Refused(
            "dates_out_of_order",
            f"The window ends ({until}) before it begins ({since}).",
            {"from": since, "to": until},
        )
    names = [model.name for model in models]
    if len(set(names)) < len(names):
        raise Refused("model_twice", "Each model is compared once: give every blueprint its name.")
    _has_law(models, since)
    gaps: dict[str, None] = dict.fromkeys(market.gaps)
    valued = _last_valued(register, market, since, until, gaps)
    with uncollected():
        plays: dict[str, Played] = {}
        outcomes: dict[str, Outcome] = {}
        for done, model in enumerate(models, 1):
            played = plays[model.name] = play(model, register, market, since, valued)
            outcomes[model.name] = outcome(played, valued)
            report(done)
    for name, played in plays.items():
        gaps.update(played.notes.gaps)
        gaps.update(dict.fromkeys(f"{name}: {gap}" for gap in _vehicle_gaps(played)))
    return Compared(
        since,
        until,
        valued,
        market,
        plays,
        outcomes,
        {name: risk(found.estate, found.flows) for name, found in outcomes.items()},
        tuple(gaps),
        tuple(dict.fromkeys(_assumptions(register, plays, market))),
    )


def _has_law(models: Sequence[Model], since: date) -> None:
    for model in models:
        if model.blueprint.first > since:
            raise Refused(
                "no_law_on_date",
                f"The blueprint “{model.name}” begins on {model.blueprint.first}; the comparison "
                f"on {since}. Begin later, or add the law of that time to the blueprint.",
                {"blueprint": model.name, "date": since, "first": model.blueprint.first},
            )


def _last_valued(
    register: Register, market: Market, since: date, until: date, gaps: dict[str, None]
) -> date:
    """The last day of the window on which everything in the register has a price."""
    valued = until
    for code in register.assets:
        if market.is_money(code):
            if market.rate(code, until) is None:
                ended = _last_rate(market, code, since, until)
                gaps[f"{code}: no rate to {market.currency} after {ended or since}"] = None
            continue
        series = market.series.get(code)
        if series is None:
            continue
        if series.first > since:
            gaps[f"{code}: {series.source} begins only on {series.first}"] = None
        if series.until < since:
            raise Refused(
                "no_prices",
                f"{code}: the prices end on {series.until}, before the window begins ({since}).",
                {"asset": code, "last": series.until, "from": since},
            )
        if series.until < valued:
            valued = series.until
            gaps[
                f"{code}: {series.source} ends on {series.until}; nothing is played after it, and "
                "everything is valued as of that day"
            ] = None
        for first, last in series.holes(since, until):
            gaps[f"{code}: no price from {first} to {last}; the last one before is kept"] = None
    return valued


def _last_rate(market: Market, code: str, since: date, until: date) -> date | None:
    day = until
    while day > since:
        day -= timedelta(days=1)
        if market.rate(code, day) is not None:
            return day
    return None


def _vehicle_gaps(played: Played) -> Iterator[str]:
    for found in played.paths.values():
        yield from found.gaps


def _proxies(played: Played) -> Iterator[str]:
    """The formula of every vehicle that money was placed in."""
    placed = {each.vehicle.name for each in played.funds}
    told: dict[str, Vehicle] = {}
    for day, conduct in played.model.stretches(played.since, played.until):
        for name in sorted(placed & conduct.vehicles.keys()):
            vehicle = conduct.vehicles[name]
            if told.get(name) == vehicle:
                continue
            told[name] = vehicle
            mix = " + ".join(f"{weight} {series}" for series, weight in vehicle.mix)
            yield (
                f"{played.model.name}, from {day}: {name} is told as {vehicle.series or mix}, "
                f"alpha {vehicle.alpha} a year, fees {vehicle.management} a year and "
                f"{vehicle.performance} of the gain"
            )


def _assumptions(register: Register, plays: Mapping[str, Played], market: Market) -> Iterator[str]:
    yield from ENGINE
    yield from market.assumed
    for code, (currency, value) in market.pars.items():
        if code in register.assets:
            yield f"{code}: valued at a par of {value} {currency}; the prices have no series of it"
    for name, played in plays.items():
        told: set[tuple[str, str]] = set()
        for day, conduct in played.model.stretches(played.since, played.until):
            for each in conduct.law.assumptions:
                if each not in told and not each[0].startswith(_IDLE):
                    told.add(each)
                    yield f"{name}, from {day}: {each[0]}: {each[1]}"
        yield from played.notes.assumed
        yield from _proxies(played)
    columns = sorted({column for each in register.holdings for column in each.assumed})
    if columns:
        yield f"{register.name}: some values of {', '.join(columns)} are assumed in the register"


# the document


def document(compared: Compared, rows: bool = True) -> dict[str, Any]:
    """What `qazyna lab compare` prints."""
    models = {name: _model(compared, name, rows=rows) for name in compared.plays}
    ends = {name: found.end_value for name, found in compared.outcomes.items()}
    return {
        "from": compared.since.isoformat(),
        "to": compared.until.isoformat(),
        "valued_on": compared.valued.isoformat(),
        "currency": compared.market.currency,
        "models": models,
        "regret": {a: {b: text(ends[b] - ends[a]) for b in ends if b != a} for a in ends},
        "assumptions": list(compared.assumptions),
        "gaps": list(compared.gaps),
    }


def _model(compared: Compared, name: str, rows: bool) -> dict[str, Any]:
    found, played, of = compared.outcomes[name], compared.plays[name], compared.risks[name]
    return {
        "raised": text(found.raised),
        "raised_by_year": {y: text(v) for y, v in sorted(found.raised_by_year.items())},
        "held_value": text(found.held_value),
        "to_budget": text(found.to_budget),
        "to_victims": text(found.to_victims),
        "to_reserve": text(found.to_reserve),
        "fees": text(found.sale_costs + found.fund_fees),
        "slippage": text(found.slippage),
        "end_value": text(found.end_value),
        "max_drawdown": number(of.max_drawdown),
        "key_custody_value_days": text(found.key_custody_value_days),
        "median_days_to_use": _median(found.days_to_use),
        "rows": [_row(sale) for sale in played.sales] if rows else [],
        "real_end_value": text(found.real_end_value),
        "reserve_value": text(found.reserve_value),
        "pending_value": text(found.pending_value),
        "restituted": text(found.restituted),
        "sale_costs": text(found.sale_costs),
        "fund_fees": text(found.fund_fees),
        "custody_cost": text(found.custody_cost),
        "key_custody_days": found.key_custody_days,
        "volatility": number(of.volatility),
        "es_95": number(of.es_95),
        "holdings": _holdings(played, compared.valued),
        "value_by_month": _by_month(found),
    }


def _row(sale: Sale) -> dict[str, Any]:
    holding = sale.holding
    return {
        "case": holding.case,
        "holding": holding.ref,
        "asset": holding.asset.code,
        "quantity": holding.asset.text(sale.amount),
        "disposed_on": sale.on.isoformat(),
        "mechanism": sale.mechanism,
        "currency": sale.currency.code,
        "price": text(sale.price),
        "proceeds": sale.currency.text(sale.proceeds),
        "costs": sale.currency.text(sale.costs),
        "close": text(sale.close),
        "discount": text(sale.discount),
        "recorded": sale.recorded,
        "entry": sale.entry,
    }


def _holdings(played: Played, day: date) -> list[dict[str, Any]]:
    """Coins held at the end: how many, under what title, and what they are worth at the close."""
    world, market = played.office.world, played.market
    found = []
    for account, code, amount in played.office.books:
        asset = world.asset(code)
        if account.side == "title" and asset.klass == "crypto":
            found.append(
                {
                    "book": account.book,
                    "title": account.klass,
                    "asset": code,
                    "quantity": asset.text(amount),
                    "close": text(market.price(code, day)),
                    "value": text(market.value(asset, amount, day)),
                }
            )
    return found


def _by_month(found: Outcome) -> list[dict[str, str]]:
    """The estate at every month's end, and on the last day."""
    last = found.days[-1] if found.days else None
    return [
        {"date": day.isoformat(), "value": text(value) or "0"}
        for day, value in zip(found.days, found.estate, strict=True)
        if day == last_month_end(day) or day == last
    ]


def _median(days: list[int]) -> float | None:
    """The median; whole where it is."""
    if not days:
        return None
    found = median(days)
    return int(found) if found == int(found) else found


def text(value: Decimal | None) -> str | None:
    """A number in plain digits, without idle zeros."""
    if value is None:
        return None
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def number(value: float | None) -> str | None:
    return None if value is None or value != value else repr(value)
