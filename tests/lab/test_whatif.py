"""A change of law tried out: both sides, the difference, and what is refused."""

from datetime import date
from decimal import Decimal

import pytest

from qazyna.errors import Refused
from qazyna.lab.amending import amended, written
from qazyna.lab.books import register_of
from qazyna.lab.market import Market
from qazyna.lab.play import play
from qazyna.lab.register import Recorded
from qazyna.lab.whatif import changes_of, try_out, what_if_document
from tests.lab.support import AUCTION, ROOT, changed, flat, holding, register

SINCE, UNTIL = date(2020, 1, 1), date(2020, 12, 31)
MARKET = Market([flat(SINCE, 366)])
LAW = changed("law", {**AUCTION, "practice.days.disposal": "90"}).blueprint


def tried(*changes: str, applies: date = SINCE):
    asked = holding("10", recorded=Recorded("auction", date(2020, 3, 9), "USD", 90000, 0))
    return try_out(LAW, changes_of(changes), applies, register(asked), MARKET, SINCE, UNTIL)


def test_both_sides_and_the_difference():
    shares = ("disposition.share.budget=0.7", "disposition.share.reserve=0.3")
    told = what_if_document(tried("practice.days.disposal=30", *shares), LAW)
    assert [
        {"clause": "practice.days.disposal", "was": 90, "becomes": 30, "from": "2020-01-01"},
        {"clause": "disposition.share.budget", "was": "1", "becomes": "0.7", "from": "2020-01-01"},
        {"clause": "disposition.share.reserve", "was": "0", "becomes": "0.3", "from": "2020-01-01"},
    ] == told["changes"]
    assert ["2020-06-01"] == [row["disposed_on"] for row in told["base"]["rows"]]
    assert ["2020-04-01"] == [row["disposed_on"] for row in told["changed"]["rows"]]
    moved = Decimal(told["base"]["to_budget"]) * Decimal("-0.3")
    assert moved.quantize(Decimal("0.01")) == Decimal(told["difference"]["to_budget"])
    assert -61 == told["difference"]["median_days_to_use"]
    assert told["base"]["raised"] == told["changed"]["raised"]


def test_a_change_applies_from_its_day():
    told = what_if_document(tried("practice.days.disposal=30", applies=date(2020, 8, 1)), LAW)
    assert told["base"] == told["changed"]


@pytest.mark.parametrize(
    ("change", "code", "law"),
    [
        ("disposition.share.reserve=0.30", "change_not_sound", "disposition.share.reserve"),
        ("practice.days.disposal=soon", "bad_change", "practice.days.disposal"),
        ("practice.disposal=give_away", "change_not_sound", "practice.disposal"),
        ("disposition.shares.reserve=1", "unknown_clause", "disposition.shares.reserve"),
        ("limits.crypto=0.05", "no_such_limit", "limits.crypto"),
        ("statistics.inside_official_reserves=yes", "bad_change",
         "statistics.inside_official_reserves"),
        ("practice.vehicle.x={ kind", "bad_change", "practice.vehicle.x"),
        ("forfeiture.appeal_days=400", "change_not_sound", "practice.days.final"),
        ("no change at all", "bad_change", None),
    ],
)  # fmt: skip
def test_what_cannot_be_tried_names_its_clause(change, code, law):
    with pytest.raises(Refused) as caught:
        tried(change)
    assert (code, law) == (caught.value.code, caught.value.law)


def test_nothing_changed_and_a_day_without_law_are_refused():
    with pytest.raises(Refused) as caught:
        tried()
    assert "no_change" == caught.value.code
    with pytest.raises(Refused) as caught:
        tried("practice.days.disposal=30", applies=date(2000, 1, 1))
    assert "no_law_on_date" == caught.value.code


@pytest.mark.parametrize("path", sorted((ROOT / "blueprints").glob("*.toml")), ids=lambda p: p.stem)
def test_a_blueprint_that_is_written_out_says_the_same(path):
    import tomllib

    text = path.read_text(encoding="utf-8")
    assert tomllib.loads(text) == tomllib.loads(written(tomllib.loads(text)))


def test_a_limit_changes_its_bound_alone():
    from qazyna import blueprint

    text = amended(LAW.text, {"limits.gold": "0.55"}, date(2021, 1, 1))
    law = blueprint.parse(text, "law")
    before = {limit.name: limit for limit in law.on(date(2020, 1, 1)).limits}["gold"]
    after = {limit.name: limit for limit in law.on(date(2021, 1, 1)).limits}["gold"]
    assert (Decimal("0.80"), Decimal("0.55")) == (before.value, after.value)
    assert (before.measure, before.klass, before.bound) == (after.measure, after.klass, after.bound)


def test_a_register_read_off_the_books_is_the_one_they_were_kept_from():
    taken = register(
        holding("10"),
        holding("3", outcome="returned", final="2020-05-04", line=3, case="C-2"),
        holding("4", outcome="restituted", final="2020-05-05", line=4, case="C-3"),
        holding("5", outcome="pending", final=None, line=5, case="C-4"),
        holding("600.25", asset="USD", line=6, case="C-5"),
    )
    found = register_of(
        event
        for _, event, _ in play(changed("m", AUCTION), taken, MARKET, SINCE, UNTIL).office.journal()
    )
    told = [
        (e.case, e.asset.code, e.amount, e.seized_on, e.outcome, e.final_on) for e in taken.holdings
    ]
    assert told == [
        (e.case, e.asset.code, e.amount, e.seized_on, e.outcome, e.final_on) for e in found.holdings
    ]


def test_what_was_disposed_of_before_the_window_is_not_played_again():
    sold = Recorded("auction", date(2020, 3, 9), "USD", 90000, 0)
    asked = register(holding("10", recorded=sold))
    found = try_out(
        LAW, {"practice.days.disposal": "30"}, SINCE, asked, MARKET, date(2020, 6, 1), UNTIL
    )
    assert {"base": (), "changed": ()} == {
        name: each.lots for name, each in found.compared.plays.items()
    }
