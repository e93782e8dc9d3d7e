"""Charts of the lab: what each model would have brought, and how it came to it.

What became of the money has one tone each; models are told apart by name and by the dash of their
line, never by colour alone.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from qazyna.shell.web import script
from qazyna.shell.web.charts import CONFIG, SCHEMA, TITLE, Spec, timed_by
from qazyna.shell.web.figures import plain, scaled

PARTS: Final = {
    "to_budget": "Paid to the budget",
    "to_victims": "Paid to victims",
    "reserve": "In the reserve, placed",
    "held": "Held as coins",
}
"""What an end value is made of, in the order in which it is drawn."""

FILLS: Final = {
    "to_budget": "foreign_currency",
    "to_victims": "domestic_currency",
    "reserve": "gold",
    "held": "crypto",
}

_DASHES: Final = ([1, 0], [6, 3], [2, 3], [9, 3, 2, 3], [1, 4], [12, 4], [4, 1], [2, 2, 6, 2])


def brought(parts: Mapping[str, Mapping[str, Decimal]], currency: str) -> Spec:
    """One bar a model, the greatest first: its end value by what it is made of.

    `parts`: model -> part of PARTS -> value.
    """
    ends = {model: sum(found.values(), Decimal(0)) for model, found in parts.items()}
    order = sorted(ends, key=lambda model: -ends[model])
    unit, size = _unit(max(ends.values(), default=Decimal(0)))
    rows = [
        {
            "model": model,
            "part": PARTS[part],
            "value": float(parts[model].get(part, Decimal(0)) / unit),
            "exact": f"{plain(parts[model].get(part, Decimal(0)), 2)} {currency}",
            "place": place,
        }
        for model in order
        for place, part in enumerate(PARTS)
        if parts[model].get(part)
    ]
    labels = [{"model": m, "end": float(ends[m] / unit), "text": _short(ends[m])} for m in order]
    named = f"{size} {currency}".strip()
    y = {
        "field": "model",
        "type": "nominal",
        "sort": order,
        "axis": {"title": None, "grid": False, "labelLimit": 170, "labelFontSize": 13},
    }
    most = float(max(ends.values(), default=Decimal(0)) / unit)
    x = {
        "type": "quantitative",
        "axis": {"title": named, "format": ",.3~f", "tickCount": 5},
        # Room for the figure that stands after the longest bar.
        "scale": {"domain": [0, most * 1.22 or 1], "nice": False},
    }
    return {
        "$schema": SCHEMA,
        "description": "End value by model, "
        + named
        + ": "
        + ", ".join(f"{model} {_short(ends[model])}" for model in order),
        "width": "container",
        "height": {"step": 44},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": CONFIG,
        "layer": [
            {
                "data": {"values": rows},
                "mark": {"type": "bar", "height": {"band": 0.62}},
                "encoding": {
                    "y": y,
                    "x": {**x, "field": "value", "stack": "zero"},
                    "order": {"field": "place", "type": "ordinal"},
                    "fill": {
                        "field": "part",
                        "type": "nominal",
                        "scale": {
                            "domain": list(PARTS.values()),
                            "range": [f"url(#fill-{FILLS[part]})" for part in PARTS],
                        },
                    },
                    "tooltip": [
                        {"field": "model", "title": "Model"},
                        {"field": "part", "title": "What"},
                        {"field": "exact", "title": "Value"},
                    ],
                },
            },
            {
                "data": {"values": labels},
                "mark": {"type": "text", "align": "left", "dx": 6, "fontWeight": 600},
                "encoding": {
                    "y": y,
                    "x": {**x, "field": "end"},
                    "text": {"field": "text"},
                },
            },
        ],
    }


def estates(months: Mapping[str, Sequence[tuple[date, Decimal]]], currency: str) -> Spec:
    """The estate of each model at every month's end, on a scale of equal ratios."""
    models = list(months)
    rows = [
        {
            "on": on.isoformat(),
            "model": model,
            "value": float(value / 10**6),
            "exact": f"{plain(value, 2)} {currency}",
        }
        for model, found in months.items()
        for on, value in found
        if value > 0
    ]
    named = f"million {currency}"
    return {
        "$schema": SCHEMA,
        "description": f"Estate of each model at every month's end, {named}, ratio scale",
        "width": "container",
        "height": 300,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": {
            **CONFIG,
            "legend": {
                "labelColor": "currentColor",
                "labelFontSize": 12,
                "orient": "bottom",
                "columns": 3,
                "symbolStrokeWidth": 2,
                "symbolSize": 400,
                "labelLimit": 220,
            },
        },
        "data": {"values": rows},
        "mark": {"type": "line", "strokeWidth": 1.9},
        "encoding": {
            "x": timed_by(),
            "y": {
                "field": "value",
                "type": "quantitative",
                "scale": {"type": "log"},
                "axis": {**TITLE, "title": named, "format": ",.3~f"},
            },
            "stroke": {
                "field": "model",
                "type": "nominal",
                "legend": {"title": None},
                "scale": {
                    "domain": models,
                    "range": [f"var(--model-{place + 1})" for place in range(len(models))],
                },
            },
            "strokeDash": {
                "field": "model",
                "type": "nominal",
                "scale": {"domain": models, "range": list(_DASHES[: len(models)])},
                "legend": {"title": None},
            },
            "tooltip": [
                {"field": "on", "title": "On"},
                {"field": "model", "title": "Model"},
                {"field": "exact", "title": "Estate"},
            ],
        },
    }


def called(name: str) -> str:
    """
    >>> called("el-salvador")
    'El Salvador'
    """
    return name.replace("-", " ").title()


def of(told: Mapping[str, Any]) -> tuple[Spec, Spec]:
    """Both charts of a comparison, as `lab compare` prints it: end values, and estates."""
    models, currency = told["models"], told["currency"]
    names = sorted(models, key=lambda name: -Decimal(models[name]["end_value"]))
    parts = {called(name): _parts(models[name]) for name in names}
    months = {
        called(name): [
            (date.fromisoformat(each["date"]), Decimal(each["value"]))
            for each in models[name]["value_by_month"]
        ]
        for name in names
    }
    return brought(parts, currency), estates(months, currency)


def _parts(told: Mapping[str, Any]) -> dict[str, Decimal]:
    """What the end value is made of. Coins of the reserve are coins here."""
    budget, victims, held, end = (
        Decimal(told[each]) for each in ("to_budget", "to_victims", "held_value", "end_value")
    )
    return {
        "to_budget": budget,
        "to_victims": victims,
        "held": held,
        "reserve": end - budget - victims - held,
    }


def draw(told: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write both charts of a comparison as pictures that stand by themselves."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, spec in zip(("brought", "estates"), of(told), strict=True):
        path = folder / f"{name}.svg"
        path.write_text(script.standalone({**spec, "width": 900}), encoding="utf-8")
        written.append(path)
    return written


def _unit(highest: Decimal) -> tuple[int, str]:
    _, size = scaled(highest)
    return {"billion": 10**9, "million": 10**6}.get(size, 1), size


def _short(value: Decimal) -> str:
    digits, size = scaled(value)
    return f"{digits} {size}".strip()
