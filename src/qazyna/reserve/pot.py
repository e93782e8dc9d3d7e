"""The reserve as a pot: its accounts, and what the rules about pots outside cases share."""

from datetime import date
from typing import ClassVar

from qazyna.errors import Refused
from qazyna.ledger.entry import Account, Value
from qazyna.money import Asset
from qazyna.office.correction import Correctable
from qazyna.plan import World, book_kind, book_stream, state
from qazyna.seizure.case import Case, the_holding
from qazyna.seizure.taking import named_custodian

BOOK = "reserve"
TITLE = Account(BOOK, "reserve")

_PLACES = {
    "currency": "bank",
    "gold": "vault",
    "crypto": "custody",
    "hedge_fund": "fund",
    "venture_fund": "fund",
    "undrawn": "commitment",
}


@state
class Reserve(Correctable):
    """The diary of the reserve, and of every pot that is no case's."""

    prefix: ClassVar[str] = "reserve"

    acts: dict[str, list[int]] = {}
    """act or decision that put in or took out -> versions of the events that did"""

    def note(self, act: str, version: int) -> None:
        self.acts.setdefault(act, []).append(version)


def stream_of(book: str) -> str:
    """Where an event about the book is written: its case's stream, or the reserve's diary."""
    return book_stream(book) if book_kind(book) == "case" else BOOK


def case_and_holding(book: str) -> tuple[str, str]:
    """`C-17` and `1`, of `C-17/1`."""
    case, _, holding = book.rpartition("/")
    return case, holding


def eligible(world: World, book: str, asset: Asset, on: date) -> None:
    """Refuse an asset of a class that the law keeps out of this kind of pot."""
    kind = book_kind(book)
    allowed = world.law(on).eligible[kind]
    if asset.klass not in allowed:
        raise Refused(
            "not_eligible",
            f"{asset.code} is {asset.klass}; the {kind} may hold {', '.join(sorted(allowed))}.",
            {"asset": asset.code, "class": asset.klass, "book": book},
            f"{kind}.eligible",
        )


def place(world: World, book: str, asset: Asset, name: str | None, on: date) -> Account:
    """Where the book keeps this asset: with the custodian named, or the one the law names.

    Units of a fund are with their manager, whose code they bear.
    """
    klass = _PLACES[asset.klass]
    if klass in ("fund", "commitment"):
        return Account(book, klass, asset.code.partition(":")[0])
    law = world.law(on)
    if not name and book_kind(book) == "case":
        name = law.treasury_bank if klass == "bank" else None
    elif not name:
        name = {"bank": law.reserve_bank, "vault": law.reserve_vault}.get(klass)
    return Account(book, klass, named_custodian(world, name, asset.klass, on))


def source(world: World, book: str, asset: Asset, name: str | None, on: date) -> Account:
    """Where it is taken from: the place named, the only one there is, or where the law keeps it."""
    klass = _PLACES[asset.klass]
    held = [at for at, _ in world.balances.locations(book, asset.code) if at.klass == klass]
    if not name and len(held) == 1:
        return held[0]
    return place(world, book, asset, name, on)


def title(world: World, book: str, asset: Asset, asked: str | None) -> Account:
    """Whose the asset in this book is. Where a case holds for several, it must be said for whom."""
    kind = book_kind(book)
    if kind != "case":
        return Account(book, kind)
    the_holding(world, *case_and_holding(book))
    owners = sorted(
        {
            (code != asset.code, account)
            for account, code, _ in world.balances
            if account.book == book and account.side == "title"
        }
    )
    same = [account for other, account in owners if not other]
    among = same or sorted({account for _, account in owners})
    if asked:
        among = [a for a in among if asked in (a.klass, f"{a.klass}/{a.detail}")]
    if len(among) != 1:
        names = ", ".join(sorted({a.path.removeprefix(book + "/") for _, a in owners})) or "nobody"
        raise Refused(
            "which_title",
            f"{book} is held for {names}: say for which of them this is.",
            {"book": book, "asset": asset.code},
        )
    return among[0]


def a_book(world: World, book: str) -> None:
    """Refuse a book that there is not: neither a holding of a known case nor one of the pots."""
    if book_kind(book) == "case":
        case, holding = case_and_holding(book)
        if not case or world.find(Case, case) is None:
            raise Refused("no_case", f"There is no case {case!r} in the books.", {"book": book})
        the_holding(world, case, holding)


def agreed(world: World, on: date, *legs: tuple[str, int]) -> Value | None:
    """What an exchange was worth: the leg in the blueprint's own currency, else what prices say."""
    currency = world.law(on).currency
    for asset, amount in legs:
        if asset == currency:
            return Value(world.asset(asset).decimal(amount), currency, "agreed")
    for asset, amount in legs:
        value = world.value(asset, amount, on)
        if value is not None:
            return value
    return None
