"""An archive verified, and what its books come to: the balance sheet of a day.

Every rule of the books that can be asked of a file is asked again here, from nothing but the chart:
who wrote the file is not believed. What the file cannot tell is whether the law of the day
permitted a holding, and whether a court order behind a grant is genuine.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count, pairwise, repeat
from typing import NoReturn

from qazyna.errors import Refused
from qazyna.ledger import chart
from qazyna.ledger.archive.reading import Block, Columns, Header, amounts, blocks, broken
from qazyna.ledger.entry import Account
from qazyna.money import Asset

Leg = tuple[int, int, int, int]
"""The holding debited, the holding credited, the amount, the grant drawn on or 0."""

_BOOKS = re.compile(r"(?P<plain>reserve|budget)|workout/[^/]+|(?P<case>.+)/[^/]+", re.DOTALL)


def of_book(path: str) -> tuple[str, str]:
    """The kind of a book, and the stream whose orders reach it."""
    found = _BOOKS.fullmatch(path)
    if found is None:
        raise ValueError(f"{path} is no book")
    if found["case"]:
        return "case", f"case/{found['case']}"
    return found["plain"] or "workout", path


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
        except Refused:
            raise
        except (ValueError, LookupError) as error:
            raise broken(block.line, str(error)) from None
    return books.close()


class _Books:
    """Columns by number: of words, holdings and grants, as the file names them."""

    def __init__(self, as_of: date | None) -> None:
        self.assets: dict[str, Asset] = {}
        self._as_of = as_of
        self._then: list[int] | None = None
        self._day = date.min
        self._line = 1
        self._words: list[str] = []
        self._known: set[str] = set()
        # By holding: its account and asset, whether a title, its pot, debits less credits.
        self._account: list[tuple[int, int, int]] = []
        self._asset: list[int] = []
        self._class: list[str] = []
        self._title: list[bool] = []
        self._pot: list[int] = []
        self._net: list[int] = []
        self._pots: dict[tuple[int, int], int] = {}
        self._holdings: set[tuple[int, int, int, int]] = set()
        # By grant; number 0 is none.
        self._authority: list[str] = [chart.NONE]
        self._granted_pot: list[int] = [-1]
        self._left: list[int] = [0]
        self._grants: set[tuple[int, ...]] = set()
        # Entries by place, and what is mirrored.
        self._places: set[int] = set()
        self._entries = self._postings = 0
        self._short: list[int] = []
        self._reversed: dict[int, list[Leg]] = {}
        self._reversals: dict[int, list[Leg]] = {}
        self._stated: dict[int, int] = {}

    def take(self, block: Block) -> None:
        """Add a block to the books, or refuse it."""
        self._line = block.line
        self._name(block.words, block.holdings)
        self._grant(block.grants)
        if block.days:
            if self._stated:
                self._no("an entry comes after the balances")
            self._post(block)
        self._state(block.held)

    def close(self) -> Sheet:
        """The books at the end of the file, whole and in agreement with what it states itself."""
        self._end_of_day(date.max)
        self._settle_reversals()
        for authority, left in zip(self._authority, self._left, strict=True):
            if left < 0:
                self._no(f"more was drawn on a grant ({authority}) than it grants")
        sums = [0] * len(self._pots)
        for pot, net in zip(self._pot, self._net, strict=True):
            sums[pot] += net
        if any(sums):
            self._no("what is held is not what belongs to somebody")
        found = {number: abs(net) for number, net in enumerate(self._net) if net}
        if found != self._stated:
            wrong = min(found.items() ^ self._stated.items())[0]
            self._no(
                f"{self._path(wrong)} comes to {found.get(wrong, 0)}, "
                f"and the file states {self._stated.get(wrong, 0)}"
            )
        return Sheet(
            self._as_of,
            self.assets,
            tuple(sorted(self._held())),
            self._entries,
            self._postings,
            len(self._left) - 1,
        )

    def _held(self) -> Iterator[tuple[Account, str, int]]:
        word = self._words
        nets = self._net if self._then is None else self._then
        for number, net in enumerate(nets):
            if net:
                yield self._name_of(number), word[self._asset[number]], abs(net)

    def _name_of(self, holding: int) -> Account:
        return Account(*(self._words[number] for number in self._account[holding]))

    def _path(self, holding: int) -> str:
        return f"{self._name_of(holding).path} {self._words[self._asset[holding]]}"

    def _state(self, held: Columns) -> None:
        for holding, amount in zip(held["holding"], amounts(held["quantity"]), strict=True):
            if holding in self._stated:
                self._no(f"{self._path(holding)} is stated twice")
            if amount:
                self._stated[holding] = amount

    def _no(self, what: str) -> NoReturn:
        raise Refused(
            "archive_breaks_a_rule",
            f"Line {self._line}: {what}.",
            {"line": self._line},
        )

    # ── Names ───────────────────────────────────────────────────────────────────────────────────

    def _name(self, words: list[str], holdings: Columns) -> None:
        self._words += words
        self._known.update(words)
        if len(self._known) != len(self._words):
            self._no("a word is named twice")
        for book, klass, detail, asset in zip(*holdings.values(), strict=True):
            self._holding(book, klass, detail, asset)

    def _holding(self, book: int, klass: int, detail: int, asset: int) -> None:
        word = self._words
        side = chart.side(word[klass])
        kind, _ = of_book(word[book])
        code = word[asset]
        if code not in self.assets:
            self._no(f"there is no asset {code}")
        if (kind, word[klass], side, self.assets[code].klass) not in chart.PLACES:
            self._no(f"no book like {word[book]} can hold {code} as {word[klass]}")
        self._holdings.add((book, klass, detail, asset))
        self._account.append((book, klass, detail))
        if len(self._holdings) != len(self._account):
            self._no("a holding is named twice")
        self._asset.append(asset)
        self._class.append(word[klass])
        self._title.append(side == "title")
        self._pot.append(self._pots.setdefault((book, asset), len(self._pots)))
        self._net.append(0)

    def _grant(self, grants: Columns) -> None:
        word = self._words
        left = amounts(grants["granted"])
        for (stream, version, event, authority, book, asset, _), granted in zip(
            zip(*grants.values(), strict=True), left, strict=True
        ):
            of_case, givers = chart.AUTHORITIES.get(word[authority], (False, ()))
            if word[event] not in givers:
                self._no(f"{word[event]} cannot grant {word[authority]}")
            if of_case and word[stream] != of_book(word[book])[1]:
                self._no(f"{word[stream]} grants {word[authority]} over {word[book]}")
            if granted <= 0:
                self._no("a grant is of nothing")
            self._grants.add((stream, version, authority, book, asset))
            self._authority.append(word[authority])
            self._granted_pot.append(self._pots.setdefault((book, asset), len(self._pots)))
            self._left.append(granted)
        if len(self._grants) != len(self._left) - 1:
            self._no("something is granted twice by one event")

    # ── Entries ─────────────────────────────────────────────────────────────────────────────────

    def _post(self, block: Block) -> None:
        words, entries = self._words, block.entries
        kinds = list(map(words.__getitem__, entries["kind"]))
        self._entries += len(kinds)
        # One number for each place: streams, versions and numbers of entries do not reach so far.
        self._places.update(
            (stream << 80) + (version << 40) + number
            for stream, version, number in zip(
                entries["stream"], entries["version"], entries["number"], strict=True
            )
        )
        if len(self._places) != self._entries:
            self._no("an entry is told twice")
        if not set(map(words.__getitem__, entries["flow"])) <= set(chart.FLOWS):
            self._no("an entry flows in no known way")
        first, second = amounts(block.first["quantity"]), amounts(block.second["quantity"])
        self._fit(block, kinds, first, second)
        self._mirror(block, kinds, first, second)
        self._run(block, first, second)

    def _fit(self, block: Block, kinds: list[str], out: list[int], back: list[int]) -> None:
        """The chart has every leg, and two legs that are one entry fit each other."""
        first, second, of = block.first, block.second, block.second["of"]
        if any(at >= after for at, after in pairwise(of)):
            self._no("second legs are out of order")
        self._in_the_chart(kinds, repeat(1), first, repeat(""))
        two = [kinds[at] for at in of]
        ties = [
            self._class[first["debit"][at]] if kind in chart.TWO_LEGGED else ""
            for at, kind in zip(of, two, strict=True)
        ]
        self._in_the_chart(two, repeat(2), second, ties)
        if sum(map(two.count, chart.TWO_LEGGED)) != sum(map(kinds.count, chart.TWO_LEGGED)):
            self._no("half an exchange, or half a transfer, cannot be")
        account, asset = self._account, self._asset
        for kind, at, into, title, amount in zip(
            two, of, second["debit"], second["credit"], back, strict=True
        ):
            gave, same = first["debit"][at], asset[first["debit"][at]] == asset[into]
            if kind == "exchange" and (account[gave] != account[title] or same):
                self._no("an exchange keeps its title and changes its asset")
            if kind == "transfer" and (
                account[gave][0] == account[into][0] or not same or out[at] != amount
            ):
                self._no("a transfer moves the same units to another book")

    def _in_the_chart(
        self, kinds: list[str], leg: Iterable[int], legs: Columns, ties: Iterable[str]
    ) -> None:
        klass, authority = self._class.__getitem__, self._authority.__getitem__
        debits, credits = map(klass, legs["debit"]), map(klass, legs["credit"])
        rules = zip(kinds, leg, debits, credits, ties, map(authority, legs["grant"]), strict=False)
        if unknown := set(rules) - chart.RULES:
            self._no(f"the chart of accounts has no {min(unknown)}")

    def _mirror(self, block: Block, kinds: list[str], out: list[int], back: list[int]) -> None:
        """Remember what reverses and what is reversed. Neither need come before the other."""
        reversing = [at for at, *_ in block.reverses]
        if reversing != [at for at, kind in enumerate(kinds) if kind == "reverse"]:
            self._no("a reversal reverses something, and nothing else does")
        seconds = dict(zip(block.second["of"], count(), strict=False))

        def legs(at: int) -> list[Leg]:
            rows = [(block.first, at, out)]
            if at in seconds:
                rows.append((block.second, seconds[at], back))
            return [
                (side["debit"][n], side["credit"][n], quantities[n], side["grant"][n])
                for side, n, quantities in rows
            ]

        for at, stream, version, number in block.reverses:
            place = (stream << 80) + (version << 40) + number
            if place in self._reversals:
                self._no("an entry is reversed twice")
            self._reversals[place] = legs(at)
        entries = block.entries
        for at in block.reversed:
            place = (
                (entries["stream"][at] << 80)
                + (entries["version"][at] << 40)
                + entries["number"][at]
            )
            if kinds[at] in ("vest", "reverse"):
                self._no(f"a {kinds[at]} cannot be reversed")
            self._reversed[place] = legs(at)

    def _settle_reversals(self) -> None:
        """Each mirrors the one entry it names; what that had drawn on a grant is given back."""
        if self._reversals.keys() != self._reversed.keys():
            self._no("something is reversed that is not there, or not reversed that is said to be")
        for place, legs in self._reversals.items():
            mistaken = self._reversed[place]
            if [leg[:3] for leg in legs] != [
                (credit, debit, amount) for debit, credit, amount, _ in mistaken
            ]:
                self._no("a reversal does not mirror what it reverses")
            for _, _, amount, grant in mistaken:
                if grant:
                    self._left[grant] += amount

    def _run(self, block: Block, out: list[int], back: list[int]) -> None:
        """Move the holdings, day by day; at the end of none may one lie below zero."""
        first, second, of = block.first, block.second, block.second["of"]
        ones = list(zip(first["debit"], first["credit"], out, first["grant"], strict=True))
        twos = list(zip(second["debit"], second["credit"], back, second["grant"], strict=True))
        self._postings += len(ones) + len(twos)
        at = at_second = 0
        for day, many in block.days:
            if day < self._day:
                self._no(f"{day} comes after {self._day}")
            if day > self._day:
                self._end_of_day(day)
            until, until_second = at + many, bisect_left(of, at + many)
            self._move(ones[at:until])
            self._move(twos[at_second:until_second])
            at, at_second = until, until_second

    def _end_of_day(self, following: date) -> None:
        for holding in self._short:
            if (self._net[holding] > 0) if self._title[holding] else (self._net[holding] < 0):
                self._no(f"{self._path(holding)} is below zero at the end of {self._day}")
        self._short.clear()
        if self._as_of is not None and self._then is None and following > self._as_of:
            self._then = list(self._net)
        self._day = following

    def _move(self, legs: list[Leg]) -> None:
        # The one loop that runs for every posting: what can be asked once a block is asked there.
        net, pot, title = self._net, self._pot, self._title
        granted, left = self._granted_pot, self._left
        for debit, credit, amount, grant in legs:
            here = pot[debit]
            if here != pot[credit] or debit == credit or amount <= 0:
                self._no(f"{self._path(debit)} and {self._path(credit)} cannot be joined")
            if grant:
                if granted[grant] != here:
                    self._no(f"a grant over something else is drawn on for {self._path(debit)}")
                left[grant] -= amount
            after = net[debit] = net[debit] + amount
            if after > 0 and title[debit]:
                self._short.append(debit)
            after = net[credit] = net[credit] - amount
            if after < 0 and not title[credit]:
                self._short.append(credit)
