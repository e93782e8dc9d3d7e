"""Kazakhstan's programme for ten years, on what the markets did from the end of 2015.

Five hedge funds are chosen of nine candidates, money is placed with them and a forfeited asset
handed to one; a gate closes in the crash of 2018, a fund is suspended in 2020, one is wound up in
2023, and two venture funds live to their end. At the end of each of 120 months the books, the
statements, the fees and the measures of performance have to say what the funds' administrators say,
who compute it apart (`administrator.py`).

The law is Kazakhstan's blueprint with its first day put back to 2012, so that it holds all along.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from qazyna.office.adoption import AdoptBlueprint
from qazyna.office.appointment import Appoint
from qazyna.shell.importing import import_price_file
from qazyna.shell.queries import watching
from qazyna.shell.queries.fees import fees
from qazyna.shell.queries.ledger import balances
from qazyna.shell.queries.performance import performance
from qazyna.shell.queries.statement import statement
from qazyna.shell.store.commit import execute
from qazyna.shell.store.replay import check
from tests.journeys.ten_years.administrator import NOTHING, plain
from tests.journeys.ten_years.market import DATA, FIRST, LAST, months
from tests.journeys.ten_years.programme import CRASH, RESUMED, STOPPED, Evening, Programme
from tests.shell.store.opened import opened
from tests.support import law_of

LAW = law_of("kazakhstan")


@pytest.fixture(scope="module")
def lived(database: Any) -> Iterator[Programme]:
    """The ten years, lived once for all the tests here."""
    with opened(database.url()) as connection:
        law = AdoptBlueprint(name=LAW.name, sha256=LAW.sha256)
        document = [(LAW.name, LAW.text.encode())]
        execute(connection, law, actor="owner", documents=document)
        execute(connection, Appoint(user="owner", roles=("owner",)), actor="owner")
        for file, asset in (("btc_usd_daily", "BTC"), ("gold_usd_oz_monthly", "XAU")):
            path = DATA / "prices" / f"{file}.csv"
            import_price_file(connection, path, actor="owner", asset=asset)
        programme = Programme(connection)
        programme.begin()
        programme.choose()
        for number, month in enumerate(months()):
            programme.live(month, first=number == 0)
        yield programme


def booked(lived: Programme, evening: Evening, start: str) -> dict[str, Decimal]:
    """What the books held that evening: account and asset -> quantity."""
    found = balances(lived.connection, evening.end, prefix=start)
    return {f"{row['account']} {row['asset']}": Decimal(row["quantity"]) for row in found}


def test_the_decade_is_whole(lived):
    ends = [evening.end for evening in lived.evenings]

    assert (FIRST, LAST, 120) == (ends[0], ends[-1], len(ends))


def test_five_are_chosen_and_none_that_moves_like_another(lived):
    assert ["balanced", "premium", "gold", "reversal", "dollar"] == [
        fund.strategy for fund in lived.hedge.values()
    ]


def test_units_are_the_administrators_every_evening(lived):
    for evening in lived.evenings:
        said = {
            f"reserve/fund/{code} {code}": units for code, units in evening.units.items() if units
        }
        held = booked(lived, evening, "reserve/fund/HF-")
        assert said == held, evening.end


def test_money_is_what_the_bank_would_say_every_evening(lived):
    for evening in lived.evenings:
        held = booked(lived, evening, "reserve/bank/")
        assert [evening.money] == list(held.values()), evening.end


def test_what_is_held_belongs_to_somebody_every_evening(lived):
    """Units and money are conserved: in every book and asset, locations sum to titles."""
    for evening in lived.evenings:
        sums: dict[tuple[str, str], Decimal] = {}
        for row in balances(lived.connection, evening.end):
            sign = 1 if row["side"] == "location" else -1
            key = (row["book"], row["asset"])
            sums[key] = sums.get(key, NOTHING) + sign * Decimal(row["quantity"])
        assert set(sums.values()) == {NOTHING}, evening.end


def test_the_statement_comes_to_the_cent_to_what_everybody_else_says(lived):
    for evening in lived.evenings:
        total = statement(lived.connection, evening.end).total
        assert total is not None
        assert round(evening.total, 6) == round(total, 6), evening.end


def test_the_gate_closed_in_the_crash_and_let_all_out_in_the_end(lived):
    """60 % asked back of a fund whose others ask for 30 %: a quarter of the fund a month."""
    gated = [(end, asked, filled) for end, asked, filled in lived.filled if end < STOPPED]

    assert CRASH == gated[0][0]
    assert len(gated) > 1
    assert all(filled < asked for _, asked, filled in gated[:-1])
    assert gated[-1][1] == gated[-1][2]
    assert sum(filled for *_, filled in gated) == gated[0][1]


def test_a_suspended_fund_deals_again_on_its_first_day(lived):
    later = [end for end, *_ in lived.filled if end > STOPPED]

    assert RESUMED == later[0]


def test_estimates_of_a_suspended_fund_say_so(lived):
    code = lived.of("reversal").code
    for evening in lived.evenings:
        if STOPPED <= evening.end < RESUMED:
            told = statement(lived.connection, evening.end).estimates
            assert any(code in str(each) for each in told), (evening.end, told)


def test_every_statement_agrees_with_the_books(lived):
    """119 or fewer months of five funds: 24 of the one wound up are missing. Nothing is to ask."""
    received = watching.received(lived.connection)

    assert [] == watching.queries(lived.connection)
    assert sum(1 for fund in lived.hedge.values() for _ in fund.navs) == len(received)


def test_fees_are_what_the_terms_make_them_but_for_one_month(lived):
    """Recomputed from terms and NAVs they are the administrators' to a few cents in ten years; the
    month in which one of them took half as much again is found, and no other."""
    for fund in lived.hedge.values():
        told = fees(lived.connection, fund.code)
        mistaken = sorted(fund.overcharges)
        assert mistaken == [date.fromisoformat(each["to"]) for each in told["findings"]]
        assert all(each["charged"] is not None for each in told["fees"])
        if not mistaken:
            for of_one_kind in told["totals"].values():
                assert abs(Decimal(of_one_kind["difference"])) <= Decimal("0.05"), fund.code


def test_returns_are_the_administrators(lived):
    """Time-weighted returns are those of the NAVs that were published, whatever we paid in."""
    told = performance(lived.connection, until=LAST)["series"]
    for fund in lived.hedge.values():
        ends = sorted(fund.navs)
        expected = fund.navs[ends[-1]] / fund.navs[ends[0]] - 1
        assert float(expected) == pytest.approx(told[fund.code]["cumulative"], rel=1e-12)


def test_venture_funds_gave_back_what_the_books_say(lived):
    """Paid in, distributed, and nothing left: the multiples follow."""
    told = performance(lived.connection, until=LAST)["managers"]
    for fund in lived.venture.values():
        money = told[fund.code]["money"]
        assert float(fund.called) == pytest.approx(money["pic"], rel=1e-12)
        assert float(fund.distributed / fund.called) == pytest.approx(money["dpi"], rel=1e-12)
        assert 0 == money["rvpi"]


def test_nothing_is_left_with_those_who_were_let_go(lived):
    gone = [lived.of("premium").code, *lived.venture]
    last = lived.evenings[-1]
    for row in balances(lived.connection, last.end):
        assert row["asset"].partition(":")[0] not in gone, row
        assert not any(row["account"].endswith(f"/{code}") for code in gone), row


def test_the_coin_never_entered_the_reserve(lived):
    for evening in lived.evenings:
        held = balances(lived.connection, evening.end, prefix="reserve/")
        assert "BTC" not in {row["asset"] for row in held}


def test_all_of_it_follows_from_its_events(lived):
    assert [] == list(check(lived.connection).differences)


def test_figures_are_plain(lived):
    """The administrators' figures are written without exponents, as people write them."""
    assert "E" not in "".join(plain(nav) for f in lived.hedge.values() for nav in f.navs.values())
