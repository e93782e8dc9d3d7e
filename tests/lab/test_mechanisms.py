"""Each way of managing, on prices simple enough to work out by hand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from qazyna import blueprint
from qazyna.lab.amending import amended
from qazyna.lab.compare import compare
from qazyna.lab.market import Market
from qazyna.lab.model import Model
from qazyna.lab.outcome import Outcome
from qazyna.lab.play import Played, play
from qazyna.lab.register import Holding, Recorded
from qazyna.money import BTC
from tests.lab.support import (
    AUCTION,
    HOLD,
    NOWHERE,
    TO_THE_BUDGET,
    TO_THE_RESERVE,
    changed,
    flat,
    holding,
    register,
    series,
)

SINCE, UNTIL = date(2020, 1, 1), date(2020, 12, 31)


def played(model: Model, *holdings: Holding, market: Market | None = None) -> Played:
    there = market or Market([flat(SINCE, 366)])
    return play(model, register(*holdings), there, SINCE, UNTIL)


def figures(model: Model, *holdings: Holding, market: Market | None = None) -> Outcome:
    there = market or Market([flat(SINCE, 366)])
    found = compare(register(*holdings), [model], there, SINCE, UNTIL)
    return found.outcomes[model.name]


def sold(found: Played) -> list[tuple[str, str, str]]:
    """(day, bitcoin, dollars) of every sale."""
    return [
        (sale.on.isoformat(), BTC.text(sale.amount), sale.currency.text(sale.proceeds))
        for sale in found.sales
    ]


def auction(**changes: str) -> Model:
    told = {
        **AUCTION,
        "practice.days.disposal": "10",
        "practice.auction.block": "0.5",
        "practice.auction.every": "7",
        "practice.auction.discount": '[["0", "0.02"], ["1", "0.12"]]',
        "practice.sale.cost": "0.01",
    }
    return changed("auction", {**told, **{k.replace("__", "."): v for k, v in changes.items()}})


def test_an_auction_offers_blocks_a_week_apart_and_the_curve_gives_the_discount():
    # Final on Monday 2 March, due on 12 March; 1,000 trade a day, so a block is 500: half a day's
    # volume, in the middle of the curve, is 7 % off. The last 200 are 0.2 days', so 4 % off.
    found = played(auction(), holding("1200"))
    assert [
        ("2020-03-12", "500", "46500"),
        ("2020-03-19", "500", "46500"),
        ("2020-03-26", "200", "19200"),
    ] == sold(found)


def test_what_a_sale_costs_is_borne_by_the_proceeds():
    found = figures(auction(), holding("1200"))
    assert Decimal("112200") == found.raised
    assert Decimal("1122") == found.sale_costs
    assert Decimal("111078") == found.to_budget == found.end_value
    assert Decimal("7800") == found.slippage


def test_a_premium_is_a_discount_below_nothing():
    found = played(auction(practice__auction__discount='[["0", "-0.01"]]'), holding("1"))
    assert [("2020-03-12", "1", "101")] == sold(found)


def test_a_sale_waits_for_a_business_day_with_a_price():
    # Due on Friday 13 March; the market has no price from then to Tuesday the 17th.
    first = flat(SINCE, 72)
    second = flat(date(2020, 3, 18), 300)
    whole = type(first)(
        "BTC",
        "USD",
        first.days + second.days,
        first.values + second.values,
        "f",
        volumes=first.volumes + second.volumes,
    )
    model = auction(practice__days__disposal="11")
    found = played(model, holding("1"), market=Market([whole]))
    assert ["2020-03-18"] == [day for day, _, _ in sold(found)]


def test_a_weekend_is_no_day_of_sale():
    found = played(auction(practice__days__disposal="12"), holding("1"))
    assert ["2020-03-16"] == [day for day, _, _ in sold(found)]


def test_without_volumes_a_holding_is_auctioned_at_once_and_that_is_said():
    market = Market([series("BTC", SINCE, ["100"] * 366)])
    found = played(auction(), holding("1200"), market=market)
    assert [("2020-03-12", "1200", "117600")] == sold(found)
    assert any("no volume" in gap for gap in found.notes.gaps)


def tranche() -> Model:
    return changed(
        "tranche",
        {
            "practice.disposal": "tranche_sale",
            "practice.tranche.share": "0.04",
            "practice.tranche.impact": "0.10",
            "practice.sale.cost": "0",
            "practice.days.disposal": "0",
            **TO_THE_BUDGET,
            **NOWHERE,
        },
    )


def test_tranches_keep_to_a_share_of_the_volume_the_oldest_first():
    # 4 % of 1,000 a day is 40; √0.04 = 0.2 of an impact of 10 % is 2 % off. The second holding
    # begins on the day on which the first ends, with 10 of the 40.
    found = played(tranche(), holding("70"), holding("20", line=3, case="C-2"))
    assert [
        ("2020-03-02", "40", "3920"),
        ("2020-03-03", "30", "2940"),
        ("2020-03-03", "10", "980"),
        ("2020-03-04", "10", "990"),
    ] == sold(found)


def test_a_negotiated_sale_is_one_sale_at_its_discount():
    model = changed(
        "negotiated",
        {
            "practice.disposal": "negotiated_sale",
            "practice.sale.discount": "0.025",
            "practice.days.disposal": "30",
            **TO_THE_BUDGET,
            **NOWHERE,
        },
    )
    assert [("2020-04-01", "1200", "117000")] == sold(played(model, holding("1200")))


def test_what_is_held_enters_the_reserve_in_kind():
    rising = series("BTC", SINCE, [str(100 + n) for n in range(366)])
    found = figures(changed("hold", HOLD), holding("10"), market=Market([rising]))
    assert Decimal("4650") == found.held_value == found.reserve_value == found.end_value
    assert Decimal("1610") == found.to_reserve  # 2 March is day 61
    assert [56] == found.days_to_use
    assert found.sources["to_reserve"]


def test_where_the_reserve_takes_no_coins_what_is_held_stays_in_its_case():
    told = {**HOLD, "reserve.eligible": "currency,gold,hedge_fund,venture_fund"}
    found = figures(changed("hold", told), holding("10"))
    assert Decimal("1000") == found.held_value == found.end_value
    assert Decimal(0) == found.to_reserve
    assert [] == found.days_to_use


LIMIT = '{ measure = "class_share", class = "crypto", bound = "max", value = "0.05", amber = "1" }'


def test_a_cap_lets_in_what_fits_and_leaves_the_rest_in_its_case():
    told = {**HOLD, "practice.reserve.base": "10000", "limits.coins": LIMIT}
    found = played(changed("cap", told), holding("10"))
    held = {
        account.book: BTC.text(amount)
        for account, code, amount in found.office.books
        if account.side == "title" and code == "BTC"
    }
    assert {"reserve": "5", "C-1/2": "5"} == held


@pytest.mark.parametrize(("floor", "sales"), [("1800000000", 0), ("1900000000", 1)])
def test_a_floor_lets_in_only_what_the_market_values_highly(floor, sales):
    # Some 18.2 million bitcoin were issued by then, at 100 dollars each.
    told = {**HOLD, "reserve.market_value_floor": floor, "reserve.market_value_months": "1"}
    told |= {"practice.sale.by": "negotiated_sale", "practice.sale.discount": "0"}
    found = played(changed("floor", told), holding("10"))
    assert sales == len(found.sales)


def early() -> Model:
    return changed(
        "early",
        {
            "practice.disposal": "interlocutory_sale",
            "practice.sale.by": "negotiated_sale",
            "practice.sale.discount": "0",
            "practice.sale.cost": "0",
            "practice.days.interlocutory": "21",
            **TO_THE_BUDGET,
            **NOWHERE,
        },
    )


@pytest.mark.parametrize(
    ("outcome", "budget", "victims", "pending", "end"),
    [
        ("forfeited", "1000", "0", "0", "1000"),
        ("restituted", "0", "1000", "0", "1000"),
        ("returned", "0", "0", "0", "0"),
        ("pending", "0", "0", "1000", "0"),
    ],
)
def test_what_is_sold_before_the_order_leaves_money_for_whoever_it_is_decided_for(
    outcome, budget, victims, pending, end
):
    final = None if outcome == "pending" else "2020-06-01"
    market = Market([series("BTC", SINCE, ["100"] * 60 + ["40"] * 306)])
    asked = holding("10", outcome=outcome, final=final)
    assert [("2020-01-27", "10", "1000")] == sold(played(early(), asked, market=market))
    found = figures(early(), asked, market=market)
    assert Decimal(budget) == found.to_budget
    assert Decimal(victims) == found.to_victims == found.restituted
    assert Decimal(pending) == found.pending_value
    assert Decimal(end) == found.end_value


@pytest.mark.parametrize(
    ("outcome", "end"),
    [("returned", "0"), ("restituted", "1000"), ("pending", "0"), ("forfeited", "979")],
)
def test_only_what_is_forfeited_is_sold(outcome, end):
    final = None if outcome == "pending" else "2020-06-01"
    found = figures(auction(practice__sale__cost="0"), holding("10", outcome=outcome, final=final))
    assert Decimal(end) == found.end_value


def test_victims_have_the_laws_share_and_are_paid_it():
    shares = {
        "disposition.share.reserve": "0.5",
        "disposition.share.budget": "0.3",
        "disposition.share.victims": "0.2",
        "practice.disposal": "negotiated_sale",
        "practice.sale.discount": "0",
        "practice.sale.cost": "0",
        **NOWHERE,
    }
    found = figures(changed("shares", shares), holding("10"))
    assert ("500", "300", "200") == tuple(
        str(value.quantize(Decimal(1)))
        for value in (found.to_reserve, found.to_budget, found.to_victims)
    )
    assert Decimal(0) == found.restituted


def test_a_recorded_sale_is_taken_only_by_a_model_that_does_the_same():
    told = Recorded("auction", date(2020, 3, 9), "USD", 500000, 1000)
    asked = holding("10", recorded=told)
    assert [("2020-03-09", "10", "5000")] == sold(played(auction(), asked))
    other = changed("hold", HOLD)
    assert [] == sold(played(other, asked))


def test_a_holding_without_a_day_of_finality_gets_the_practices():
    model = auction(practice__days__final="45", practice__days__disposal="0")
    found = played(model, holding("1", final=None))
    assert ["2020-02-20"] == [day for day, _, _ in sold(found)]
    kinds = [event.kind for _, event, _ in found.office.journal()]
    assert "forfeiture_ordered" in kinds


def test_what_was_seized_before_the_window_is_an_opening_holding():
    found = played(auction(), holding("1", seized="2018-05-05", final="2019-01-15"))
    assert [("2020-01-01", "1")] == [(d, q) for d, q, _ in sold(found)]
    first = next(iter(found.office.journal()))[1]
    assert SINCE == first.on


def test_what_was_disposed_of_before_the_window_is_left_out():
    told = Recorded("auction", date(2019, 12, 1), "USD", 5000, 0)
    found = played(auction(), holding("1", seized="2018-05-05", final="2019-01-15", recorded=told))
    assert () == found.lots


def test_the_law_of_the_day_decides_what_is_done():
    # Kept from July on; what was due before was sold.
    told = {key: value for key, value in HOLD.items() if not key.startswith("practice.reserve")}
    base = auction(practice__days__disposal="0")
    text = amended(base.blueprint.text, told, date(2020, 7, 1))
    model = Model("both", blueprint.parse(text, "both"))
    found = played(
        model, holding("1", final="2020-06-01"), holding("2", final="2020-07-01", line=3, case="D")
    )
    assert ["1"] == [quantity for _, quantity, _ in sold(found)]
    kept = {account.book for account, code, _ in found.office.books if code == "BTC"}
    assert {"reserve"} == kept


def test_money_seized_is_allocated_when_it_is_final():
    market = Market([flat(SINCE, 366)])
    found = figures(auction(), holding("1000.50", asset="USD"), market=market)
    assert Decimal("1000.50") == found.to_budget


def test_custody_costs_a_share_of_the_value_under_own_keys_and_stands_apart():
    told = {**HOLD, "practice.custody.cost": "0.0365"}
    found = figures(changed("hold", told), holding("10", seized="2020-12-02", final="2020-12-21"))
    # 30 days of 1,000 dollars, at 0.0001 a day
    assert Decimal("30000") == found.key_custody_value_days
    assert Decimal("3") == found.custody_cost
    assert 30 == found.key_custody_days
    assert Decimal("1000") == found.end_value


def test_a_sale_in_another_currency_keeps_it_and_is_valued_at_the_days_rate():
    rates = {"USD": series("USD", SINCE, ["1.25"] * 366, currency="EUR")}
    told = Recorded("auction", date(2020, 3, 9), "EUR", 80000, 0)
    market = Market([flat(SINCE, 366)], rates)
    found = played(auction(), holding("10", recorded=told), market=market)
    assert [("2020-03-09", "10", "800")] == sold(found)
    assert Decimal("80") == found.sales[0].close
    assert Decimal("0") == found.sales[0].discount
    assert Decimal("1000") == figures(auction(), holding("10", recorded=told), market=market).raised


def test_a_day_after_the_window_is_not_played():
    found = played(auction(), holding("1", final=(UNTIL + timedelta(days=3)).isoformat()))
    assert [] == sold(found)


def test_reserve_shares_go_to_the_reserve_as_money():
    found = figures(
        changed(
            "money",
            {
                "practice.disposal": "negotiated_sale",
                "practice.sale.discount": "0",
                "practice.sale.cost": "0",
                **TO_THE_RESERVE,
                **NOWHERE,
            },
        ),
        holding("10"),
    )
    assert Decimal("1000") == found.reserve_value == found.to_reserve


def amended_law(told: dict[str, str], later: dict[str, str], since: date) -> Model:
    """One practice, and another from a day on."""
    text = amended(changed("before", told).blueprint.text, later, since)
    return Model("amended", blueprint.parse(text, "amended"))


@pytest.mark.parametrize("by", ["auction", "tranche_sale"])
def test_what_is_no_longer_lawful_is_dealt_with_by_the_practice_of_that_day(by):
    begun = {
        **AUCTION,
        "practice.disposal": by,
        "practice.days.disposal": "0",
        "practice.auction.block": "0.1",
        "practice.auction.every": "7",
        "practice.tranche.share": "0.1",
        **TO_THE_RESERVE,
    }
    kept = {**HOLD, "disposition.mechanisms": "hold,negotiated_sale"}
    found = played(amended_law(begun, kept, date(2020, 3, 10)), holding("1200"))
    sold_before = sum(sale.amount for sale in found.sales)
    assert sold_before and max(sale.on for sale in found.sales) < date(2020, 3, 10)
    in_kind = sum(
        amount
        for account, code, amount in found.office.books
        if account.path == "reserve/reserve" and code == "BTC"
    )
    assert BTC.amount("1200") == sold_before + in_kind
    assert any("has no" in gap for gap in found.notes.gaps)


def test_an_early_sale_that_is_no_longer_lawful_waits_for_the_order():
    begun = {
        "practice.disposal": "interlocutory_sale",
        "practice.sale.by": "auction",
        "practice.auction.block": "0.1",
        "practice.auction.every": "7",
        "practice.days.interlocutory": "7",
        **TO_THE_RESERVE,
        **NOWHERE,
    }
    kept = {**HOLD, "disposition.mechanisms": "hold,negotiated_sale"}
    found = played(amended_law(begun, kept, date(2020, 1, 25)), holding("1200"))
    assert ["2020-01-13", "2020-01-20"] == [day for day, _, _ in sold(found)]
    held = {
        code: amount
        for account, code, amount in found.office.books
        if account.path == "reserve/reserve"
    }
    assert BTC.amount("1000") == held["BTC"]
    assert held["USD"] > 0


def test_what_is_too_little_today_does_not_end_the_sale_of_the_rest():
    # 40.00000001 may be sold a day: a satoshi, worth nothing, is left over for the second holding.
    market = Market([series("BTC", SINCE, ["100"] * 366, ["1000.00000026"] * 366)])
    found = played(tranche(), holding("40"), holding("80", line=3, case="C-2"), market=market)
    assert Decimal(120) == sum(BTC.decimal(sale.amount) for sale in found.sales)
    assert ["2020-03-02", "2020-03-03", "2020-03-04"] == [day for day, _, _ in sold(found)]


@pytest.mark.parametrize(
    "told",
    [
        {
            "practice.disposal": "interlocutory_sale",
            "disposition.mechanisms": "interlocutory_sale",
            "practice.sale.by": "auction",
            "practice.days.interlocutory": "300",
        },
        {
            **HOLD,
            "disposition.mechanisms": "hold",
            "reserve.market_value_floor": "1000000000000",
            "practice.sale.by": "negotiated_sale",
        },
    ],
)
def test_what_practice_may_not_sell_stays_held_and_that_is_said(told):
    found = played(changed("never", told), holding("10"))
    assert () == found.sales
    assert any("stays held" in gap for gap in found.notes.gaps)
