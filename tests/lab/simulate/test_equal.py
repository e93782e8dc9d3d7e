"""The vector engine equals the rule engine, path by path: the rule engine is the oracle."""

import math
from dataclasses import replace

import pytest

from qazyna.lab.measures import risk
from qazyna.lab.model import Model
from qazyna.lab.outcome import outcome
from qazyna.lab.play import play
from qazyna.lab.simulate import Simulation
from qazyna.lab.simulate.running import run
from qazyna.lab.simulate.terms import OUTCOMES
from qazyna.shell.lab_files import models_of
from tests.lab.simulate.histories import (
    BLOCK,
    ROOT,
    drawn_market,
    drawn_register,
    made_up,
    of_every_kind,
    real,
    sold_by_the_united_states,
)
from tests.lab.support import AUCTION, HOLD, TO_THE_BUDGET, changed

SEED = 20261126

MONEY = (
    "end_value",
    "raised",
    "to_budget",
    "to_victims",
    "to_reserve",
    "held_value",
    "fees",
    "slippage",
    "custody_cost",
    "key_custody_value_days",
)
OF_DAYS = ("max_drawdown", "volatility", "es_95")

SHIPPED = [
    model
    for model in models_of(sorted(path.stem for path in (ROOT / "blueprints").glob("*.toml")))
    if model.blueprint.on(model.blueprint.change_dates[-1]).says("practice.disposal", str)
]

CAP = '{ measure = "class_share", class = "crypto", bound = "max", value = "0.10", amber = "0.09" }'
MECHANISMS = {
    "auction": AUCTION,
    "a small block each week": {
        **AUCTION,
        "practice.auction.block": "0.1",
        "practice.auction.every": "7",
    },
    "tranche_sale": {"practice.disposal": "tranche_sale"},
    "thin tranches": {"practice.disposal": "tranche_sale", "practice.tranche.share": "0.0001"},
    "negotiated_sale": {"practice.disposal": "negotiated_sale", **TO_THE_BUDGET},
    "hold": HOLD,
    "hold what is large": {**HOLD, "reserve.market_value_floor": "300000000000"},
    "hold up to a share": {**HOLD, "limits.coins": CAP, "practice.reserve.base": "20000000"},
    "transfer_to_managers": {"practice.disposal": "transfer_to_managers"},
    "interlocutory_sale": {"practice.disposal": "interlocutory_sale"},
    "interlocutory auctions": {
        "practice.disposal": "interlocutory_sale",
        "practice.sale.by": "auction",
        "practice.auction.block": "0.05",
    },
    "never rebalanced": {"practice.reserve.rebalance": "never"},
}


def without_losses(simulation: Simulation) -> Simulation:
    """The rule engine never loses keys."""
    simulation.prepared.models.each["hazard"] = 0.0
    return simulation


def by_rules(model: Model, simulation: Simulation, history: int) -> tuple[dict[str, float], int]:
    """What the rooms' own rules make of a history, and in how many events."""
    since, until = simulation.prepared.since, simulation.prepared.until
    market = drawn_market(simulation, SEED, history)
    register = drawn_register(simulation, market, SEED, history)
    played = play(model, register, market, since, until)
    found = outcome(played, until)
    of = risk(found.estate, found.flows)
    told = {name: float(getattr(found, name)) for name in MONEY if name != "fees"}
    told["fees"] = float(found.sale_costs + found.fund_fees)
    events = sum(1 for _ in played.office.journal())
    return {**told, **{name: getattr(of, name) or 0.0 for name in OF_DAYS}}, events


def disagreements(expected: dict[str, float], actual: dict[str, float], events: int) -> list[str]:
    """What differs by more than rounding explains.

    Each event rounds to the cent, and coins and units to their last digit. Such errors add up like
    a walk: by the square root of how many there are.
    """
    cents = 0.05 + 0.01 * math.sqrt(events)
    return [
        f"{name}: {expected[name]!r} by rules, {actual[name]!r} by vector, {events} events"
        for name in expected
        if abs(actual[name] - expected[name])
        > 1e-6 * abs(expected[name]) + (cents if name in MONEY else 1e-9)
    ]


def compared(simulation: Simulation, histories: int) -> list[str]:
    found = run(simulation.prepared, histories, SEED, BLOCK, workers=2)
    return [
        f"{model.name}, history {history}: {problem}"
        for history in range(histories)
        for at, model in enumerate(simulation.models)
        for expected, events in (by_rules(model, simulation, history),)
        for problem in disagreements(
            expected, dict(zip(OUTCOMES, map(float, found[history, at]), strict=True)), events
        )
    ]


@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.name)
def test_every_shipped_model_comes_to_the_same_on_real_days(model):
    simulation = Simulation(sold_by_the_united_states(), [model], real(), years=6)

    assert [] == compared(without_losses(simulation), 2)


@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.name)
def test_every_shipped_model_comes_to_the_same_with_two_coins_and_every_outcome(model):
    simulation = Simulation(of_every_kind(), [model], made_up(), years=5)

    assert [] == compared(without_losses(simulation), 2)


@pytest.mark.parametrize("name", MECHANISMS)
def test_every_mechanism_comes_to_the_same(name):
    simulation = Simulation(of_every_kind(), [changed(name, MECHANISMS[name])], made_up(), years=5)

    assert [] == compared(without_losses(simulation), 3)


def test_a_coin_without_volumes_is_sold_alike():
    market = made_up()
    quiet = type(market)(replace(each, volumes=()) for each in market.series.values())
    models = [changed("auction", AUCTION), changed("tranches", MECHANISMS["tranche_sale"])]
    simulation = Simulation(of_every_kind(), models, quiet, years=4)

    assert [] == compared(without_losses(simulation), 2)
