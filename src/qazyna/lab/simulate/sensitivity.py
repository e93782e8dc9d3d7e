"""Which of its assumptions a model's end value hangs on: each made lower and higher by itself."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from qazyna.lab.simulate.arrays import Floats, Records
from qazyna.lab.simulate.parameters import Prepared
from qazyna.lab.simulate.terms import Models

MULTIPLIERS: Final = {
    "discount": (0.5, 2.0),
    "delay": (0.5, 2.0),
    "fees": (0.5, 2.0),
    "hazard": (0.5, 2.0),
    "share": (0.5, 1.5),
}
"""What is varied, and what it is multiplied by."""

MEANS: Final = {
    "discount": "practice.sale.discount, practice.tranche.impact and what is positive of "
    "practice.auction.discount",
    "delay": "practice.days.disposal and practice.days.interlocutory",
    "fees": "practice.sale.cost, and management and performance of every vehicle",
    "hazard": "practice.custody.hazard, at most 1",
    "share": "disposition.share.reserve, at most 1; what budget and victims have grows or shrinks "
    "in proportion, and is the budget's where both have nothing",
}
"""The clauses that each stands for."""


def varied(prepared: Prepared) -> Prepared:
    """Every model once for each parameter and each of its two multipliers, one after another."""
    each, curve, place, units = [], [], [], [prepared.units]
    for name, factors in MULTIPLIERS.items():
        for factor in factors:
            models = prepared.models.each.copy()
            curves, places = prepared.models.curve.copy(), prepared.models.place.copy()
            _VARY[name](models, curves, factor)
            if name == "fees":
                dearer = prepared.units.copy()
                dearer["management"] *= factor
                dearer["performance"] = np.minimum(dearer["performance"] * factor, 1.0)
                places["unit"] += sum(part.size for part in units)
                units.append(dearer)
            each.append(models)
            curve.append(curves)
            place.append(places)
    times = len(each)
    calendar = prepared.calendar
    return replace(
        prepared,
        models=Models(np.concatenate(each), np.concatenate(curve), np.concatenate(place)),
        units=np.concatenate(units),
        calendar=calendar._replace(
            business=np.tile(calendar.business, (times, 1)),
            placing=np.tile(calendar.placing, (times, 1)),
            closing=np.tile(calendar.closing, (times, 1)),
            since=np.tile(calendar.since, (times, 1)),
        ),
    )


def tornado(base: Floats, found: Floats, names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Of each model its parameters, the widest swing of the mean end value first.

    `base` (2, models) are mean and median over the same histories as `found` (2, models of
    `varied`).
    """
    steps = found.reshape(2, len(MULTIPLIERS), 2, len(names))
    told: dict[str, list[dict[str, Any]]] = {}
    for at, name in enumerate(names):
        bars = [
            {
                "parameter": parameter,
                "low": factors[0],
                "high": factors[1],
                **_three("mean", steps[0, step, 0, at], base[0, at], steps[0, step, 1, at]),
                **_three("median", steps[1, step, 0, at], base[1, at], steps[1, step, 1, at]),
                "swing": abs(float(steps[0, step, 1, at] - steps[0, step, 0, at])),
            }
            for step, (parameter, factors) in enumerate(MULTIPLIERS.items())
        ]
        told[name] = sorted(bars, key=lambda bar: -float(str(bar["swing"])))
    return told


def _three(of: str, low: float, base: float, high: float) -> dict[str, float]:
    return {f"low_{of}": float(low), f"base_{of}": float(base), f"high_{of}": float(high)}


def _discount(models: Records, curves: Floats, factor: float) -> None:
    models["discount"] = np.minimum(models["discount"] * factor, 1.0)
    models["impact"] = np.minimum(models["impact"] * factor, 1.0)
    discounts = curves[:, 1]
    curves[:, 1] = np.where(discounts > 0, np.minimum(discounts * factor, 1.0), discounts)


def _delay(models: Records, curves: Floats, factor: float) -> None:
    models["delay"] = np.rint(models["delay"] * factor)
    models["early"] = np.where(models["early"] < 0, -1, np.rint(models["early"] * factor))


def _fees(models: Records, curves: Floats, factor: float) -> None:
    models["cost"] = np.minimum(models["cost"] * factor, 1.0)


def _hazard(models: Records, curves: Floats, factor: float) -> None:
    models["hazard"] = np.minimum(models["hazard"] * factor, 1.0)


def _share(models: Records, curves: Floats, factor: float) -> None:
    share = np.minimum(models["to_reserve"] * factor, 1.0)
    others = models["to_budget"] + models["to_victims"]
    scale = np.divide(1.0 - share, others, out=np.zeros_like(share), where=others > 0)
    models["to_budget"] = np.where(others > 0, models["to_budget"] * scale, 1.0 - share)
    models["to_victims"] *= scale
    models["to_reserve"] = share


_VARY: Final[dict[str, Callable[[Records, Floats, float], None]]] = {
    "discount": _discount,
    "delay": _delay,
    "fees": _fees,
    "hazard": _hazard,
    "share": _share,
}
