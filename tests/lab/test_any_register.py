"""Whatever the register, the market and the model: nothing is made, and nothing is lost."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qazyna.lab.compare import compare, document
from qazyna.lab.market import Market
from qazyna.lab.model import Model
from qazyna.lab.outcome import outcome
from qazyna.lab.play import Played, play
from qazyna.lab.register import Register, of
from tests.lab.support import AUCTION, HOLD, NOWHERE, changed, holding, series
from tests.lab.test_placing import vehicle

SINCE, UNTIL = date(2020, 1, 1), date(2021, 3, 31)
DAYS = (UNTIL - SINCE).days + 1

SHARES = {
    "disposition.share.reserve": "0.5",
    "disposition.share.budget": "0.3",
    "disposition.share.victims": "0.2",
}
FUNDS = {
    "practice.vehicle.multi_strategy": vehicle(
        notice_days="40", gate='"0.3"', count="2", management='"0.02"', performance='"0.2"'
    ),
    "practice.vehicle.blockchain_equities": vehicle("listed", mix='{ BTC = "1.5" }'),
    "practice.vehicle.venture": vehicle("venture_fund", count="2"),
    "practice.reserve.place.gold": "0",
}


def model(name: str, disposal: str, **changes: str) -> Model:
    told = {"practice.disposal": disposal, **SHARES, **FUNDS}
    return changed(name, told | {k.replace("__", "."): v for k, v in changes.items()})


MODELS = (
    changed("auction", AUCTION),
    changed("hold", HOLD),
    model("tranche", "tranche_sale", practice__tranche__share="0.03"),
    model("negotiated", "negotiated_sale"),
    model("invest", "sell_and_invest", practice__sale__by="auction"),
    model("in_kind", "transfer_to_managers"),
    model("early", "interlocutory_sale", practice__days__interlocutory="30"),
    model("early_blocks", "interlocutory_sale", practice__sale__by="auction", **{
        k.replace(".", "__"): v for k, v in NOWHERE.items()
    }),
)  # fmt: skip

CENTS = st.decimals("0.00000001", "3000", places=8)


@st.composite
def registers(draw: st.DrawFn) -> Register:
    found = []
    for number in range(draw(st.integers(1, 6))):
        seized = SINCE + timedelta(days=draw(st.integers(-200, DAYS - 20)))
        outcome = draw(st.sampled_from(("pending", "forfeited", "forfeited", "returned",
                                        "restituted")))  # fmt: skip
        final = None
        if outcome != "pending" and draw(st.booleans()):
            final = (seized + timedelta(days=draw(st.integers(0, 300)))).isoformat()
        asset = draw(st.sampled_from(("BTC", "BTC", "BTC", "USD")))
        amount = draw(CENTS)
        if asset == "USD":
            amount = max(amount, Decimal(1)).quantize(Decimal("0.01"))
        case = f"C-{draw(st.integers(1, 4))}"
        told = (format(amount, "f"), seized.isoformat(), outcome, final, asset, case, number + 2)
        found.append(holding(*told))
    return of("any.csv", found)


@st.composite
def markets(draw: st.DrawFn) -> Market:
    step = draw(st.integers(1, 60))
    levels = draw(
        st.lists(st.integers(40, 250), min_size=DAYS // step + 1, max_size=DAYS // step + 1)
    )
    prices = [str(levels[day // step]) for day in range(DAYS)]
    volume = str(draw(st.integers(1, 10_000)))
    return Market([series("BTC", SINCE, prices, [volume] * DAYS)])


def moved(found: Played, kind: str, field: str = "amount") -> Counter[str]:
    """Base units by asset of all events of a kind."""
    total: Counter[str] = Counter()
    for _, happened, _ in found.office.journal():
        if happened.kind == kind:
            total[happened.asset] += getattr(happened, field)
    return total


def held(found: Played, *titles: str) -> Counter[str]:
    total: Counter[str] = Counter()
    for account, code, amount in found.office.books:
        if account.side == "title" and account.klass in titles:
            total[code] += amount
    return total


EVERY = ("claimants", "state", "reserve", "budget", "beneficiaries")
SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@SETTINGS
@given(registers(), markets(), st.sampled_from(MODELS))
def test_coins_in_are_sold_held_handed_over_or_given_back(taken, market, chosen):
    found = play(chosen, taken, market, SINCE, UNTIL)
    there = moved(found, "seized")["BTC"]
    sold = moved(found, "disposed")["BTC"]
    handed = moved(found, "units_delivered")["BTC"]
    back = moved(found, "seizure_lifted")["BTC"] + moved(found, "award_paid")["BTC"]
    assert there == sold + handed + back + held(found, *EVERY)["BTC"]


@SETTINGS
@given(registers(), markets(), st.sampled_from(MODELS))
def test_every_cent_raised_went_somewhere(taken, market, chosen):
    found = play(chosen, taken, market, SINCE, UNTIL)
    proceeds = costs = invested = came_back = 0
    for _, happened, entries in found.office.journal():
        if happened.kind == "disposed":
            proceeds += happened.proceeds
            costs += happened.costs
        for entry in entries:
            for posting in entry.postings:
                if posting.asset != "USD" or entry.kind != "exchange":
                    continue
                # Money that became units leaves its title, money for units comes back to it.
                if posting.debit.path == "reserve/reserve":
                    invested += posting.amount
                elif posting.credit.path == "reserve/reserve":
                    came_back += posting.amount
    given = moved(found, "award_paid")["USD"] + moved(found, "seizure_lifted")["USD"]
    seized = moved(found, "seized")["USD"]
    assert proceeds + seized == costs + given + invested - came_back + held(found, *EVERY)["USD"]


@SETTINGS
@given(registers(), markets(), st.sampled_from(MODELS))
def test_figures_add_up(taken, market, chosen):
    found = outcome(play(chosen, taken, market, SINCE, UNTIL), UNTIL)
    assert found.raised == sum(found.raised_by_year.values(), Decimal(0))
    assert found.restituted <= found.to_victims
    assert min(found.estate) >= 0
    assert found.end_value == found.estate[-1] - found.waiting_value
    assert found.waiting_value <= found.pending_value
    assert found.end_value >= found.to_budget + found.to_victims
    assert found.real_end_value <= found.end_value


@settings(max_examples=10, deadline=None)
@given(registers(), markets())
def test_played_twice_the_document_is_the_same(taken, market):
    def told():
        return document(compare(taken, MODELS, market, SINCE, UNTIL))

    assert told() == told()
