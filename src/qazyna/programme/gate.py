"""Gates: how much of what was asked back is paid on one dealing date, and to whom.

    cap    a share of the fund's liquid NAV; of each investor's own, where the gate is theirs
    rule   pro rata, or the oldest vintage first and pro rata within one

Everything is in whole cents. The administrator knows every investor's request, we know our own: so
this forecasts and checks, and the books follow the fill that was confirmed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_DOWN, Decimal

from qazyna.errors import InvariantBroken
from qazyna.money import apportion
from qazyna.programme.terms import Terms


@dataclass(frozen=True, slots=True)
class Request:
    """One redemption asked for, in cents."""

    id: str
    amount: int
    requested_on: date | None = None
    """Its vintage, where those come first that asked first."""
    carried: bool = False
    """Whether a gate carried it over before."""
    investor: str = ""
    """Who asks; each request its own investor, where not said."""
    holding: int | None = None
    """What that investor has in the fund, for a gate on each investor."""

    @property
    def whose(self) -> str:
        return self.investor or self.id


@dataclass(frozen=True, slots=True)
class Filled:
    """What one dealing date pays, request by request, in the order they were given."""

    cap: int
    paid: tuple[int, ...]
    carried: tuple[int, ...]


def gate(terms: Terms, requests: Sequence[Request], nav: int, side_pocket: int = 0) -> Filled:
    """Fill the requests of one dealing date, as far as the gate lets them.

    `nav` is the whole fund's (or class's), of which the side pocket redeems nothing. A gate on each
    investor measures by their own holding, and no more than the liquid side is paid in sum.

    >>> asked = [Request("A", 30_00), Request("B", 10_00)]
    >>> gate(Terms(gate="0.25"), asked, nav=100_00).paid
    (1875, 625)
    """
    liquid = nav - side_pocket
    if liquid < 0:
        raise InvariantBroken(f"a side pocket of {side_pocket} in a fund of {nav}")
    if terms.gate_level == "investor":
        caps = _caps(terms, requests)
        cap = min(sum(caps.values()), liquid)
        due = _by_investor(terms, requests, caps)
        entitled = [replace(each, amount=part) for each, part in zip(requests, due, strict=True)]
        paid = _fill(terms, entitled, cap)
    else:
        cap = share_of(terms.gate, liquid)
        paid = _fill(terms, requests, cap)
    left = tuple(each.amount - part for each, part in zip(requests, paid, strict=True))
    return Filled(cap, tuple(paid), left)


def share_of(share: Decimal | None, amount: int) -> int:
    """That share of so many cents, cut to the cent; all of it where there is no share."""
    if share is None:
        return amount
    return int((Decimal(amount) * share).to_integral_value(ROUND_DOWN))


def _by_investor(terms: Terms, requests: Sequence[Request], caps: Mapping[str, int]) -> list[int]:
    paid = [0] * len(requests)
    for investor, cap in caps.items():
        own = [i for i, each in enumerate(requests) if each.whose == investor]
        for i, part in zip(own, _fill(terms, [requests[i] for i in own], cap), strict=True):
            paid[i] = part
    return paid


def _caps(terms: Terms, requests: Iterable[Request]) -> dict[str, int]:
    held: dict[str, int] = {}
    for each in requests:
        if each.holding is None or held.setdefault(each.whose, each.holding) != each.holding:
            raise InvariantBroken(f"one holding of each investor is needed: {each.whose}")
    return {investor: share_of(terms.gate, holding) for investor, holding in held.items()}


def _fill(terms: Terms, requests: Sequence[Request], cap: int) -> list[int]:
    """One tier after the other, each pro rata if it cannot be filled whole."""
    paid = [0] * len(requests)
    left = cap
    for tier in _tiers(terms, requests):
        asked = sum(requests[i].amount for i in tier)
        parts = apportion(min(asked, left), [requests[i].amount for i in tier])
        for i, part in zip(tier, parts, strict=True):
            paid[i] = part
        left -= sum(parts)
    return paid


def _tiers(terms: Terms, requests: Sequence[Request]) -> list[list[int]]:
    """Who comes together, first tier first. Within one by name, so that no order in which requests
    were written decides who gets a cent that is over."""
    tiers: defaultdict[tuple[bool, date], list[int]] = defaultdict(list)
    for i in sorted(range(len(requests)), key=lambda i: requests[i].id):
        if requests[i].amount:
            tiers[_rank(terms, requests[i])].append(i)
    return [tiers[each] for each in sorted(tiers)]


def _rank(terms: Terms, request: Request) -> tuple[bool, date]:
    vintage = request.requested_on if terms.gate_rule == "fifo" else None
    return terms.carried_first and not request.carried, vintage or date.min
