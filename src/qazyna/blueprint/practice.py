"""What the clauses of practice owe the law and one another, day by day.

Practice is what is observed, or assumed, where the law leaves a choice. It may not do what the law
of the same day does not know; and it is told whole, so that the lab fills in nothing itself.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from qazyna.blueprint.answers import nearest
from qazyna.blueprint.reading import Draft
from qazyna.blueprint.schema import GOLD, VEHICLE_KINDS
from qazyna.blueprint.values import Answers, Dated, Problem, Vehicle

_DISPOSAL: Final = "practice.disposal"
_BY: Final = "practice.sale.by"
_PLACED: Final = "practice.reserve.place."
_VEHICLE: Final = "practice.vehicle."

_SALE_NEEDS: Final = {
    "auction": ("practice.auction.block", "practice.auction.every", "practice.auction.discount"),
    "tranche_sale": ("practice.tranche.share", "practice.tranche.impact"),
    "negotiated_sale": ("practice.sale.discount",),
}
_DISPOSAL_NEEDS: Final = {
    **{
        way: ("practice.days.disposal", "practice.sale.cost", *needed)
        for way, needed in _SALE_NEEDS.items()
    },
    "sell_and_invest": ("practice.days.disposal", _BY),
    "transfer_to_managers": ("practice.days.disposal",),
    "hold": ("practice.custody.cost",),
    "interlocutory_sale": ("practice.days.interlocutory", _BY),
}
_PAIRS: Final = (
    ("reserve.market_value_floor", "reserve.market_value_months"),
    ("reserve.market_value_months", "reserve.market_value_floor"),
    ("practice.custody.hazard", "practice.custody.loss"),
)
"""A clause, and the one without which it means nothing."""


def disposal_is_lawful(answers: Answers, draft: Draft) -> Iterator[Problem]:
    """Practice does only what the law of that day knows."""
    law = answers.get("disposition.mechanisms")
    found = answers.get(_DISPOSAL)
    if law is None or found is None or not isinstance(law.value, tuple):
        return
    known = tuple(map(str, law.value))
    if found.value not in known:
        yield Problem(
            found.line,
            found.clause,
            f"disposition.mechanisms does not allow “{found.value}” on {_day(found, law)}: "
            f"{nearest(str(found.value), known)}, or add it there",
        )


def practice_is_whole(answers: Answers, draft: Draft) -> Iterator[Problem]:
    """Whatever practice does, everything that it takes is said, from the same day."""
    needed: list[tuple[Dated, str]] = []
    if disposal := answers.get(_DISPOSAL):
        needed.append((disposal, "practice.days.final"))
        needed += [(disposal, each) for each in _DISPOSAL_NEEDS.get(str(disposal.value), ())]
    if disposal and _floor_sells(answers):
        needed.append((disposal, _BY))
    if (by := answers.get(_BY)) and _sells_by(answers):
        needed.append((by, "practice.sale.cost"))
        needed += [(by, each) for each in _SALE_NEEDS.get(str(by.value), ())]
    needed += [(answers[one], other) for one, other in _PAIRS if one in answers]
    if placed := _placed(answers):
        needed.append((placed[0], "practice.reserve.rebalance"))
    for asking, name in needed:
        # A clause that is there and could not be read has been reported already.
        if name not in answers and (name in draft.clauses or not _unreadable(name, draft)):
            since = _day(asking)
            yield Problem(
                asking.line,
                asking.clause,
                f"it asks for {name}, which says nothing on {since}: add it, from that date",
            )


def investing_has_an_aim(answers: Answers, draft: Draft) -> Iterator[Problem]:
    """Where proceeds are to be placed, or coins handed to managers, it is said with whom."""
    found = answers.get(_DISPOSAL)
    if found is None or any(problem.clause.startswith("practice.") for problem in draft.problems):
        return
    placed = [each for each in _placed(answers) if each.value]
    funds = [each for each in placed if each.clause != _PLACED + GOLD]
    if found.value == "sell_and_invest" and not placed:
        what = "what is the money placed in? add practice.reserve.place.…"
    elif found.value == "transfer_to_managers" and not funds:
        what = "to which managers? add a practice.vehicle.… and its practice.reserve.place.…"
    else:
        return
    yield Problem(found.line, found.clause, what)


def final_after_appeal(answers: Answers, draft: Draft) -> Iterator[Problem]:
    """An order cannot be final before the days of appeal are over."""
    found, appeal = answers.get("practice.days.final"), answers.get("forfeiture.appeal_days")
    if found is None or appeal is None:
        return
    if not (isinstance(found.value, int) and isinstance(appeal.value, int)):
        return
    if found.value < appeal.value:
        yield Problem(
            found.line,
            found.clause,
            f"final {found.value} days after the seizure, while an order alone can be appealed "
            f"for {appeal.value} (forfeiture.appeal_days): write {appeal.value} or more",
        )


def interlocutory_before_final(answers: Answers, draft: Draft) -> Iterator[Problem]:
    """A sale before the final order comes before it."""
    disposal = answers.get(_DISPOSAL)
    sale, final = answers.get("practice.days.interlocutory"), answers.get("practice.days.final")
    if disposal is None or disposal.value != "interlocutory_sale" or sale is None or final is None:
        return
    if isinstance(sale.value, int) and isinstance(final.value, int) and sale.value > final.value:
        yield Problem(
            sale.line,
            sale.clause,
            f"sold before the final order, and {sale.value} days after the seizure, when the order "
            f"is final after {final.value} (practice.days.final): write {final.value} or less",
        )


def weights_fit(answers: Answers, draft: Draft) -> Iterator[Problem]:
    """What is placed is at most the whole."""
    placed = [each for each in _placed(answers) if isinstance(each.value, Decimal)]
    total = sum(each.value for each in placed if isinstance(each.value, Decimal))
    if total > 1:
        latest = max(placed, key=lambda answer: (answer.since, answer.line))
        yield Problem(
            latest.line,
            latest.clause,
            f"from {latest.since} the shares placed make {total}, more than the whole: "
            "lower one of them; what is left below 1 stays money",
        )


def placed_in_what_there_is(answers: Answers, draft: Draft) -> Iterator[Problem]:
    """A share names a vehicle, whose class the reserve may hold; no vehicle is called gold."""
    law = answers.get("reserve.eligible")
    eligible = law.value if law and isinstance(law.value, tuple) else ()
    vehicles = {name.removeprefix(_VEHICLE) for name in answers if name.startswith(_VEHICLE)}
    if _VEHICLE + GOLD in answers:
        gold = answers[_VEHICLE + GOLD]
        yield Problem(
            gold.line,
            gold.clause,
            f"“{GOLD}” is the metal itself, which needs no vehicle: give this another name",
        )
    for each in _placed(answers):
        name = each.clause.removeprefix(_PLACED)
        vehicle = answers.get(_VEHICLE + name)
        if name == GOLD:
            needed = GOLD
        elif vehicle is None:
            if _unreadable(_VEHICLE + name, draft):
                continue
            yield Problem(
                each.line,
                each.clause,
                f"there is no practice.vehicle.{name} on {each.since}: "
                f"{nearest(name, (*sorted(vehicles), GOLD))}, or add it",
            )
            continue
        elif isinstance(vehicle.value, Vehicle):
            needed = VEHICLE_KINDS[vehicle.value.kind]
        else:
            continue
        if eligible and needed not in eligible and each.value:
            yield Problem(
                each.line,
                each.clause,
                f"the reserve may not hold it: add “{needed}” to reserve.eligible, or place "
                "nothing there",
            )


def counts_from_one(answers: Answers, draft: Draft) -> Iterator[Problem]:
    """What happens every so many days, or is averaged over so many months, takes one at least."""
    for name in ("practice.auction.every", "reserve.market_value_months"):
        found = answers.get(name)
        if found is not None and found.value == 0:
            yield Problem(found.line, name, "0 would be never: write 1 or more")
    found = answers.get("practice.tranche.share")
    if found is not None and found.value == 0:
        yield Problem(
            found.line, found.clause, 'with "0" nothing would ever be sold: write more than that'
        )


def by_class(answers: Answers) -> dict[str, list[tuple[Decimal, int, Dated]]]:
    """What is to be placed, by class of a statement: weight, number of funds, and the answer."""
    found: dict[str, list[tuple[Decimal, int, Dated]]] = {}
    for each in _placed(answers):
        name = each.clause.removeprefix(_PLACED)
        vehicle = answers.get(_VEHICLE + name)
        if not isinstance(each.value, Decimal):
            continue
        if name == GOLD:
            found.setdefault(GOLD, []).append((each.value, 1, each))
        elif vehicle is not None and isinstance(vehicle.value, Vehicle):
            klass = VEHICLE_KINDS[vehicle.value.kind] + "s"
            found.setdefault(klass, []).append((each.value, vehicle.value.count, each))
    return found


def _placed(answers: Answers) -> list[Dated]:
    return [answer for name, answer in answers.items() if name.startswith(_PLACED)]


def _sells_by(answers: Answers) -> bool:
    """Whether something is sold in the way that practice.sale.by names."""
    found = answers.get(_DISPOSAL)
    if found is None:
        return False
    return _BY in _DISPOSAL_NEEDS.get(str(found.value), ()) or _floor_sells(answers)


def _floor_sells(answers: Answers) -> bool:
    """Whether what is kept may be worth too little for the reserve, and is sold then."""
    disposal, eligible = answers.get(_DISPOSAL), answers.get("reserve.eligible")
    return (
        disposal is not None
        and disposal.value == "hold"
        and "reserve.market_value_floor" in answers
        and eligible is not None
        and isinstance(eligible.value, tuple)
        and "crypto" in eligible.value
    )


def _day(*answers: Dated) -> str:
    return str(max(each.since for each in answers))


def _unreadable(name: str, draft: Draft) -> bool:
    return any(problem.clause == name for problem in draft.problems)


RULES: Final = (
    disposal_is_lawful,
    practice_is_whole,
    investing_has_an_aim,
    final_after_appeal,
    interlocutory_before_final,
    weights_fit,
    placed_in_what_there_is,
    counts_from_one,
)
