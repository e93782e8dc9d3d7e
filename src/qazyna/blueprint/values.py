"""What a blueprint is made of once read: dated answers, and the people and places they name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong with a blueprint: where, in which clause, and how to mend it."""

    line: int
    clause: str
    message: str

    def as_json(self) -> dict[str, object]:
        """The shape in which `blueprint check` prints it."""
        return {"line": self.line, "clause": self.clause, "message": self.message}


@dataclass(frozen=True, slots=True)
class Basis:
    """What an answer rests on: a source that somebody read, or an assumption with its reason."""

    source: str = ""
    verified: date | None = None
    note: str = ""

    @property
    def assumed(self) -> bool:
        """True where no source is given."""
        return not self.source


Names = tuple[tuple[str, str], ...]
"""(language, name): what somebody is called in languages other than the blueprint's, ISO 639."""


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """Whose law this is."""

    code: str
    name: str
    local_name: str
    currency: str
    domestic_currency: str
    basis: Basis = Basis()
    local_language: str = ""
    names: Names = ()


@dataclass(frozen=True, slots=True)
class Custodian:
    """Whoever may keep an asset for the State, and the classes of asset it keeps."""

    name: str
    title: str
    holds: tuple[str, ...]
    local_name: str = ""
    basis: Basis = Basis()
    names: Names = ()


@dataclass(frozen=True, slots=True)
class Role:
    """An office to which people are appointed."""

    name: str
    title: str
    local_name: str = ""
    basis: Basis = Basis()
    names: Names = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound on a class's share, on one manager's share, or on the number of managers."""

    name: str
    measure: str
    klass: str
    bound: str
    value: Decimal
    amber: Decimal

    def status(self, actual: Decimal) -> str:
        """`green`, `amber` when the bound is near, `red` when it is passed; at it is not past it.

        >>> limit = Limit("x", "class_share", "gold", "max", Decimal("0.50"), Decimal("0.90"))
        >>> [limit.status(Decimal(share)) for share in ("0.45", "0.46", "0.50", "0.51")]
        ['green', 'amber', 'amber', 'red']
        """
        if self.bound == "max":
            past, near = actual > self.value, actual > self.value * self.amber
        else:
            past, near = actual < self.value, actual * self.amber < self.value
        return "red" if past else "amber" if near else "green"


@dataclass(frozen=True, slots=True)
class Approvals:
    """How many of which offices must agree, each a different person in a different office."""

    roles: tuple[str, ...]
    count: int


NONE_NEEDED = Approvals((), 0)


@dataclass(frozen=True, slots=True)
class Par:
    """The fixed value of one unit of an asset, in a currency, and why it is taken."""

    asset: str
    currency: str
    value: Decimal
    note: str


@dataclass(frozen=True, slots=True)
class Curve:
    """Points (ratio, discount), the ratios rising; linear between them, flat outside."""

    points: tuple[tuple[Decimal, Decimal], ...]

    def at(self, ratio: Decimal) -> Decimal:
        """The discount at that ratio.

        >>> curve = Curve(((Decimal(1), Decimal("0.02")), (Decimal(3), Decimal("0.06"))))
        >>> [str(curve.at(Decimal(each))) for each in ("0.5", "1", "2", "7")]
        ['0.02', '0.02', '0.04', '0.06']
        """
        for (left, low), (right, high) in zip(self.points, self.points[1:], strict=False):
            if left <= ratio <= right:
                return low + (high - low) * (ratio - left) / (right - left)
        return self.points[0 if ratio < self.points[0][0] else -1][1]


@dataclass(frozen=True, slots=True)
class Vehicle:
    """What money is placed in, as a formula over price series that there are.

    `mix` are the weights of daily returns of series, in the order written; `alpha` and `management`
    are a year; `performance` is of the gain above the high-water mark; `gate` is what may be
    redeemed on one dealing day, of one's own holding; `count` such funds share the money equally.
    `series` is a file of the user's own that replaces the mix, empty where there is none.
    """

    name: str
    kind: str
    mix: tuple[tuple[str, Decimal], ...]
    alpha: Decimal
    management: Decimal
    performance: Decimal
    notice_days: int
    gate: Decimal
    count: int
    series: str = ""


Value = (
    str
    | int
    | bool
    | Decimal
    | tuple[str, ...]
    | tuple[int, ...]
    | Limit
    | Approvals
    | Par
    | Curve
    | Vehicle
)


@dataclass(frozen=True, slots=True)
class Dated:
    """One answer: the clause, the day from which it applies, and what it rests on."""

    clause: str
    unit: str
    since: date
    value: Value
    basis: Basis
    line: int

    @property
    def assumed(self) -> bool:
        """True where nobody has found the rule."""
        return self.basis.assumed

    @property
    def source(self) -> str:
        """The enactment, empty for an assumption."""
        return self.basis.source

    @property
    def verified(self) -> date | None:
        """The day somebody last read the source."""
        return self.basis.verified

    @property
    def note(self) -> str:
        """What is assumed, and why."""
        return self.basis.note


Answers = Mapping[str, Dated]
"""The answers of one day, by the name of their clause."""
