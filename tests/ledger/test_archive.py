"""An archive gives back what went in; one whose books do not hold is refused by line and rule."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.entries import ASSETS as BENCH_ASSETS
from bench.entries import books
from qazyna.errors import Refused
from qazyna.ledger import archive
from qazyna.ledger import entry as make
from qazyna.ledger.archive import Granted, Recorded
from qazyna.ledger.book import Balances
from qazyna.ledger.entry import Account, Authority, Entry, EntryRef, EventRef, Grant, Posting, Value
from qazyna.money import BTC, ETH, USD

BOOK = "C-1/1"
CUSTODY, VENUE = Account(BOOK, "custody", "AFM"), Account(BOOK, "restrained", "Venue «Қ»")
CLAIMANTS, STATE, BANK = (
    Account(BOOK, "claimants"),
    Account(BOOK, "state"),
    Account(BOOK, "bank", "NBK"),
)
RESERVE_BANK, RESERVE = Account("reserve", "bank", "NBK"), Account("reserve", "reserve")
FIRST = date(2025, 1, 1)
NOW = datetime(2026, 7, 1, 9, 30, 0, 123456, tzinfo=UTC)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def by(kind: str, version: int) -> Authority:
    return Authority(kind, EventRef("case/C-1", version))


@dataclass
class Told:
    """What goes into an archive."""

    grants: list[Granted]
    entries: list[Recorded]
    held: list[tuple[Account, str, int]]
    assets: tuple = (BTC, ETH, USD)

    def lines(self) -> list[bytes]:
        text = archive.write(self.assets, self.grants, self.entries, self.held)
        return [line.encode() for line in text]

    def entry(self, version: int, **changes: object) -> None:
        """Change an entry, behind the backs of the functions that make only sound ones."""
        at = version - 1
        self.entries[at] = replace(
            self.entries[at], entry=self.entries[at].entry._replace(**changes)
        )

    def leg(self, version: int, number: int, **changes: object) -> None:
        legs = list(self.entries[version - 1].entry.postings)
        legs[number - 1] = legs[number - 1]._replace(**changes)
        self.entry(version, postings=tuple(legs))

    def add(self, one: Entry, event: str = "happened") -> None:
        ref = EntryRef(EventRef("case/C-1", len(self.entries) + 1), 1)
        self.entries.append(Recorded(ref, event, NOW, one))

    def grant(self, version: int, event: str, kind: str, asset: str, amount: int) -> None:
        grant = Grant(kind, BOOK, asset, amount)
        self.grants.append(Granted(EventRef("case/C-1", version), event, grant))


def story() -> Told:
    """Ten bitcoin seized, swept, forfeited, six sold, a charge taken back, the money passed on."""
    told = Told([], [], [])
    worth = Value(Decimal("600000.00"), "USD", "a price, 2025")
    told.add(make.receive(day(0), "BTC", 10, VENUE, CLAIMANTS, value=worth))
    told.add(make.move(day(1), "BTC", 10, CUSTODY, VENUE))
    told.add(make.vest(day(2), "BTC", 10, CLAIMANTS, STATE, by("final_order", 3)))
    told.add(make.exchange(day(3), STATE, ("BTC", 6, CUSTODY), ("USD", 600, BANK)))
    charge = make.expense(day(3), "USD", 5, STATE, BANK, by("statement", 5), worth)
    told.add(charge)
    mistaken = make.reverse(day(4), charge, EntryRef(EventRef("case/C-1", 5), 1))
    reversal = mistaken.postings[0]._replace(authority=by("correction", 6))
    told.add(mistaken._replace(postings=(reversal,), effective=day(3)), "entry_reversed")
    out, into = (BANK, STATE), (RESERVE_BANK, RESERVE)
    told.add(make.transfer(day(5), "USD", 400, out, into, by("allocation", 7)))
    told.entries[4] = replace(told.entries[4], reversed=True)
    told.grant(3, "forfeiture_became_final", "final_order", "BTC", 10)
    told.grant(5, "charge_recorded", "statement", "USD", 5)
    told.grant(6, "entry_reversed", "correction", "USD", 5)
    told.grant(7, "proceeds_allocated", "allocation", "USD", 400)
    told.held = summed(told.entries)
    return told


def summed(entries: list[Recorded], as_of: date = date.max) -> list[tuple[Account, str, int]]:
    found = Balances()
    found.post(one.entry for one in entries if one.entry.value_date <= as_of)
    return list(found)


def told_of(entries: int, cases: int | None, seed: int) -> Told:
    made, all_told = books(entries, cases, seed)
    listed = list(all_told)
    return Told(
        [one for one in listed if isinstance(one, Granted)],
        [one for one in listed if isinstance(one, Recorded)],
        list(made.balances),
        BENCH_ASSETS,
    )


def test_what_goes_in_comes_out():
    told = story()
    assert [*told.grants, *told.entries] == list(archive.read(told.lines()))


def test_the_sheet_is_what_the_entries_come_to():
    told = story()
    found = archive.verify(told.lines())
    assert (7, 9, 4) == (found.entries, found.postings, found.grants)
    assert sorted(told.held) == list(found.held)
    assert {
        "account": "C-1/1/claimants",
        "book": BOOK,
        "side": "title",
        "class": "claimants",
        "asset": "BTC",
        "quantity": "0.0000001",
    } in archive.verify(told.lines(), day(1)).balances()


@settings(max_examples=20, deadline=None)
@given(
    entries=st.integers(1, 400),
    cases=st.sampled_from([None, 3]),
    seed=st.integers(0, 10**6),
    days=st.integers(-1, 400),
)
def test_any_books_come_to_the_same_on_any_day(entries, cases, seed, days):
    told = told_of(entries, cases, seed)
    as_of = date(2018, 1, 1) + timedelta(days=days)
    lines = told.lines()
    assert sorted(summed(told.entries)) == list(archive.verify(lines).held)
    assert sorted(summed(told.entries, as_of)) == list(archive.verify(lines, as_of).held)
    assert [*told.grants, *told.entries] == list(archive.read(lines))


def test_books_longer_than_a_block():
    told = told_of(25_000, 40, 7)
    lines = told.lines()
    assert 6 < len(lines) < 12
    assert sorted(told.held) == list(archive.verify(lines).held)


def test_empty_books_are_an_archive_too():
    told = Told([], [], [])
    assert 2 == len(told.lines())
    assert () == archive.verify(told.lines()).held


# ── Files that are no archives ──────────────────────────────────────────────────────────────────


def refused(lines: list[bytes]) -> Refused:
    with pytest.raises(Refused) as caught:
        archive.verify(lines)
    return caught.value


@pytest.mark.parametrize("kept", range(5))
def test_a_file_that_breaks_off(kept):
    no = refused(story().lines()[:kept])
    assert "archive_broken" == no.code
    assert str(kept + 1) == no.facts["line"]
    assert "breaks off" in no.message


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_byte_can_be_another(data):
    whole = b"".join(story().lines())
    at = data.draw(st.integers(0, len(whole) - 2))
    byte = data.draw(st.integers(0, 255).filter(lambda other: other != whole[at]))
    altered = whole[:at] + bytes([byte]) + whole[at + 1 :]
    assert refused(altered.splitlines(keepends=True)).code.startswith("archive_")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
FIELDS = ("words", "places", "rights", "manners", "holdings", "grants", "days", "entries", "first")
CHANGED = st.sampled_from((*FIELDS, "second", "reverses", "reversed", "held"))


@settings(max_examples=300, deadline=None)
@given(
    where=CHANGED,
    column=st.none() | st.sampled_from(["book", "debit", "quantity", "of", "at", "grant"]),
    value=JSON | st.lists(st.integers(-2, 9)).map(lambda n: " ".join(map(str, n))),
)
def test_whatever_stands_in_a_line_it_is_refused_or_read(where, column, value):
    lines = [json.loads(line) for line in story().lines()]
    for block in lines:
        if where in block and isinstance(block[where], dict) and column:
            block[where][column] = value
        elif where in block:
            block[where] = value
    try:
        archive.verify(resealed(lines))
    except Refused as no:
        assert no.code in ("archive_broken", "archive_breaks_a_rule")


def resealed(blocks: list[dict]) -> list[bytes]:
    """The lines as somebody who knows the format would forge them: the digest is made anew."""
    lines = [(json.dumps(block) + "\n").encode() for block in blocks[:-1]]
    end = {**blocks[-1]["end"], "sha256": sha256(b"".join(lines)).hexdigest()}
    return [*lines, json.dumps({"end": end}).encode()]


def test_something_after_the_end():
    no = refused([*story().lines(), b"{}"])
    assert "something stands after the end" in no.message


# ── Archives whose books do not hold ────────────────────────────────────────────────────────────

OTHER = Account("C-2/1", "custody", "AFM")


def unstated(told: Told) -> None:
    told.held.pop()


def misstated(told: Told) -> None:
    account, asset, amount = told.held[0]
    told.held[0] = (account, asset, amount + 1)


def told_twice(told: Told) -> None:
    told.entries[1] = replace(told.entries[1], ref=told.entries[0].ref)


def out_of_order(told: Told) -> None:
    told.entries[0], told.entries[1] = told.entries[1], told.entries[0]


def never_there(told: Told) -> None:
    told.entries[5] = replace(
        told.entries[5],
        entry=told.entries[5].entry._replace(reverses=EntryRef(EventRef("case/C-1", 9), 1)),
    )


def granted_by_another_case(told: Told) -> None:
    there = EventRef("case/C-2", 3)
    told.grants[0] = replace(told.grants[0], event=there)
    told.leg(3, 1, authority=Authority("final_order", there))


def granted_twice(told: Told) -> None:
    told.grants.append(told.grants[0])


def grants_of(number: int, **changes: object) -> Callable[[Told], None]:
    def change(told: Told) -> None:
        grant = told.grants[number - 1].grant._replace(**changes)
        told.grants[number - 1] = replace(told.grants[number - 1], grant=grant)

    return change


def by_event(number: int, kind: str) -> Callable[[Told], None]:
    def change(told: Told) -> None:
        told.grants[number - 1] = replace(told.grants[number - 1], event_kind=kind)

    return change


def legs(version: int, number: int, **changes: object) -> Callable[[Told], None]:
    return lambda told: told.leg(version, number, **changes)


def entries(version: int, **changes: object) -> Callable[[Told], None]:
    return lambda told: told.entry(version, **changes)


def halved(version: int) -> Callable[[Told], None]:
    return lambda told: told.entry(version, postings=told.entries[version - 1].entry.postings[:1])


def same_asset(told: Told) -> None:
    told.leg(4, 2, asset="BTC", debit=CUSTODY)


def two_legs(told: Told) -> None:
    first = told.entries[1].entry.postings[0]
    told.entry(2, postings=(first, Posting("BTC", 1, VENUE, CUSTODY)))


BROKEN: list[tuple[str, Callable[[Told], None], str]] = [
    ("a posting of nothing", legs(2, 1, amount=0), "moves nothing"),
    ("an account joined with itself", legs(2, 1, credit=CUSTODY), "joins an account with itself"),
    ("two books joined", legs(2, 1, debit=OTHER), "joins two books"),
    ("a pair the chart lacks", entries(2, kind="vest"), "chart of accounts has no"),
    ("a vesting without an order", legs(3, 1, authority=None), "chart of accounts has no"),
    ("half an exchange", halved(4), "half an exchange"),
    ("half a transfer", halved(7), "half an exchange, or half a transfer"),
    ("an exchange of the same asset", same_asset, "changes its asset"),
    ("an exchange under another title", legs(4, 2, credit=CLAIMANTS), "chart of accounts has no"),
    ("a transfer of less than left", legs(7, 2, amount=399), "same units"),
    ("a transfer of something else", legs(7, 2, asset="ETH"), "cannot hold ETH"),
    ("two legs where one is told", two_legs, "chart of accounts has no"),
    ("crypto where none can be", legs(2, 1, debit=Account(BOOK, "vault", "x")), "cannot hold BTC"),
    ("two books sold from", legs(4, 1, credit=OTHER), "joins two books"),
    ("a class nobody knows", legs(2, 1, debit=Account(BOOK, "pocket")), "cannot hold BTC"),
    ("a book that is none", legs(1, 1, debit=Account("x", "custody")), "cannot hold BTC"),
    ("an asset nobody knows", legs(2, 1, asset="DOGE"), "no asset DOGE"),
    ("an unknown flow", entries(1, flow="sideways"), "flows sideways"),
    ("more taken out than is held", legs(2, 1, amount=11), "below zero at the end of 2025-01-02"),
    ("more vested than is claimed", legs(3, 1, amount=11), "below zero at the end of 2025-01-03"),
    ("an entry told twice", told_twice, "told twice"),
    ("days out of order", out_of_order, "comes after"),
    ("a reversal of nothing", never_there, "not the same"),
    ("a reversal that names none", entries(6, reverses=None), "a reversal reverses something"),
    ("a reversal of another amount", legs(6, 1, amount=4), "does not mirror"),
    ("a balance left out", unstated, "the file states 0"),
    ("a balance of another amount", misstated, "and the file states"),
    (
        "an order that grants less",
        grants_of(1, amount=9),
        "drawn on a grant (final_order)",
    ),
    ("a grant of nothing", grants_of(1, amount=0), "a grant is of nothing"),
    ("an order of another case", granted_by_another_case, "case/C-2 grants over C-1/1"),
    ("an order by a mere charge", by_event(1, "charge_recorded"), "cannot grant final_order"),
    ("a right granted twice", granted_twice, "granted twice"),
]


@pytest.mark.parametrize(
    ("change", "said"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_what_breaks_a_rule_is_refused(change, said):
    told = story()
    change(told)
    no = refused(told.lines())
    assert "archive_breaks_a_rule" == no.code
    assert said in no.message


def numbered(**tables: dict[str, str]) -> list[bytes]:
    """The story with some columns written over, in the one line of entries."""
    blocks = [json.loads(line) for line in story().lines()]
    for block in blocks:
        for table, columns in tables.items():
            if table in block:
                block[table] |= columns
    return resealed(blocks)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (numbered(first={"grant": "0 0 2 0 1 3 4"}), "chart of accounts has no"),
        (numbered(grants={"right": "0 0 2 3"}), "chart of accounts has no"),
        (numbered(first={"debit": "0 2 1 3 3 6 -1"}), "not written in digits"),
        (numbered(first={"debit": "0 2 1 3 3 6 99"}), "points at nothing"),
        (numbered(entries={"stream": "0 0 0 0 0 0 99"}), "points at nothing"),
        (numbered(first={"quantity": "10 10 10 6 5 5"}), "differ in length"),
        (numbered(second={"of": "6 3"}), "out of order"),
        (numbered(second={"of": "3 7"}), "do not fit"),
        (numbered(first={"quantity": "10 10 10 6 5 5 4_00"}), "not written in digits"),
        (numbered(first={"quantity": "10 10 10 6 5 5 ٤٠٠"}), "not written in digits"),
    ],
)
def test_numbers_that_cannot_be(lines, said):
    assert said in refused(lines).message


def test_a_grant_drawn_on_twice_is_whole_again_once_one_is_reversed():
    told = story()
    charge = make.expense(day(6), "USD", 5, STATE, BANK, by("statement", 5))
    told.add(charge)
    told.held = summed(told.entries)
    assert 8 == archive.verify(told.lines()).entries


def test_within_a_day_the_order_is_nobodys_business():
    told = story()
    # Swept before it came, and both on one day.
    told.entry(2, value_date=day(0))
    out_of_order(told)
    assert 7 == archive.verify(told.lines()).entries
