"""The reserve's money placed with vehicles: weights, notice, gates, fees; and coins handed over."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from qazyna.blueprint import Vehicle
from qazyna.lab.compare import compare
from qazyna.lab.market import Market, Series
from qazyna.lab.model import Model
from qazyna.lab.outcome import Outcome
from qazyna.lab.play import Played, play
from qazyna.lab.vehicles import path
from tests.lab.support import NOWHERE, TO_THE_RESERVE, changed, flat, holding, register, series

SINCE, UNTIL = date(2020, 1, 1), date(2021, 12, 31)
DAYS = (UNTIL - SINCE).days + 1


def vehicle(kind: str = "hedge_fund", **told: str) -> str:
    """A vehicle as a blueprint writes it; follows bitcoin with half its moves, if not said."""
    said = {
        "mix": '{ BTC = "0.5" }',
        "alpha": '"0"',
        "management": '"0"',
        "performance": '"0"',
        "notice_days": "0",
        "gate": '"1"',
        "count": "1",
        **told,
    }
    return f'{{ kind = "{kind}", ' + ", ".join(f"{k} = {v}" for k, v in said.items()) + " }"


def investing(disposal: str = "sell_and_invest", **changes: str) -> Model:
    told = {
        "practice.disposal": disposal,
        "practice.sale.by": "negotiated_sale",
        "practice.sale.discount": "0",
        "practice.sale.cost": "0",
        "practice.days.disposal": "0",
        "practice.vehicle.multi_strategy": vehicle(),
        "practice.vehicle.blockchain_equities": vehicle("listed"),
        "practice.vehicle.venture": vehicle("venture_fund"),
        **TO_THE_RESERVE,
        **NOWHERE,
        "practice.reserve.place.multi_strategy": "0.15",
        **{k.replace("__", "."): v for k, v in changes.items()},
    }
    return changed("investing", told)


def played(model: Model, market: Market, quantity: str = "100") -> Played:
    """Forfeited on 2 March 2020, a Monday and the first business day of its month."""
    return play(model, register(holding(quantity)), market, SINCE, UNTIL)


def figures(model: Model, market: Market) -> Outcome:
    found = compare(register(holding("100")), [model], market, SINCE, UNTIL)
    return found.outcomes[model.name]


def kinds(found: Played, kind: str) -> list[str]:
    """The days on which something of that kind happened."""
    return [happened.on.isoformat() for _, happened, _ in found.office.journal()
            if happened.kind == kind]  # fmt: skip


def reserve(found: Played) -> dict[str, str]:
    world = found.office.world
    return {
        code: world.asset(code).text(amount)
        for account, code, amount in found.office.books
        if account.path == "reserve/reserve"
    }


def btc(*steps: tuple[date, str]) -> Series:
    """Bitcoin at one price from each day on, the first from the window's first."""
    prices = []
    for n in range(DAYS):
        day = SINCE + timedelta(days=n)
        prices.append([price for since, price in steps if since <= day][-1])
    return series("BTC", SINCE, prices, ["100000"] * DAYS)


FLAT = Market([flat(SINCE, DAYS, volume="100000")])


def test_money_is_placed_on_the_day_it_comes_in_if_that_is_a_placing_day():
    found = played(investing(), FLAT)
    # 10,000 dollars came in on a placing day: 15 % of it are 15 units at 100.
    assert {"USD": "8500", "HF-MULTI-STRATE-1": "15"} == reserve(found)
    assert ["2020-03-02"] == kinds(found, "subscribed")


def test_several_funds_share_a_weight_equally():
    told = {"practice__vehicle__multi_strategy": vehicle(count="3")}
    found = played(investing(**told), FLAT)
    assert {
        "USD": "8500",
        **{f"HF-MULTI-STRATE-{n}": "5" for n in (1, 2, 3)},
    } == reserve(found)


def test_a_venture_fund_calls_all_that_is_committed_and_is_never_redeemed():
    told = {"practice__reserve__place__multi_strategy": "0"}
    model = investing(**told, practice__reserve__place__venture="0.10")
    market = Market([btc((SINCE, "100"), (date(2020, 6, 1), "300"))])
    found = played(model, market)
    assert "1000" == reserve(found)["VF-VENTURE-1"]
    assert ["2020-03-02"] == kinds(found, "capital_called")
    assert [] == kinds(found, "redemption_requested")
    # Half of +200 % on 1,000 dollars at cost.
    assert Decimal("11000") == figures(model, market).end_value


def test_gold_is_bought_at_the_last_known_average_and_sold_back_above_its_weight():
    months = [date(2019, 12, 31), date(2020, 2, 29), date(2020, 12, 31)]
    gold = Series(
        "XAU", "USD", tuple(months), (Decimal(1000), Decimal(1000), Decimal(2000)), "gold", 400
    )
    model = investing(
        practice__reserve__place__multi_strategy="0", practice__reserve__place__gold="0.3"
    )
    found = played(model, Market([flat(SINCE, DAYS, volume="100000"), gold]))
    assert ["2020-03-02", "2021-01-01"] == kinds(found, "currency_exchanged")
    # 3 ounces; a year later they are 6,000 of 13,000 dollars, and 30 % are 3,900.
    assert {"XAU": "1.95", "USD": "9100"} == reserve(found)


def doubled() -> Market:
    """Bitcoin triples on 1 June 2020, so what follows half of it doubles; flat ever after."""
    return Market([btc((SINCE, "100"), (date(2020, 6, 1), "300"))])


def test_what_lies_above_its_weight_is_asked_back_once_a_year_and_paid_after_notice():
    told = {"practice__vehicle__multi_strategy": vehicle(notice_days="45")}
    found = played(investing(**told), doubled())
    # 15 units at 200 are 3,000 of 11,500 dollars; 15 % are 1,725; 6.375 units too many. Asked on
    # 1 January 2021, with 45 days of notice: the first month's end is February's, dealt 1 March.
    assert ["2021-01-01"] == kinds(found, "redemption_requested")
    assert ["2021-03-01"] == kinds(found, "redemption_filled") == kinds(found, "proceeds_received")
    assert {"USD": "9775", "HF-MULTI-STRATE-1": "8.625"} == reserve(found)


def test_a_gate_pays_a_share_of_what_is_held_and_carries_the_rest():
    told = {"practice__vehicle__multi_strategy": vehicle(gate='"0.2"')}
    found = played(investing(**told), doubled())
    # 6.375 of 15 units: 3, then a fifth of 12 is 2.4, then the last 0.975.
    fills = [
        (happened.on.isoformat(), happened.units)
        for _, happened, _ in found.office.journal()
        if happened.kind == "redemption_filled"
    ]
    assert [
        ("2021-02-01", 3_000_000),
        ("2021-03-01", 2_400_000),
        ("2021-04-01", 975_000),
    ] == fills


def test_where_nothing_is_rebalanced_nothing_is_asked_back():
    found = played(investing(practice__reserve__rebalance="never"), doubled())
    assert [] == kinds(found, "redemption_requested")


def test_coins_handed_over_become_units_and_never_enter_the_reserve():
    model = investing("transfer_to_managers", practice__reserve__rebalance="never")
    found = play(model, register(holding("100", final="2020-03-10")), FLAT, SINCE, UNTIL)
    assert ["2020-04-01"] == kinds(found, "units_delivered")
    assert {"HF-MULTI-STRATE-1": "100"} == reserve(found)
    assert () == found.sales


def test_fees_of_a_fund_are_what_is_missing_where_nothing_moves():
    told = {"practice__vehicle__multi_strategy": vehicle(management='"0.0365"', count="2")}
    found = figures(investing(**told), FLAT)
    # 0.01 % of some 1,500 dollars a day, for 671 days; what is lost is made up for every month.
    assert Decimal(90) < found.fund_fees < Decimal(101)
    assert abs(found.end_value + found.fund_fees - 10000) < Decimal("0.01")


def test_fees_of_a_venture_fund_are_counted_the_same_way():
    told = {
        "practice__reserve__place__multi_strategy": "0",
        "practice__reserve__place__venture": "0.10",
        "practice__vehicle__venture": vehicle("venture_fund", management='"0.0365"'),
    }
    found = figures(investing(**told), FLAT)
    assert Decimal(60) < found.fund_fees < Decimal(68)
    assert abs(found.end_value + found.fund_fees - 10000) < Decimal("0.01")


# the value of a unit


def plain(prices: list[float], days: list[date], beta: float, alpha: float, fee: float,
          performance: float) -> list[float]:  # fmt: skip
    """The same by the page: one loop over floats."""
    nav = mark = 100.0
    found = [nav]
    for at in range(1, len(days)):
        passed = (days[at] - days[at - 1]).days / 365
        nav *= 1 + beta * (prices[at] / prices[at - 1] - 1) + alpha * passed - fee * passed
        if days[at].month == 12 and days[at].day == 31 and nav > mark:
            nav -= performance * (nav - mark)
            mark = nav
        found.append(nav)
    return found


def test_a_path_is_what_the_page_says():
    values = [str(Decimal(100 + (n * 37) % 90)) for n in range(DAYS)]
    market = Market([series("BTC", SINCE, values)])
    told = Vehicle(
        "v", "hedge_fund", (("BTC", Decimal("0.3")),), Decimal("0.05"), Decimal("0.02"),
        Decimal("0.2"), 0, Decimal(1), 1,
    )  # fmt: skip
    found = path("v", [(SINCE, told)], market, UNTIL)
    days = [SINCE + timedelta(days=n) for n in range(DAYS)]
    expected = plain([float(v) for v in values], days, 0.3, 0.05, 0.02, 0.2)
    assert days == list(found.days)
    for nav, by_hand in zip(found.navs, expected, strict=True):
        assert abs(float(nav) / by_hand - 1) < 1e-12


def test_cash_earns_the_yield_of_the_day_before():
    yields = series("CASH", SINCE, ["3.65"] * 10, currency="")
    told = Vehicle(
        "v", "listed", (("CASH", Decimal(1)),), Decimal(0), Decimal(0), Decimal(0), 0, Decimal(1), 1
    )
    found = path("v", [(SINCE, told)], Market([yields]), SINCE + timedelta(days=9))
    assert abs(found.navs[-1] - 100 * Decimal("1.0001") ** 9) < Decimal("1e-20")


def test_where_a_series_ends_the_vehicle_stands_and_takes_no_more_money():
    short = series("SPX", SINCE, ["100"] * 100, currency="")
    market = Market([flat(SINCE, DAYS, volume="100000"), short])
    told = {"practice__vehicle__multi_strategy": vehicle(mix='{ SPX = "1" }')}
    found = play(
        investing(**told), register(holding("100", final="2020-06-01")), market, SINCE, UNTIL
    )
    assert {"USD": "10000"} == reserve(found)
    assert any("SPX ends on 2020-04-09" in gap for gap in found.paths["multi_strategy"].gaps)


def test_without_a_series_no_money_is_placed_and_that_is_said():
    told = {"practice__vehicle__multi_strategy": vehicle(mix='{ ETH = "1" }')}
    found = compare(register(holding("100")), [investing(**told)], FLAT, SINCE, UNTIL)
    assert Decimal(10000) == found.outcomes["investing"].reserve_value
    assert any("there is no series ETH" in gap for gap in found.gaps)


def test_a_series_of_ones_own_replaces_the_mix_by_one_line():
    mine = series("my_fund.csv", SINCE, ["100"] * 200 + ["110"] * (DAYS - 200), currency="")
    told = {
        "practice__vehicle__multi_strategy": vehicle(mix='{ ETH = "1" }', series='"my_fund.csv"')
    }
    market = Market([flat(SINCE, DAYS, volume="100000"), mine])
    assert abs(figures(investing(**told), market).end_value - 10150) < Decimal("0.01")


@pytest.mark.parametrize("disposal", ["sell_and_invest", "transfer_to_managers"])
def test_money_is_neither_made_nor_lost_where_nothing_moves(disposal):
    found = figures(investing(disposal), FLAT)
    assert Decimal(10000) == found.end_value


@pytest.mark.parametrize(
    ("limit", "later"),
    [("0.25", []), ("0.30", [("2020-09-01", "LF-BLOCKCHAIN-E-1", 35000)])],
)
def test_a_class_that_has_reached_its_limit_takes_no_more(limit, later):
    # Hedge funds and what is listed are one class. The first doubles to 3,000 dollars and is never
    # asked back; the second stays at 1,000. Of 14,500 its weight is 1,450; but 25 % for both are
    # 3,625, and 30 % are 4,350.
    told = {
        "practice.reserve.rebalance": "never",
        "practice.reserve.place.blockchain_equities": "0.10",
        "practice.vehicle.blockchain_equities": vehicle("listed", mix='{ BTC = "0" }'),
        "limits.hedge_funds": limit,
    }
    model = investing(**{k.replace(".", "__"): v for k, v in told.items()})
    late = holding("10", final="2020-09-01", case="C-2", line=3)
    found = play(model, register(holding("100"), late), doubled(), SINCE, UNTIL)
    subscribed = [
        (happened.on.isoformat(), happened.manager, happened.amount)
        for _, happened, _ in found.office.journal()
        if happened.kind == "subscribed" and happened.on > date(2020, 3, 2)
    ]
    assert later == subscribed


def test_the_formula_of_every_vehicle_in_use_is_told():
    found = compare(register(holding("100")), [investing()], FLAT, SINCE, UNTIL)
    told = [each for each in found.assumptions if "multi_strategy is told as" in each]
    assert ["investing, from 2020-01-01: multi_strategy is told as 0.5 BTC"] == [
        each.partition(",")[0] + "," + each.partition(",")[2].partition(",")[0] for each in told
    ]
