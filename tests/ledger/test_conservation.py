"""Whatever is asked, in whatever order: what is held equals what belongs to somebody, nothing comes
from nowhere, and no authority is overdrawn."""

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qazyna.disposition.allocation import Allocate
from qazyna.disposition.interlocutory import OrderInterlocutorySale
from qazyna.disposition.sale import Dispose
from qazyna.errors import Refused
from qazyna.forfeiture.awards import MakeAward, PayAward, UnclaimedAward
from qazyna.forfeiture.orders import Annul, OrderForfeiture, RecordFinality
from qazyna.ledger import chart
from qazyna.ledger.entry import THIS_EVENT, EventRef
from qazyna.office.correction import ReverseEntry
from qazyna.plan import STATES, Command, Event, World
from qazyna.seizure.custody import MakeGood, RecogniseFork, RecordLoss, Sweep
from qazyna.seizure.release import ReleaseHolding
from qazyna.seizure.taking import Seize
from tests.support import Remembering, decide, world

DAY = "2026-03-02"
WHAT: dict[str, Any] = {"case": "C-1", "holding": "1"}
QUANTITY = st.sampled_from(["0.5", "1", "2.5", "3", "10", "40"])
ASSET = st.sampled_from(["BTC", "BTC", "USD"])
REF = st.sampled_from(["X", "X", "X", "Y"])


def built(model: type[Command], **fields: Any) -> st.SearchStrategy[Command]:
    return st.fixed_dictionaries(
        {
            name: value if isinstance(value, st.SearchStrategy) else st.just(value)
            for name, value in fields.items()
        }
    ).map(model.model_validate)


def items(**more: Any) -> st.SearchStrategy[Any]:
    return st.tuples(
        st.fixed_dictionaries({"holding": st.just("1"), "asset": ASSET, "quantity": QUANTITY})
    ).map(lambda found: ({**found[0], **more},))


PARTIES = ({"party": "V-1"}, {"party": "V-2", "weight": "2"}, {"party": "V-3", "weight": "0.1"})

COMMANDS = st.one_of(
    built(
        Seize,
        **WHAT,
        asset="BTC",
        quantity=QUANTITY,
        seized_on="2026-01-05",
        authority="AFM",
        control=st.sampled_from(["custody", "device"]),
    ),
    built(Sweep, **WHAT, swept_on=DAY, custodian="AFM", fee="0.1", txid="t"),
    built(
        OrderForfeiture,
        case="C-1",
        order_ref=REF,
        order_kind="value",
        ordered_on="2026-01-10",
        scope=items(),
    ),
    built(RecordFinality, case="C-1", order_ref=REF, final_on="2026-02-20"),
    built(Annul, case="C-1", order_ref=REF, annulled_on=DAY, annulment_ref="N"),
    built(
        MakeAward, case="C-1", award_ref=REF, awarded_on="2026-02-21", items=items(parties=PARTIES)
    ),
    built(
        PayAward,
        **WHAT,
        award_ref=REF,
        asset=ASSET,
        paid_on=DAY,
        party=st.sampled_from(["V-1", "V-2", "V-3"]),
    ),
    built(
        UnclaimedAward,
        **WHAT,
        award_ref=REF,
        asset=ASSET,
        lapsed_on=DAY,
        party="V-2",
        decision_ref="D",
    ),
    built(
        OrderInterlocutorySale,
        **WHAT,
        order_ref=REF,
        ordered_on="2026-01-12",
        parties_heard_on="2026-01-12",
        asset="BTC",
        quantity=QUANTITY,
    ),
    built(
        Dispose,
        **WHAT,
        asset="BTC",
        quantity=QUANTITY,
        disposed_on=DAY,
        proceeds="100.01",
        proceeds_currency="USD",
        costs=st.sampled_from(["0", "0.07", "100.01"]),
        sale_ref=REF,
        mechanism=st.sampled_from(["auction", "interlocutory_sale", "hold"]),
    ),
    built(Allocate, **WHAT, asset=ASSET, allocated_on=DAY, decision_ref="D"),
    built(ReleaseHolding, **WHAT, asset=ASSET, quantity=QUANTITY, released_on=DAY, order_ref="R"),
    built(
        RecordLoss,
        **WHAT,
        asset="BTC",
        quantity=QUANTITY,
        discovered_on=DAY,
        obligor="AFM",
        incident_ref="I",
    ),
    built(
        MakeGood,
        **WHAT,
        asset="BTC",
        quantity=QUANTITY,
        received_on=DAY,
        obligor="AFM",
        custodian="AFM",
    ),
    built(RecogniseFork, **WHAT, asset="BTC", new_asset="BTX", forked_on=DAY),
    built(
        ReverseEntry,
        stream="case/C-1",
        version=st.integers(1, 6),
        number=st.integers(1, 2),
        reversed_on=DAY,
        reason="mistake",
    ),
)


SEIZED = Seize(**WHAT, asset="BTC", quantity="40", seized_on="2026-01-05", authority="AFM")
LEAVE = OrderInterlocutorySale(
    **WHAT,
    order_ref="X",
    ordered_on="2026-01-12",
    parties_heard_on="2026-01-12",
    asset="BTC",
    quantity="10",
)
EARLY = Dispose(
    **WHAT,
    asset="BTC",
    quantity="7",
    disposed_on="2026-01-13",
    proceeds="333.33",
    proceeds_currency="USD",
    sale_ref="X",
    mechanism="interlocutory_sale",
)
ORDERED = OrderForfeiture(
    case="C-1",
    order_ref="X",
    order_kind="value",
    ordered_on="2026-01-14",
    scope=({"holding": "1", "asset": "BTC", "quantity": "35"},),
)
FINAL = RecordFinality(case="C-1", order_ref="X", final_on="2026-02-20")
SOLD = Dispose(
    **WHAT,
    asset="BTC",
    quantity="20",
    disposed_on=DAY,
    proceeds="1000.01",
    proceeds_currency="USD",
    mechanism="auction",
)

BEGINNINGS: list[list[Command]] = [
    [SEIZED],
    [SEIZED, LEAVE, EARLY],
    [SEIZED, ORDERED, FINAL],
    [SEIZED, LEAVE, EARLY, ORDERED, FINAL],
    [SEIZED, ORDERED, FINAL, SOLD],
]


def act(there: World, commands: list[Command]) -> list[Event]:
    """Decide each; what is refused changes nothing."""
    follows: list[Event] = []
    for asked in commands:
        try:
            follows += decide(there, asked)
        except Refused:
            continue
    return follows


def sides(there: World) -> tuple[Counter[Any], Counter[Any]]:
    located: Counter[Any] = Counter()
    owned: Counter[Any] = Counter()
    for account, asset, amount in there.balances:
        assert amount > 0
        (located if account.side == "location" else owned)[account.book, asset] += amount
    return located, owned


def came_and_went(events: list[Event]) -> Counter[str]:
    """By asset: what entered the books less what left them."""
    net: Counter[str] = Counter()
    for happened in events:
        for entry in happened.entries():
            for posting in entry.postings:
                if posting.debit.side != posting.credit.side:
                    sign = 1 if posting.debit.side == "location" else -1
                    net[posting.asset] += sign * posting.amount
    return net


def overdrawn(events: list[Event]) -> list[str]:
    """What drew on an authority beyond what was granted; no event grants what it may not."""
    left: Counter[Any] = Counter()
    found = []
    versions: Counter[str] = Counter()
    for happened in events:
        stream = happened.stream
        versions[stream] += 1
        here = EventRef(stream, versions[stream])
        for grant in happened.grants(happened.entries()):
            assert happened.kind in chart.AUTHORITIES[grant.kind][1], (happened.kind, grant)
            left[grant.kind, here, grant.book, grant.asset] += grant.amount
        for entry in happened.entries():
            for posting in entry.postings:
                by = posting.authority
                if by is None:
                    continue
                event = here if by.event == THIS_EVENT else by.event
                key = (by.kind, event, posting.debit.book, posting.asset)
                left[key] -= posting.amount
                if left[key] < 0:
                    found.append(f"{happened.kind}: {key}")
    return found


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.sampled_from(BEGINNINGS), st.lists(COMMANDS, min_size=4, max_size=25))
def test_nothing_is_lost_made_or_taken_without_right(beginning, commands):
    there = world()
    events = act(there, [*beginning, *commands])

    located, owned = sides(there)
    assert located == owned
    net = +came_and_went(events)
    assert net == +sum((Counter({k[1]: v}) for k, v in located.items()), Counter())
    assert [] == overdrawn(events)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(BEGINNINGS), st.lists(COMMANDS, min_size=4, max_size=20))
def test_a_replay_of_the_stored_events_finds_the_same_books_and_case(beginning, commands):
    there = world()
    events = act(there, [*beginning, *commands])

    again = world()
    assert isinstance(again, Remembering)
    for happened in events:
        again.absorb(type(happened).model_validate_json(happened.model_dump_json()))

    assert dict(_quantities(there)) == dict(_quantities(again))
    assert there.states == again.states
    for stream, folded in there.states.items():
        model = STATES[stream.partition("/")[0]]
        kept = folded.model_dump_json(exclude_defaults=True)
        assert folded == model.model_validate_json(kept)


def _quantities(there: World) -> Any:
    return (((account, asset), amount) for account, asset, amount in there.balances)
