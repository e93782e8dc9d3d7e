"""How anything is decided: a command, what is known, the law, and the events that follow.

    Command ──► rule(world, command) ──► events ──► entries, grants, folded state
                 pure, in its room        facts      functions of the event alone

A *command* is what somebody asks for. A *rule* looks at the world and answers with events, or
raises `Refused`. An *event* is what is then true for ever: it carries all that its entries need, so
that a replay finds the same books. Rooms add commands, rules and events; nothing else can write.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, ClassVar, Protocol, TypeAlias, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from qazyna.blueprint import Blueprint, Law
from qazyna.clock import day
from qazyna.errors import InvariantBroken, Refused
from qazyna.ledger.book import Balances
from qazyna.ledger.entry import Account, Entry, EventRef, Grant, Value, grants_for
from qazyna.money import ASSETS, Asset

BaseUnits = Annotated[int, Field(gt=0), PlainSerializer(str, return_type=str, when_used="json")]
"""An amount in base units; a string in JSON, where numbers stop at 2^53."""


def _day(value: object) -> object:
    if isinstance(value, str):
        try:
            return day(value)
        except Refused as refused:
            raise ValueError(refused.message) from None
    return value


Day = Annotated[date, BeforeValidator(_day)]
"""A value date as people write it in a command."""

Name = Annotated[
    str,
    Field(min_length=1, max_length=120, pattern=r"^[^\s\x00-\x1f]([^\x00-\x1f]*[^\s\x00-\x1f])?$"),
]
"""A name or a reference: one line, something in it, no blanks around it."""

Segment = Annotated[
    str,
    Field(
        min_length=1, max_length=80, pattern=r"^[^\s/\x00-\x1f]([^/\x00-\x1f]*[^\s/\x00-\x1f])?$"
    ),
]
"""A name that is one step of an account's path."""


Quote: TypeAlias = tuple[str, str, date, Decimal, str, str]
"""asset, currency, day, price of one unit, source, why it is an estimate ("" if observed)"""


class Command(BaseModel):
    """Something a person asks for. `streams` and `books` say what must be known to decide it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: ClassVar[str]

    def streams(self) -> Iterable[str]:
        """Streams whose folded state the rule reads or adds to."""
        return ()

    def books(self) -> Iterable[str]:
        """Books whose running quantities the rule reads or changes."""
        return ()

    def events(self) -> Iterable[EventRef]:
        """Earlier events the rule looks at again."""
        return ()

    def asked(self) -> Any:
        """All that is asked, as JSON: what a second command with the same key must ask too."""
        return self.model_dump(mode="json")

    def told(self, follows: "list[Event]") -> dict[str, Any]:
        """What the answer says beside the events, as plain JSON."""
        return {}


class State(BaseModel):
    """The fold of one stream of events. Only `Event.evolve` changes it."""

    model_config = ConfigDict(extra="forbid")
    prefix: ClassVar[str]


class Event(BaseModel):
    """A fact, for ever. Of its `private` fields only a commitment stands in the public leaf."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: ClassVar[str]
    schema_version: ClassVar[int] = 1
    private: ClassVar[frozenset[str]] = frozenset()
    sealed_until: ClassVar[str] = ""
    """What must be true of its stream before anybody is shown the private fields."""

    on: date
    """The value date: the day on which it counts."""

    @property
    def stream(self) -> str:
        """The stream it belongs to, as `case/C-17`."""
        raise InvariantBroken(f"{self.kind} names no stream")

    def entries(self) -> tuple[Entry, ...]:
        """What it does to the books. A function of the event alone."""
        return ()

    def grants(self, entries: tuple[Entry, ...]) -> tuple[Grant, ...]:
        """What it allows, given its own entries: by default exactly what they need."""
        return grants_for(entries)

    def assets(self) -> tuple[Asset, ...]:
        """Assets that exist from here on."""
        return ()

    def quotes(self) -> tuple[Quote, ...]:
        """Prices that are known from here on."""
        return ()

    def permits(self) -> tuple[tuple[str, str], ...]:
        """(kind of book, class of asset) that may be held from here on."""
        return ()

    def closes(self) -> tuple[date | None, date] | None:
        """The last days of the period before and of the one that is closed from here on."""
        return None

    def evolve(self, state: Any, version: int) -> None:
        """Change the folded state of its stream, in which it is the event number `version`."""


@cache
def brings(model: type[Event]) -> bool:
    """Whether anything may come with such an event: assets, permissions, prices, a closed period.
    With most, nothing does."""
    ways = ("assets", "permits", "quotes", "closes")
    return any(getattr(model, way) is not getattr(Event, way) for way in ways)


class Valuer(Protocol):
    """What an amount was worth on a day, or None where no price says so."""

    def __call__(self, asset: Asset, amount: int, on: date) -> Value | None: ...


S = TypeVar("S", bound=State)
C = TypeVar("C", bound=Command)

Rule = Callable[["World", Any], Iterator[Event] | Iterable[Event]]

COMMANDS: dict[str, type[Command]] = {}
EVENTS: dict[str, type[Event]] = {}
STATES: dict[str, type[State]] = {}
_RULES: dict[str, Rule] = {}


def command(model: type[C]) -> Callable[[Rule], Rule]:
    """Bind a rule to the command it decides."""

    def bind(rule: Rule) -> Rule:
        if model.kind in COMMANDS:
            raise InvariantBroken(f"two rules for {model.kind}")
        COMMANDS[model.kind] = model
        _RULES[model.kind] = rule
        return rule

    return bind


def event(model: type[Event]) -> type[Event]:
    """Make an event known to the codec by its kind."""
    if EVENTS.setdefault(model.kind, model) is not model:
        raise InvariantBroken(f"two events called {model.kind}")
    return model


def state(model: type[S]) -> type[S]:
    """Make a state known by the first word of its streams."""
    if STATES.setdefault(model.prefix, model) is not model:
        raise InvariantBroken(f"two states for {model.prefix}/")
    return model


def book_stream(book: str) -> str:
    """The stream a book answers to: `case/C-17` for `C-17/1`, and its own name for the others."""
    if book_kind(book) != "case":
        return book
    return "case/" + book.rpartition("/")[0]


def book_kind(book: str) -> str:
    """`case`, `reserve`, `budget` or `workout`."""
    if book in ("reserve", "budget"):
        return book
    return "workout" if book.startswith("workout/") else "case"


class World:
    """All that a rule may look at. Absorbing an event brings it up to date, here and in replays."""

    def __init__(
        self,
        *,
        now: datetime,
        actor: str,
        blueprint: Blueprint,
        valuer: Valuer,
        assets: dict[str, Asset] | None = None,
        states: dict[str, State] | None = None,
        versions: dict[str, int] | None = None,
        balances: Balances | None = None,
        earlier: dict[EventRef, Event] | None = None,
        incoming: Blueprint | None = None,
    ) -> None:
        self.now = now
        self.actor = actor
        self.blueprint = blueprint
        self.valuer = valuer
        self._assets = dict(ASSETS) if assets is None else assets
        self._states = states if states is not None else {}
        self._versions = versions if versions is not None else {}
        self.balances = balances if balances is not None else Balances()
        self._earlier = earlier if earlier is not None else {}
        self.booked: list[tuple[Event, tuple[Entry, ...]]] = []
        """What happened in this world, in order, with its entries."""
        self.incoming = incoming
        """The blueprint that this very command would put in force."""

    # what is known

    @property
    def today(self) -> date:
        return self.now.date()

    def law(self, on: date) -> Law:
        """The blueprint as it stood that day."""
        return self.blueprint.on(on)

    def asset(self, code: str) -> Asset:
        found = self._assets.get(code)
        if found is None:
            raise Refused(
                "unknown_asset",
                f"No asset {code!r} is known here. Known are {', '.join(sorted(self._assets))}.",
                {"asset": code},
            )
        return found

    def knows(self, code: str) -> bool:
        return code in self._assets

    def find(self, model: type[S], key: str = "") -> S | None:
        """The folded state of a stream, or None while it has no event."""
        found = self._states.get(f"{model.prefix}/{key}" if key else model.prefix)
        if found is not None and not isinstance(found, model):
            raise InvariantBroken(f"{key} is no {model.__name__}")
        return found

    def version(self, stream: str) -> int:
        """How many events the stream has."""
        return self._versions.get(stream, 0)

    def earlier(self, ref: EventRef) -> Event:
        found = self._earlier.get(ref)
        if found is None:
            raise Refused(
                "no_such_event", f"{ref.stream} has no event {ref.version}.", {"stream": ref.stream}
            )
        return found

    def value(self, code: str, amount: int, on: date) -> Value | None:
        return self.valuer(self.asset(code), amount, on)

    # what rules share

    def held(self, account: Account, asset: str, amount: int) -> None:
        """Refuse to take out more than the account holds."""
        holds = self.balances.of(account, asset)
        if amount > holds:
            unit = self.asset(asset)
            raise Refused(
                "more_than_held",
                f"{account.path} holds {unit.text(holds)} {asset}; "
                f"{unit.text(amount)} was asked for.",
                {"account": account.path, "asset": asset, "held": unit.text(holds)},
            )

    def not_future(self, on: date, what: str) -> None:
        """Refuse to record what has not happened yet."""
        if on > self.today:
            raise Refused(
                "date_in_future", f"{what} is dated {on}, and today is {self.today}.", {"date": on}
            )

    # what happens

    def absorb(self, happened: Event) -> None:
        """Fold the event into its stream, and book its entries."""
        stream = happened.stream
        version = self._versions.get(stream, 0) + 1
        folded = self._states.get(stream)
        if folded is None:
            model = STATES.get(stream.partition("/")[0])
            if model is None:
                raise InvariantBroken(f"no state is kept for {stream}")
            folded = self._states[stream] = model()
        happened.evolve(folded, version)
        self._versions[stream] = version
        for asset in happened.assets():
            self._assets[asset.code] = asset
        entries = happened.entries()
        self.balances.post(entries)
        self.booked.append((happened, entries))

    @property
    def states(self) -> dict[str, State]:
        return self._states

    @property
    def versions(self) -> dict[str, int]:
        return self._versions

    @property
    def assets(self) -> dict[str, Asset]:
        return self._assets


def follow(world: World, asked: Command) -> Iterator[Event]:
    """What follows from the command, one event after another, each seen by the next.

    The world is brought up to date with each as it is taken. Whoever stops on `Refused` must let go
    of the world, and of whatever was done with the events before it.
    """
    for happened in _RULES[asked.kind](world, asked):
        world.absorb(happened)
        yield happened


def decide(world: World, asked: Command) -> list[Event]:
    """All that follows from the command; or `Refused`, and nothing does."""
    return list(follow(world, asked))
