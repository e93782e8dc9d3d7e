"""Charts as Vega-Lite specifications: one for the page, for print and for a file.

A class of asset has one colour and one pattern everywhere. Both are named by a fill, which the page
defines (components/patterns.html) and so gives the tones of light or dark; text takes the colour of
what stands around it.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from qazyna.shell.web.figures import percent, plain, scaled
from qazyna.shell.web.words import STATEMENT_CLASSES

Spec = dict[str, Any]

SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v6.json"
"""The name of the language. Nothing is fetched from there."""

FAMILY: Final = "Segoe UI, system-ui, Noto Sans, Helvetica Neue, Arial, DejaVu Sans, sans-serif"

CONFIG: Final[Spec] = {
    "font": FAMILY,
    "background": None,
    "view": {"stroke": None},
    "text": {"fill": "currentColor", "fontSize": 12},
    "axis": {
        "labelColor": "currentColor",
        "titleColor": "currentColor",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelOpacity": 0.75,
        "titleOpacity": 0.75,
        "domain": False,
        "ticks": False,
        "gridColor": "currentColor",
        "gridOpacity": 0.14,
        "labelPadding": 6,
    },
    "legend": {"disable": True},
}


def fill(klass: str) -> str:
    """What a shape of that class is filled with."""
    return f"url(#fill-{klass})"


def _scale(classes: Sequence[str]) -> Spec:
    return {
        "domain": [STATEMENT_CLASSES[each] for each in classes],
        "range": [fill(each) for each in classes],
    }


def in_order(classes: Mapping[str, Any]) -> list[str]:
    return [each for each in STATEMENT_CLASSES if each in classes]


def allocation(values: Mapping[str, Decimal | None], currency: str) -> Spec:
    """The shares of the classes, each slice named where it stands."""
    known = {klass: value for klass, value in values.items() if value}
    whole = sum(known.values(), Decimal(0))
    rows = [
        {
            "class": STATEMENT_CLASSES[klass],
            "value": float(known[klass]),
            "label": STATEMENT_CLASSES[klass],
            "share": percent(known[klass] / whole),
            "exact": f"{plain(known[klass], 2)} {currency}",
            "order": place,
            "href": f"/classes/{klass}",
        }
        for place, klass in enumerate(in_order(known))
    ]
    around: Spec = {
        "theta": {"field": "value", "type": "quantitative", "stack": True},
        "order": {"field": "order", "type": "ordinal"},
    }
    label: Spec = {"type": "text", "radius": 118, "limit": 120}
    return {
        "$schema": SCHEMA,
        "title": None,
        "description": "State Reserve Asset Allocation: "
        + ", ".join(f"{row['class']} {row['share']}" for row in rows),
        "width": 340,
        "height": 300,
        "padding": 4,
        "autosize": {"type": "none", "contains": "padding"},
        "config": CONFIG,
        "data": {"values": rows},
        "encoding": around,
        "layer": [
            {
                "mark": {
                    "type": "arc",
                    "outerRadius": 96,
                    "innerRadius": 0,
                    "padAngle": 0.012,
                    "cursor": "pointer",
                },
                "encoding": {
                    "fill": {
                        "field": "class",
                        "type": "nominal",
                        "scale": _scale(in_order(known)),
                    },
                    "href": {"field": "href"},
                    "tooltip": [
                        {"field": "class", "title": "Class"},
                        {"field": "exact", "title": "Value"},
                        {"field": "share", "title": "Share"},
                    ],
                },
            },
            {
                "mark": {**label, "dy": -7, "fontWeight": 600},
                "encoding": {"text": {"field": "label"}},
            },
            {"mark": {**label, "dy": 8}, "encoding": {"text": {"field": "share"}}},
        ],
    }


def over_time(months: Sequence[tuple[date, Mapping[str, Decimal | None]]], currency: str) -> Spec:
    """The value at each month's end, class upon class."""
    found = {klass for _, by_class in months for klass, value in by_class.items() if value}
    classes = [each for each in STATEMENT_CLASSES if each in found]
    highest = max(
        (sum((value or Decimal(0) for value in by.values()), Decimal(0)) for _, by in months),
        default=Decimal(0),
    )
    _, size = scaled(highest)
    unit = {"billion": 10**9, "million": 10**6}.get(size, 1)
    rows = [
        {
            "on": on.isoformat(),
            "class": STATEMENT_CLASSES[klass],
            "value": float((by_class.get(klass) or Decimal(0)) / unit),
            "exact": f"{plain(by_class.get(klass) or Decimal(0), 2)} {currency}",
            "order": place,
        }
        for on, by_class in months
        for place, klass in enumerate(classes)
    ]
    named = f"{size} {currency}".strip()
    return {
        "$schema": SCHEMA,
        "description": f"Value of the reserve at each month's end, {named}, by class",
        "width": "container",
        "height": 260,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": CONFIG,
        "data": {"values": rows},
        "mark": {"type": "bar", "width": {"band": 0.72}},
        "encoding": {
            "x": {
                "field": "on",
                "type": "ordinal",
                "timeUnit": "utcyearmonth",
                "axis": {
                    "title": None,
                    "labelAngle": 0,
                    "labelOverlap": True,
                    "labelExpr": "utcmonth(datum.value) == 0 || datum.index == 0 "
                    "? [utcFormat(datum.value, '%b'), utcFormat(datum.value, '%Y')] "
                    ": utcFormat(datum.value, '%b')",
                    "grid": False,
                },
            },
            "y": {
                "field": "value",
                "type": "quantitative",
                "stack": "zero",
                "axis": {
                    "title": named,
                    "titleAngle": 0,
                    "titleAlign": "left",
                    "titleAnchor": "end",
                    "titleY": -8,
                    "titleX": -30,
                    "tickCount": 5,
                    "format": ",.3~f",
                },
            },
            "fill": {"field": "class", "type": "nominal", "scale": _scale(classes)},
            "order": {"field": "order", "type": "ordinal"},
            "tooltip": [
                {"field": "on", "title": "On"},
                {"field": "class", "title": "Class"},
                {"field": "exact", "title": "Value"},
            ],
        },
    }


def as_json(spec: Spec) -> str:
    """The specification, safe within a script element."""
    text = json.dumps(spec, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("&", "\\u0026")
