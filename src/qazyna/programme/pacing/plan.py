"""What the commitments together will ask for, period by period, beside what is liquid."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from qazyna.programme.pacing.calibration import Calibrated, bow_for, growth_for
from qazyna.programme.pacing.model import Commitment, Model, Period, Step, name_of, project
from qazyna.programme.terms_file import in_cents


@dataclass(frozen=True, slots=True)
class Expected:
    """A commitment, what is assumed of its fund, and what it is expected to return."""

    commitment: Commitment
    model: Model
    target_irr: Decimal | None = None
    target_tvpi: Decimal | None = None
    growth_is_free: bool = False
    """Whether growth is to be found for the multiple, and not the bow."""
    assumed: tuple[str, ...] = ()
    """What nobody said of it, and was taken as in the authors' example."""


@dataclass(frozen=True, slots=True)
class Paced:
    """A commitment with its periods to the end of its life."""

    expected: Expected
    model: Model
    calibrated: Calibrated | None
    steps: tuple[Step, ...]


def paced(expected: Expected, as_of: date, period: Period) -> Paced:
    """Calibrated to what is expected of it, and projected."""
    commitment, model, found = expected.commitment, expected.model, None
    if expected.target_tvpi is not None:
        solve = growth_for if expected.growth_is_free else bow_for
        found = solve(commitment, model, expected.target_tvpi, as_of, period)
        model = found.model
    return Paced(expected, model, found, tuple(project(commitment, model, as_of, period)))


def plan(
    expected: Sequence[Expected], as_of: date, period: Period, liquid: Mapping[str, int]
) -> dict[str, Any]:
    """The answer as plain data: each commitment, and per currency all of them together.

    `liquid` is what of each currency can be paid out at once, in cents.
    """
    every = [paced(each, as_of, period) for each in expected]
    currencies = dict.fromkeys(each.expected.commitment.currency for each in every)
    return {
        "as_of": as_of.isoformat(),
        "period": period,
        "commitments": [_commitment(each, period) for each in every],
        "sum": [
            _sum(
                currency,
                [each for each in every if each.expected.commitment.currency == currency],
                period,
                liquid.get(currency),
            )
            for currency in currencies
        ],
        "estimates": _estimates(every),
    }


def _commitment(paced: Paced, period: Period) -> dict[str, Any]:
    commitment = paced.expected.commitment
    return {
        "id": commitment.id,
        "currency": commitment.currency,
        "commitment": in_cents(commitment.amount),
        "called": in_cents(commitment.called),
        "distributed": in_cents(commitment.distributed),
        "recallable": in_cents(commitment.recallable),
        "unfunded": in_cents(commitment.unfunded),
        "nav": in_cents(commitment.nav),
        "assumptions": _assumptions(paced.model),
        "calibration": _calibration(paced),
        "periods": [
            {
                "period": name_of(step.until, period),
                "until": step.until.isoformat(),
                "call": in_cents(step.call),
                "distribution": in_cents(step.distribution),
                "net": in_cents(step.distribution - step.call),
                "nav": in_cents(step.nav),
                "unfunded": in_cents(step.unfunded),
                "recallable": in_cents(step.recallable),
            }
            for step in paced.steps
        ],
        "totals": {
            "call": in_cents(sum(step.call for step in paced.steps)),
            "distribution": in_cents(sum(step.distribution for step in paced.steps)),
            "growth": in_cents(sum(step.growth for step in paced.steps)),
        },
    }


def _assumptions(model: Model) -> dict[str, Any]:
    return {
        "life_years": model.life_years,
        "calls_years": model.calls_years,
        "contribution_rates": [_plain(rate) for rate in model.contribution_rates],
        "growth": _plain(model.growth),
        "bow": _plain(model.bow),
        "yield": _plain(model.yield_rate),
        "recallable_share": _plain(model.recallable_share),
    }


def _calibration(paced: Paced) -> dict[str, Any] | None:
    """What was aimed at, what comes out, and between which multiples it could."""
    found, expected = paced.calibrated, paced.expected
    if found is None or expected.target_tvpi is None:
        return None
    why = None
    if not found.met:
        side = "less" if expected.target_tvpi < found.least else "more"
        what = "bow" if expected.growth_is_free else f"growth of {_plain(paced.model.growth)}"
        why = (
            f"With this {what} a life of {paced.model.life_years} years returns between "
            f"{_rounded(found.least)} and {_rounded(found.most)} of what is paid in, and never "
            f"{side}: {_plain(expected.target_tvpi)} cannot be met, the nearest is taken."
        )
    return {
        "target_irr": None if expected.target_irr is None else _plain(expected.target_irr),
        "target_tvpi": _plain(expected.target_tvpi),
        "irr": _plain(paced.model.growth),
        "tvpi": _rounded(found.tvpi),
        "attainable": {"least": _rounded(found.least), "most": _rounded(found.most)},
        "met": found.met,
        "why": why,
    }


def _sum(
    currency: str, every: Sequence[Paced], period: Period, liquid: int | None
) -> dict[str, Any]:
    """All commitments in one currency; `need` is what was paid in so far and not come back."""
    unfunded = sum(each.expected.commitment.unfunded for each in every)
    rows: list[dict[str, Any]] = []
    need = peak = 0
    peak_on = short_from = None
    for until in sorted({step.until for each in every for step in each.steps}):
        steps = [step for each in every for step in each.steps if step.until == until]
        call = sum(step.call for step in steps)
        distribution = sum(step.distribution for step in steps)
        need += call - distribution
        if need > peak:
            peak, peak_on = need, until
        if liquid is not None and need > liquid and short_from is None:
            short_from = until
        rows.append(
            {
                "period": name_of(until, period),
                "until": until.isoformat(),
                "call": in_cents(call),
                "distribution": in_cents(distribution),
                "net": in_cents(distribution - call),
                "need": in_cents(need),
                "nav": in_cents(sum(step.nav for step in steps)),
                "unfunded": in_cents(sum(step.unfunded for step in steps)),
                "liquid_left": None if liquid is None else in_cents(liquid - need),
            }
        )
    return {
        "currency": currency,
        "commitment": in_cents(sum(each.expected.commitment.amount for each in every)),
        "unfunded": in_cents(unfunded),
        "liquid": None if liquid is None else in_cents(liquid),
        "over_commitment": None if liquid is None else in_cents(max(unfunded - liquid, 0)),
        "unfunded_to_liquid": _rounded(Decimal(unfunded) / liquid) if liquid else None,
        "peak_need": in_cents(peak),
        "peak_until": peak_on.isoformat() if peak_on else None,
        "short_from": short_from.isoformat() if short_from else None,
        "periods": rows,
    }


def _estimates(every: Iterable[Paced]) -> list[str]:
    """All of it is a projection; what was assumed because nobody said it, by commitment."""
    return [
        f"{each.expected.commitment.id}: {name} as in the authors' own example, since nobody "
        "said what is expected"
        for each in every
        for name in each.expected.assumed
    ]


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _rounded(value: Decimal) -> str:
    """A multiple, to its millionth."""
    return _plain(value.quantize(Decimal("0.000001")))
