"""Any register at all: it is refused line by line, or it leaves books that hold."""

from hypothesis import given, settings
from hypothesis import strategies as st

from qazyna.errors import FileRefused
from qazyna.history.register import ImportHistory
from qazyna.plan import decide
from tests.history.register import FORFEITED, HEADER, PENDING, RESTITUTED, RETURNED, SALE, register
from tests.ledger.test_conservation import overdrawn, sides
from tests.support import do, world

SALES = ("auction", "tranche_sale", "transfer_to_managers", "hold", "interlocutory_sale")

SOUND = st.fixed_dictionaries(
    {
        "case_id": st.sampled_from(["C-1", "C-2"]),
        "holding_ref": st.sampled_from(["", "", "A"]),
        "asset": st.sampled_from(["BTC", "ETH"]),
        "quantity": st.integers(1, 10**9).map(lambda units: f"{units / 10**8:.8f}"),
        "control": st.sampled_from(["", "custody", "device"]),
        "costs": st.sampled_from(["", "0.01", "500000.00"]),
    }
)
DISPOSALS = st.one_of(
    st.just({}),
    st.builds(
        lambda mechanism, on: {**SALE, "disposal": mechanism, "disposed_on": on},
        st.sampled_from(SALES),
        st.sampled_from(["2025-04-02", "2025-07-07", "2025-09-01"]),
    ),
)
ANYTHING = st.dictionaries(
    st.sampled_from(HEADER),
    st.one_of(st.text(max_size=12), st.sampled_from(["NaN", "1e40", "2025-13-01", "-5", "0"])),
    max_size=2,
)


@st.composite
def rows(draw: st.DrawFn, spoilt: bool) -> dict[str, str]:
    row = {**draw(st.sampled_from([PENDING, FORFEITED, RETURNED, RESTITUTED])), **draw(SOUND)}
    sale = draw(DISPOSALS)
    row |= {**sale, "costs": row["costs"]} if sale.get("disposal") not in (None, "hold") else {}
    if not row.get("disposal"):
        row["costs"] = ""
    return {**row, **(draw(ANYTHING) if spoilt else {})}


@settings(max_examples=150, deadline=None)
@given(st.lists(rows(spoilt=False), min_size=1, max_size=8))
def test_what_is_taken_in_holds_and_is_known_afterwards(lines):
    there = world()
    asked = register(*lines)
    try:
        events = decide(there, asked)
    except FileRefused as no:
        _told_by_line(no, len(lines))
        return

    located, owned = sides(there)
    assert located == owned
    assert [] == overdrawn(events)
    assert len(lines) == asked.told(events)["accepted"]
    assert [] == do(there, asked)


@settings(max_examples=150, deadline=None)
@given(st.lists(rows(spoilt=True), min_size=1, max_size=6))
def test_whatever_stands_in_a_cell_it_is_refused_or_read(lines):
    there = world()
    try:
        decide(there, as_read(lines))
    except FileRefused as no:
        _told_by_line(no, len(lines))
        assert {} == there.states
    else:
        located, owned = sides(there)
        assert located == owned


def as_read(lines: list[dict[str, str]]) -> ImportHistory:
    """The command for cells that no file could hold, too."""
    cells = ({column: line.get(column, "") for column in HEADER} for line in lines)
    return ImportHistory(file="x.csv", columns=HEADER, rows=tuple(enumerate(cells, start=2)))


def _told_by_line(no: FileRefused, count: int) -> None:
    assert no.findings
    assert list(no.findings) == sorted(no.findings)
    for found in no.findings:
        assert found.line >= 2
        assert found.column in ("", *HEADER)
        assert found.code
        assert found.message
    assert count == no.rows
