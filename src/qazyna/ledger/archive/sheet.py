"""An archive verified, and what its books come to: the balance sheet of a day.

Every rule of the books that can be asked of a file is asked again here, from nothing but the chart:
who wrote the file is not believed. What a file cannot tell is whether the law of the day permitted
a holding, and whether the court order behind a grant is genuine.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import compress, repeat
from operator import eq, lt
from typing import NoReturn

from qazyna.errors import Refused
from qazyna.ledger import chart
from qazyna.ledger.archive.reading import FAR, Block, Header, Numbers, Triple, blocks, broken
from qazyna.ledger.entry import Account
from qazyna.money import Asset

Leg = tuple[int, int, int, int]
"""The holding debited, the holding credited, the amount, the grant drawn on or 0."""

_BOOKS = re.compile(r"(?P<plain>reserve|budget)|workout/[^/]+|(?P<case>.+)/[^/]+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What every account holds at the end of a day, in base units, by verified books."""

    as_of: date | None
    assets: dict[str, Asset]
    held: tuple[tuple[Account, str, int], ...]
    entries: int
    postings: int
    grants: int

    def balances(self) -> list[dict[str, str]]:
        """The same in the shape of `ledger balances`."""
        return [
            {
                "account": account.path,
                "book": account.book,
                "side": account.side,
                "class": account.klass,
                "asset": asset,
                "quantity": self.assets[asset].text(amount),
            }
            for account, asset, amount in self.held
        ]


def verify(lines: Iterable[bytes], as_of: date | None = None) -> Sheet:
    """The balance sheet at the end of a day (of the last, if none is given), or a refusal that says
    which line of the file breaks which rule. The whole file is verified, whatever the day."""
    books = _Books(as_of)
    for block in blocks(lines):
        if isinstance(block, Header):
            books.assets = block.assets
            continue
        try:
            books.take(block)
        except IndexError:
            raise broken(block.line, "a number points at nothing") from None
    return books.close()


def of_book(path: str) -> tuple[str, str]:
    """The kind of a book, and the stream whose orders reach it; nothing for what is no book."""
    found = _BOOKS.fullmatch(path)
    if found is None:
        return "", ""
    if found["case"]:
        return "case", f"case/{found['case']}"
    return found["plain"] or "workout", path


class _Books:
    """The books so far, in columns: by number of holding, and by number of grant.

    Within a *pot*, one asset of one book, what is held equals what belongs to somebody.
    """

    def __init__(self, as_of: date | None) -> None:
        self.assets: dict[str, Asset] = {}
        self._as_of = as_of
        self._then: list[int] | None = None
        self._day = date.min
        self._line = 1
        self._entries = self._postings = 0
        # What was named; by place, its class, whether a title, its asset, and
        # the number of its class and detail; by right, its authority and asset, and whether only of
        # the very case.
        self._words: list[str] = []
        self._known: set[str] = set()
        self._kinds: list[str] = []
        self._right_authority: list[str] = []
        self._right_asset: list[int] = []
        self._right_of_case: list[bool] = []
        self._places: list[Triple] = []
        self._place_class: list[str] = []
        self._place_title: list[bool] = []
        self._place_asset: list[int] = []
        self._place_spot: list[int] = []
        self._spots: dict[tuple[str, str], int] = {}
        self._assets: dict[str, int] = {}
        self._book_kinds: dict[int, tuple[str, str]] = {}
        # By holding: its book, place, class, pot, whether a title; its debits less its credits.
        self._book: list[int] = []
        self._place: list[int] = []
        self._class: list[str] = []
        self._pot: list[int] = []
        self._title: list[bool] = []
        self._net: list[int] = []
        self._holdings: set[int] = set()
        self._short: list[int] = []
        # By grant, where number 0 is none: its authority, its pot, what is left of it.
        self._authority: list[str] = [chart.NONE]
        self._granted: list[int] = [-1]
        self._left: list[int] = [0]
        self._grants: set[int] = set()
        # Which entries there are; which are reversed, and by which legs.
        self._entry_places: set[int] = set()
        self._reversed: dict[int, list[Leg]] = {}
        self._reversals: dict[int, list[Leg]] = {}
        self._stated: dict[int, int] = {}

    def take(self, block: Block) -> None:
        """Add a block to the books, or refuse it."""
        self._line = block.line
        self._name(block)
        self._open(block.holdings)
        self._grant(block.grants)
        if block.days:
            if self._stated:
                self._no("an entry comes after the balances")
            self._post(block)
        self._state(block.held)

    def close(self) -> Sheet:
        """The books at the end of the file, whole and in agreement with what it states itself."""
        self._line += 1
        self._known.clear()
        self._entry_places.clear()
        self._end_of_day(date.max)
        self._settle_reversals()
        for authority, left in zip(self._authority, self._left, strict=True):
            if left < 0:
                self._no(f"more was drawn on a grant ({authority}) than it grants")
        sums = dict.fromkeys(self._pot, 0)
        for pot, net in zip(self._pot, self._net, strict=True):
            sums[pot] += net
        if any(sums.values()):
            self._no("what is held is not what belongs to somebody")
        found = {number: abs(net) for number, net in enumerate(self._net) if net}
        if found != self._stated:
            wrong = min(found.items() ^ self._stated.items())[0]
            self._no(
                f"{self._path(wrong)} comes to {found.get(wrong, 0)}, "
                f"and the file states {self._stated.get(wrong, 0)}"
            )
        held = tuple(self._held())
        grants = len(self._left) - 1
        return Sheet(self._as_of, self.assets, held, self._entries, self._postings, grants)

    def _held(self) -> Iterator[tuple[Account, str, int]]:
        """In order of account. Plain tuples are sorted: there may be a million."""
        nets = self._net if self._then is None else self._then
        rows = [
            (self._words[book], *self._places[place], abs(net))
            for book, place, net in zip(self._book, self._place, nets, strict=False)
            if net
        ]
        rows.sort()
        for book, klass, detail, asset, amount in rows:
            yield Account(book, klass, detail), asset, amount

    def _path(self, holding: int) -> str:
        klass, detail, asset = self._places[self._place[holding]]
        return f"{Account(self._words[self._book[holding]], klass, detail).path} {asset}"

    def _no(self, what: str) -> NoReturn:
        raise Refused("archive_breaks_a_rule", f"Line {self._line}: {what}.", {"line": self._line})

    # ── What is named ───────────────────────────────────────────────────────────────────────────

    def _name(self, block: Block) -> None:
        self._words += block.words
        self._known.update(block.words)
        if len(self._known) != len(self._words):
            self._no("a word is named twice")
        for _, _, asset in (*block.places, *block.rights):
            if asset not in self.assets:
                self._no(f"there is no asset {asset}")
            self._assets.setdefault(asset, len(self._assets))
        for klass, detail, asset in block.places:
            self._places.append((klass, detail, asset))
            self._place_class.append(klass)
            self._place_title.append(klass in chart.TITLES)
            self._place_asset.append(self._assets[asset])
            self._place_spot.append(self._spots.setdefault((klass, detail), len(self._spots)))
        if block.places and len(set(self._places)) != len(self._places):
            self._no("a place is named twice")
        for authority, event, asset in block.rights:
            of_case, givers = chart.AUTHORITIES.get(authority, (False, ()))
            if event not in givers:
                self._no(f"{event} cannot grant {authority}")
            self._right_authority.append(authority)
            self._right_asset.append(self._assets[asset])
            self._right_of_case.append(of_case)
        for kind, _, flow in block.manners:
            if flow not in chart.FLOWS:
                self._no(f"no entry flows {flow}")
            self._kinds.append(kind)

    def _know(self, books: Iterable[int]) -> None:
        for book in set(books):
            if book not in self._book_kinds:
                self._book_kinds[book] = of_book(self._words[book])

    def _open(self, holdings: Numbers) -> None:
        books, places = holdings["book"], holdings["place"]
        self._know(books)
        kinds = [self._book_kinds[book][0] for book in books]
        for kind, place in set(zip(kinds, places, strict=True)):
            klass, _, asset = self._places[place]
            if (kind, klass, chart.side(klass), self.assets[asset].klass) not in chart.PLACES:
                self._no(f"a book like this ({kind or 'none'}) cannot hold {asset} as {klass}")
        self._book += books
        self._place += places
        self._holdings.update(book * FAR + place for book, place in zip(books, places, strict=True))
        if len(self._holdings) != len(self._book):
            self._no("a holding is named twice")
        self._class += map(self._place_class.__getitem__, places)
        self._title += map(self._place_title.__getitem__, places)
        self._pot += self._pots(books, map(self._place_asset.__getitem__, places))
        self._net += repeat(0, len(books))

    def _pots(self, books: Iterable[int], assets: Iterable[int]) -> list[int]:
        return [book * FAR + asset for book, asset in zip(books, assets, strict=True)]

    def _grant(self, grants: Numbers) -> None:
        streams, rights, books = grants["stream"], grants["right"], grants["book"]
        self._know(books)
        of_case = list(map(self._right_of_case.__getitem__, rights))
        for stream, book in zip(compress(streams, of_case), compress(books, of_case), strict=True):
            if self._words[stream] != self._book_kinds[book][1]:
                self._no(f"{self._words[stream]} grants over {self._words[book]}")
        if not min(grants["granted"], default=1):
            self._no("a grant is of nothing")
        self._grants.update(
            ((stream * FAR + version) * FAR + right) * FAR + book
            for stream, version, right, book in zip(
                streams, grants["version"], rights, books, strict=True
            )
        )
        self._authority += map(self._right_authority.__getitem__, rights)
        self._granted += self._pots(books, map(self._right_asset.__getitem__, rights))
        self._left += grants["granted"]
        if len(self._grants) != len(self._left) - 1:
            self._no("something is granted twice by one event")

    # ── What was booked ─────────────────────────────────────────────────────────────────────────

    def _post(self, block: Block) -> None:
        entries = block.entries
        kinds = list(map(self._kinds.__getitem__, entries["manner"]))
        self._entries += len(kinds)
        self._postings += len(kinds) + len(block.second["of"])
        self._entry_places.update(
            (stream * FAR + version) * FAR + number
            for stream, version, number in zip(
                entries["stream"], entries["version"], entries["number"], strict=True
            )
        )
        if len(self._entry_places) != self._entries:
            self._no("an entry is told twice")
        self._fit(block, kinds)
        self._mirror(block, kinds)
        for legs in (block.first, block.second):
            self._join(legs)
            self._draw(legs)
        self._run(block)

    def _fit(self, block: Block, kinds: list[str]) -> None:
        """The chart has every leg, and two legs that are one entry fit each other."""
        first, second, of = block.first, block.second, block.second["of"]
        if not all(map(lt, of, of[1:])):
            self._no("second legs are out of order")
        two = [kinds[at] for at in of]
        gave = [first["debit"][at] for at in of]
        ties = [
            self._class[debit] if kind in chart.TWO_LEGGED else ""
            for kind, debit in zip(two, gave, strict=True)
        ]
        self._in_the_chart(kinds, repeat(1), first, repeat(""))
        self._in_the_chart(two, repeat(2), second, ties)
        if sum(map(two.count, chart.TWO_LEGGED)) != sum(map(kinds.count, chart.TWO_LEGGED)):
            self._no("half an exchange, or half a transfer, cannot be")
        book, place = self._book, self._place
        asset, spot = self._place_asset, self._place_spot
        out = [first["quantity"][at] for at in of]
        back = second["quantity"]
        for kind, title, into, from_, gone, come in zip(
            two, gave, second["debit"], second["credit"], out, back, strict=True
        ):
            same = asset[place[title]] == asset[place[into]]
            if kind == "exchange" and (
                same or (book[title], spot[place[title]]) != (book[from_], spot[place[from_]])
            ):
                self._no("an exchange keeps its title and changes its asset")
            if kind == "transfer" and (book[title] == book[into] or not same or gone != come):
                self._no("a transfer moves the same units to another book")

    def _in_the_chart(
        self, kinds: list[str], leg: Iterable[int], legs: Numbers, ties: Iterable[str]
    ) -> None:
        klass, authority = self._class.__getitem__, self._authority.__getitem__
        sides = map(klass, legs["debit"]), map(klass, legs["credit"])
        rules = zip(kinds, leg, *sides, ties, map(authority, legs["grant"]), strict=False)
        if unknown := set(rules) - chart.RULES:
            self._no(f"the chart of accounts has no {min(unknown)}")

    def _join(self, legs: Numbers) -> None:
        """Two different accounts of one book, one asset, and more than nothing of it."""
        pot, debits, credits = self._pot.__getitem__, legs["debit"], legs["credit"]
        if list(map(pot, debits)) != list(map(pot, credits)):
            self._no("a posting joins two books, or two assets")
        if any(map(eq, debits, credits)):
            self._no("a posting joins an account with itself")
        if not min(legs["quantity"], default=1):
            self._no("a posting moves nothing")

    def _draw(self, legs: Numbers) -> None:
        granted, left, pot = self._granted, self._left, self._pot
        for grant, amount, debit in zip(
            legs["grant"], legs["quantity"], legs["debit"], strict=True
        ):
            if grant:
                left[grant] -= amount
                if granted[grant] != pot[debit]:
                    self._no("a posting rests on a grant over something else")

    def _mirror(self, block: Block, kinds: list[str]) -> None:
        """Remember what reverses and what is reversed; either may come first."""
        if block.reverses["at"] != [at for at, kind in enumerate(kinds) if kind == "reverse"]:
            self._no("a reversal reverses something, and nothing else does")
        if not block.reverses["at"] and not block.reversed:
            return
        seconds = {at: number for number, at in enumerate(block.second["of"])}

        def legs(at: int) -> list[Leg]:
            rows = [(block.first, at)]
            if at in seconds:
                rows.append((block.second, seconds[at]))
            return [
                (leg["debit"][n], leg["credit"][n], leg["quantity"][n], leg["grant"][n])
                for leg, n in rows
            ]

        for at, stream, version, number in zip(*block.reverses.values(), strict=True):
            place = (stream * FAR + version) * FAR + number
            if place in self._reversals:
                self._no("an entry is reversed twice")
            self._reversals[place] = legs(at)
        entries = block.entries
        for at in block.reversed:
            if kinds[at] in ("vest", "reverse"):
                self._no(f"a {kinds[at]} cannot be reversed")
            stream, version = entries["stream"][at], entries["version"][at]
            self._reversed[(stream * FAR + version) * FAR + entries["number"][at]] = legs(at)

    def _settle_reversals(self) -> None:
        """Each mirrors the one entry it names; what that had drawn on a grant is given back."""
        if self._reversals.keys() != self._reversed.keys():
            self._no("what is reversed, and what is said to be, are not the same")
        for place, legs in self._reversals.items():
            mistaken = self._reversed[place]
            mirrored = [(credit, debit, amount) for debit, credit, amount, _ in mistaken]
            if mirrored != [leg[:3] for leg in legs]:
                self._no("a reversal does not mirror what it reverses")
            for _, _, amount, grant in mistaken:
                if grant:
                    self._left[grant] += amount

    # ── What it comes to ────────────────────────────────────────────────────────────────────────

    def _run(self, block: Block) -> None:
        """Move the holdings, day by day; at the end of none may one lie below zero."""
        first, second, of = block.first, block.second, block.second["of"]
        at = at_second = 0
        for day, many in block.days:
            if day < self._day:
                self._no(f"{day} comes after {self._day}")
            if day > self._day:
                self._end_of_day(day)
            until = at + many
            until_second = bisect_left(of, until)
            self._move(first, at, until)
            self._move(second, at_second, until_second)
            at, at_second = until, until_second

    def _move(self, legs: Numbers, start: int, stop: int) -> None:
        net, title, short = self._net, self._title, self._short
        for debit, credit, amount in zip(
            legs["debit"][start:stop],
            legs["credit"][start:stop],
            legs["quantity"][start:stop],
            strict=True,
        ):
            after = net[debit] = net[debit] + amount
            if after > 0 and title[debit]:
                short.append(debit)
            after = net[credit] = net[credit] - amount
            if after < 0 and not title[credit]:
                short.append(credit)

    def _end_of_day(self, following: date) -> None:
        for holding in self._short:
            if (self._net[holding] > 0) if self._title[holding] else (self._net[holding] < 0):
                self._no(f"{self._path(holding)} is below zero at the end of {self._day}")
        self._short.clear()
        if self._as_of is not None and self._then is None and following > self._as_of:
            self._then = list(self._net)
        self._day = following

    def _state(self, held: Numbers) -> None:
        for holding, amount in zip(*held.values(), strict=True):
            if holding in self._stated:
                self._no(f"{self._path(holding)} is stated twice")
            if amount:
                self._stated[holding] = amount
