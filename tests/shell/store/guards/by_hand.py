"""The books written by hand, in plain SQL: each path right in every row unless it is twisted.

A path writes what one everyday event writes. Each of its rows has a name, so that an attempt can be
told as *the right path, but for one thing*: a column of one row, or the row itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg
from psycopg import sql

from qazyna.ledger import chart

Row = dict[str, Any]
Leg = tuple[str, Row]
Twists = Mapping[str, Mapping[str, Any] | None]
"""name of a row -> the columns that are wrong; None leaves the row out"""

DAY = "2026-05-01"


def leg(name: str, asset: str, quantity: Any, **columns: Any) -> Leg:
    """One of an entry's one or two; `debit` and `credit` are paths, `scope` names a grant.

    What `book`, `debit_class` and the like say besides goes before what the paths say.
    """
    return name, {"asset": asset, "quantity": quantity} | columns


@dataclass
class ByHand:
    """Writes rows and remembers their ids by name."""

    connection: psycopg.Connection
    twists: Twists = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)

    def twisted(self, twists: Twists) -> "ByHand":
        """The same books, with mistakes in what is written next."""
        return replace(self, twists=twists, ids=dict(self.ids))

    def insert(self, table: str, row: Mapping[str, Any], returning: str = "") -> int:
        query = sql.SQL("INSERT INTO books.{} ({}) VALUES ({})").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join([sql.Placeholder()] * len(row)),
        )
        if returning:
            query += sql.SQL(" RETURNING {}").format(sql.Identifier(returning))
        cursor = self.connection.execute(query, list(row.values()))
        return cursor.fetchone()[0] if returning else 0  # type: ignore[index]

    def one(self, query: str, *values: Any) -> Any:
        row = self.connection.execute(query, values).fetchone()
        return None if row is None else row[0]

    def event(self, name: str, kind: str, stream: str, **columns: Any) -> None:
        last = self.one("SELECT max(version) FROM books.event WHERE stream = %s", stream) or 0
        row: Row = {"stream": stream, "version": last + 1, "kind": kind, "value_date": DAY}
        row |= {"command": "by hand", "leaf": b"{}"} | columns
        if (right := self._right(name, row)) is not None:
            self.ids[name] = self.insert("event", right, "seq")

    def grant(
        self, name: str, kind: str, by: str, event_kind: str, of: str, **columns: Any
    ) -> None:
        """So much of an asset of the book `of`, granted by the event named `by`."""
        stream = self.one("SELECT stream FROM books.event WHERE seq = %s", self.ids[by])
        row: Row = {"authority": kind, "event": by, "event_kind": event_kind}
        row |= {"stream": stream, "book": of} | columns
        right = self._right(name, row)
        if right is not None:
            right["event"] = self.ids[right["event"]]
            self.ids[name] = self.insert("authority", right, "id")

    def entry(
        self, name: str, by: str, kind: str, first: Leg, second: Leg | None = None, **columns: Any
    ) -> None:
        """An entry of the event named `by`; of its legs, each has a name of its own."""
        number = self.one("SELECT max(number) FROM books.entry WHERE event = %s", self.ids[by]) or 0
        row: Row = {"event": by, "number": number + 1, "kind": kind, "legs": 2 if second else 1}
        row |= {"value_date": DAY, "flow": "internal", "leaf": b"{}"} | columns
        right = self._right(name, row)
        if right is None:
            return
        right["event"] = self.ids[right["event"]]
        if isinstance(right.get("reverses"), str):
            right["reverses"] = self.ids[right["reverses"]]
        if of := right.get("reverses"):
            kind_of = "SELECT kind FROM books.entry WHERE id = %s"
            right = {"reversed_kind": self.one(kind_of, of)} | right
        for leg, suffix in ((first, ""), (second, "2")):
            if leg is not None:
                right |= {f"{column}{suffix}": value for column, value in self._leg(leg).items()}
        self.ids[name] = self.insert("entry", right, "id")

    def _leg(self, leg: Leg) -> Row:
        """Its columns, without the suffix that those of a second leg have."""
        name, told = leg
        right = self._right(name, told)
        if right is None:
            return {}
        debit, credit = split(right.pop("debit")), split(right.pop("credit"))
        assert "book" in right or debit[0] == credit[0], "a leg has one book"
        named = {"book": debit[0], "debit_class": debit[1], "debit_detail": debit[2]}
        right = named | {"credit_class": credit[1], "credit_detail": credit[2]} | right
        right.setdefault("authority", "none")
        if isinstance(right.get("scope"), str):
            right["scope"] = self.ids[right["scope"]]
        return right

    def _right(self, name: str, row: Row) -> Row | None:
        """The row as it is to be written: right, or as the attempt would have it."""
        twist = self.twists.get(name, {})
        return None if twist is None else row | dict(twist)


def split(path: str) -> tuple[str, str, str]:
    """Book, class and detail of an account's path."""
    depth = 1 if path.startswith(("reserve/", "budget/")) else 2
    parts = path.split("/")
    return "/".join(parts[:depth]), parts[depth], "/".join(parts[depth + 1 :])


# ── The ground: what is in the books before anybody attempts anything ───────────────────────────


def ground(connection: psycopg.Connection) -> ByHand:
    """Two cases and a reserve, committed.

    C-1/1: 10 BTC seized; a final order over 6, by which 4 vested; 2 of those sold for 1,000.00 USD.
    C-2/1: 5 BTC seized, of which a court let 2 be sold before its final order.
    reserve: 5,000.00 USD appropriated.
    """
    hand = ByHand(connection)
    with connection.transaction():
        body = {"key": "by hand", "kind": "by_hand", "actor": "owner"}
        hand.insert("command", body | {"body_sha256": bytes(32), "salt": bytes(16)})
        hand.event("the law", "blueprint_adopted", "law")
        event = hand.ids["the law"]
        names = ("book_kind", "class", "side", "asset_class")
        for place in sorted(chart.PLACES):
            if (place[0], place[3]) in PERMITTED:
                hand.insert("permitted", dict(zip(names, place, strict=True)) | {"event": event})
        receive(hand, quantity=10)
        receive(hand, "C-2", quantity=5)
        for case, kind, by, granted in (
            ("C-1", "final_order", "forfeiture_became_final", 6),
            ("C-2", "interlocutory", "interlocutory_sale_ordered", 2),
        ):
            name = f"the order in {case}"
            hand.event(name, by, f"case/{case}")
            hand.grant(
                f"{name}, its scope", kind, name, by, f"{case}/1", asset="BTC", granted=granted
            )
        vest(hand, quantity=4)
        sell(hand, quantity=2)
        for kind, row in (("the sale", "the sale"), ("the vesting", "the vesting")):
            hand.ids[f"{kind} of old"] = hand.ids[row]
        appropriate(hand)
    return hand


PERMITTED = [
    *(("case", klass) for klass in ("currency", "crypto", "gold")),
    *(("reserve", klass) for klass in ("currency", "gold")),
    ("budget", "currency"),
]


# ── The paths ───────────────────────────────────────────────────────────────────────────────────


def receive(hand: ByHand, case: str = "C-1", quantity: int = 1) -> None:
    """An asset is seized."""
    way = {"debit": f"{case}/1/custody/AFM", "credit": f"{case}/1/claimants"}
    hand.event("the seizure", "seized", f"case/{case}")
    first = leg("its posting", "BTC", quantity, **way)
    hand.entry("the receipt", "the seizure", "receive", first, flow="inflow")


def move(hand: ByHand) -> None:
    """It is brought to another custodian."""
    way = {"debit": "C-1/1/custody/NIC", "credit": "C-1/1/custody/AFM"}
    hand.event("the sweep", "swept", "case/C-1")
    hand.entry("the move", "the sweep", "move", leg("its posting", "BTC", 1, **way))


def vest(hand: ByHand, quantity: int = 2) -> None:
    """Title passes to the State under the order of its case: two BTC are left of it."""
    hand.event("the finality", "forfeiture_became_final", "case/C-1")
    titles = {"debit": "C-1/1/claimants", "credit": "C-1/1/state"}
    by = {"authority": "final_order", "scope": "the order in C-1, its scope"}
    first = leg("its posting", "BTC", quantity, **titles, **by)
    hand.entry("the vesting", "the finality", "vest", first)


def order(hand: ByHand) -> None:
    """A new order becomes final, and three BTC vest under it."""
    kind = "forfeiture_became_final"
    hand.event("the finality", kind, "case/C-1")
    hand.grant("the scope", "final_order", "the finality", kind, "C-1/1", asset="BTC", granted=3)
    titles = {"debit": "C-1/1/claimants", "credit": "C-1/1/state"}
    by = {"authority": "final_order", "scope": "the scope"}
    first = leg("its posting", "BTC", 3, **titles, **by)
    hand.entry("the vesting", "the finality", "vest", first)


def sell(hand: ByHand, quantity: int = 1) -> None:
    """The State's coins are sold for money."""
    coins, bank, title = "C-1/1/custody/AFM", "C-1/1/bank/NBK", "C-1/1/state"
    hand.event("the disposal", "disposed", "case/C-1")
    goes = leg("what goes", "BTC", quantity, debit=title, credit=coins)
    comes = leg("what comes", "USD", quantity * 50_000, debit=bank, credit=title)
    hand.entry("the sale", "the disposal", "exchange", goes, comes)


def sell_before_finality(hand: ByHand) -> None:
    """Coins of the claimants' are sold, as a court let them be."""
    coins, bank, title = "C-2/1/custody/AFM", "C-2/1/bank/NBK", "C-2/1/claimants"
    by = {"authority": "interlocutory", "scope": "the order in C-2, its scope"}
    hand.event("the disposal", "disposed", "case/C-2")
    goes = leg("what goes", "BTC", 2, debit=title, credit=coins, **by)
    comes = leg("what comes", "USD", 100_000, debit=bank, credit=title)
    hand.entry("the sale", "the disposal", "exchange", goes, comes)


def appropriate(hand: ByHand) -> None:
    """The State gives its reserve money."""
    kind = "reserve_appropriated"
    hand.event("the act", kind, "reserve")
    given = {"asset": "USD", "granted": 500_000}
    hand.grant("the scope", "appropriation", "the act", kind, "reserve", **given)
    into = {"debit": "reserve/bank/NBK", "credit": "reserve/reserve"}
    by = {"authority": "appropriation", "scope": "the scope"}
    first = leg("its posting", "USD", 500_000, **into, **by)
    hand.entry("the receipt", "the act", "receive", first, flow="inflow")


def allocate(hand: ByHand) -> None:
    """Proceeds of a forfeiture become the reserve's."""
    hand.event("the allocation", "proceeds_allocated", "case/C-1")
    granted = {"asset": "USD", "granted": 60_000}
    by = ("allocation", "the allocation", "proceeds_allocated")
    hand.grant("the scope", *by, "C-1/1", **granted)
    rests = {"authority": "allocation", "scope": "the scope"}
    out = {"debit": "C-1/1/state", "credit": "C-1/1/bank/NBK"}
    into = {"debit": "reserve/bank/NBK", "credit": "reserve/reserve"}
    leaves = leg("what leaves", "USD", 60_000, **out, **rests)
    enters = leg("what enters", "USD", 60_000, **into)
    hand.entry("the transfer", "the allocation", "transfer", leaves, enters, flow="inflow")


def pay_out(hand: ByHand) -> None:
    """The seizure of some is lifted, and they leave for their owner."""
    hand.event("the lifting", "seizure_lifted", "case/C-2")
    granted = {"asset": "BTC", "granted": 3}
    by = ("release_order", "the lifting", "seizure_lifted")
    hand.grant("the scope", *by, "C-2/1", **granted)
    out = {"debit": "C-2/1/claimants", "credit": "C-2/1/custody/AFM"}
    rests = {"authority": "release_order", "scope": "the scope"}
    first = leg("its posting", "BTC", 3, **out, **rests)
    hand.entry("the release", "the lifting", "release", first, flow="withdrawal")


def reverse(hand: ByHand, of: str = "the sale of old") -> None:
    """An entry was booked by mistake, and is mirrored in all its postings."""
    postings = hand.connection.execute(_POSTINGS, [hand.ids[of]]).fetchall()
    kind, of_entry = "entry_reversed", hand.ids[of]
    hand.event("the correction", kind, postings[0][6])
    mirrors = []
    for asset, quantity, debit, credit, book, number, _ in postings:
        by = ("correction", "the correction", kind, book)
        hand.grant(f"leave for leg {number}", *by, asset=asset, granted=quantity)
        mirrored = {"debit": credit, "credit": debit}
        rests = {"authority": "correction", "scope": f"leave for leg {number}"}
        mirrors.append(leg(f"mirror {number}", asset, quantity, **mirrored, **rests))
    hand.entry("the reversal", "the correction", "reverse", *mirrors, reverses=of_entry)


_POSTINGS = """
    SELECT p.asset, p.quantity,
           concat_ws('/', p.book, p.debit_class, nullif(p.debit_detail, '')),
           concat_ws('/', p.book, p.credit_class, nullif(p.credit_detail, '')),
           p.book, p.leg, e.stream
    FROM books.posting p JOIN books.entry n ON n.id = p.entry JOIN books.event e ON e.seq = n.event
    WHERE p.entry = %s ORDER BY p.leg
"""
