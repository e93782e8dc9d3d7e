"""Charts as Vega-Lite specifications: one for the page, for print and for a file.

A class of asset has one colour and one pattern everywhere. Both are named by a fill, which the page
defines (components/patterns.html) and so gives the tones of light or dark; text takes the colour of
what stands around it.
"""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from qazyna.money import Asset
from qazyna.programme.manager import Manager
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
    """The shares of the classes, each slice named beside it; slivers by the table alone."""
    known = {klass: value for klass, value in values.items() if value}
    whole = sum(known.values(), Decimal(0))
    rows: list[Spec] = []
    labels: list[Spec] = []
    turned = Decimal(0)
    for place, klass in enumerate(in_order(known)):
        part = known[klass] / whole
        rows.append(
            {
                "class": STATEMENT_CLASSES[klass],
                "value": float(known[klass]),
                "share": percent(part),
                "exact": f"{plain(known[klass], 2)} {currency}",
                "order": place,
                "href": f"/classes/{klass}",
            }
        )
        if part >= _SLIVER:
            labels.append(_label(STATEMENT_CLASSES[klass], percent(part), turned + part / 2))
        turned += part
    _spread(labels)
    return {
        "$schema": SCHEMA,
        "description": "State Reserve Asset Allocation: "
        + ", ".join(f"{row['class']} {row['share']}" for row in rows),
        "width": _WIDTH,
        "height": _HEIGHT,
        "padding": 0,
        "autosize": "none",
        "config": CONFIG,
        "layer": [
            {
                "data": {"values": rows},
                "mark": {
                    "type": "arc",
                    "outerRadius": _RADIUS,
                    "padAngle": 0.012,
                    "cursor": "pointer",
                },
                "encoding": {
                    "theta": {"field": "value", "type": "quantitative", "stack": True},
                    "order": {"field": "order", "type": "ordinal"},
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
            *(
                {
                    "data": {"values": [label for label in labels if label["side"] == side]},
                    "mark": {"type": "text", "align": side, "dy": dy, "fontWeight": weight},
                    "encoding": {
                        "x": {"field": "x", "type": "quantitative", "scale": None, "axis": None},
                        "y": {"field": "y", "type": "quantitative", "scale": None, "axis": None},
                        "text": {"field": field},
                    },
                }
                for side in ("left", "right")
                for field, dy, weight in (("name", -7, 600), ("share", 8, 400))
            ),
        ],
    }


_WIDTH: Final = 470  # with room for the longest name on either side
_HEIGHT: Final = 270
_RADIUS: Final = 104
_LINES: Final = 34
"""Two lines of a label, and a little air."""
_AIR: Final = 10
_SLIVER: Final = Decimal("0.012")


def _label(name: str, part: str, turn: Decimal) -> Spec:
    """A slice's name beside it; `turn` is the middle of the slice, as a part of the full turn."""
    angle = 2 * math.pi * float(turn)
    x, y = math.sin(angle), -math.cos(angle)
    away = _RADIUS + _AIR
    return {
        "name": name,
        "share": part,
        "x": round(_WIDTH / 2 + x * away, 1),
        "y": round(_HEIGHT / 2 + y * away, 1),
        "side": "left" if x >= 0 else "right",
    }


def _spread(labels: list[Spec]) -> None:
    """Move labels of one side apart, downwards from the highest, so that none lies on another."""
    for side in ("left", "right"):
        lowest = 0.0
        for label in sorted((each for each in labels if each["side"] == side), key=_height):
            label["y"] = max(label["y"], lowest + _LINES / 2)
            lowest = label["y"] + _LINES / 2
            # Beside the pie at that height, whichever of its lines is nearest to the middle.
            rise = max(abs(label["y"] - _HEIGHT / 2) - _LINES / 2, 0)
            reach = math.sqrt(max(_RADIUS**2 - rise**2, 0)) + _AIR
            outwards = max(abs(label["x"] - _WIDTH / 2), reach)
            label["x"] = round(_WIDTH / 2 + (outwards if side == "left" else -outwards), 1)


def _height(label: Spec) -> float:
    return float(label["y"])


Then = tuple[date, Mapping[str, Decimal | None], frozenset[str]]
"""A day, the value of each class on it, and the classes of which a price was stale by then."""


def over_time(months: Sequence[Then], currency: str) -> Spec:
    """The value at each month's end, class upon class; paler where a price was stale."""
    found = {klass for _, by_class, _ in months for klass, value in by_class.items() if value}
    classes = [each for each in STATEMENT_CLASSES if each in found]
    highest = max(
        (sum((value or Decimal(0) for value in by.values()), Decimal(0)) for _, by, _ in months),
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
            "ink": 0.5 if klass in stale else 1,
        }
        for on, by_class, stale in months
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
            "opacity": {"field": "ink", "type": "quantitative", "scale": None},
            "tooltip": [
                {"field": "on", "title": "On"},
                {"field": "class", "title": "Class"},
                {"field": "exact", "title": "Value"},
            ],
        },
    }


TITLE: Final[Spec] = {
    "titleAngle": 0,
    "titleAlign": "left",
    "titleAnchor": "end",
    "titleY": -8,
    "titleX": -30,
    "tickCount": 5,
}
"""What a value axis says of itself stands above it, where it can be read."""


_CROWDED: Final = 40
"""So many points and more are drawn small, or they would hide the line."""


def _timed(description: str) -> Spec:
    return {
        "$schema": SCHEMA,
        "description": description,
        "width": "container",
        "height": 220,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": CONFIG,
    }


def timed_by(field: str = "on") -> Spec:
    """A time axis of days, named by months."""
    axis = {"title": None, "grid": False, "labelOverlap": True, "format": "%b %Y", "tickCount": 6}
    return {"field": field, "type": "temporal", "timeUnit": "utcyearmonthdate", "axis": axis}


def of_manager(manager: Manager, currency: Asset) -> Spec | None:
    """NAVs as they were stated: of a unit, or of the whole interest beside what was paid.

    None where there are not two to draw a line between.
    """
    last = {nav.on: nav for nav in manager.navs}
    navs = [(on, nav.per_unit, nav.final) for on, nav in sorted(last.items())]
    if len(navs) < 2:
        return None
    if manager.manager_kind == "hedge_fund":
        return nav_per_unit(navs, currency.code)
    return interest(navs, [(flow.on, flow.amount) for flow in manager.flows], currency)


def nav_per_unit(navs: Sequence[tuple[date, Decimal, bool]], currency: str) -> Spec:
    """NAV per unit at each valuation date; a hollow point is an estimate."""
    rows = [
        {
            "on": on.isoformat(),
            "nav": float(nav),
            "exact": f"{plain(nav, 4)} {currency}",
            "standing": "final" if final else "estimated",
        }
        for on, nav, final in navs
    ]
    y = {
        "field": "nav",
        "type": "quantitative",
        "scale": {"zero": False, "nice": True},
        "axis": {**TITLE, "title": f"{currency} a unit", "format": ",.6~g"},
    }
    tooltip = [
        {"field": "on", "title": "Valuation date"},
        {"field": "exact", "title": "NAV per unit"},
        {"field": "standing", "title": "Standing"},
    ]
    point = {"type": "point", "size": 30 if len(navs) < _CROWDED else 8, "stroke": "currentColor"}
    return {
        **_timed(f"NAV per unit at each valuation date, {currency}"),
        "data": {"values": rows},
        "encoding": {"x": timed_by(), "y": y},
        "layer": [
            {"mark": {"type": "line", "stroke": "currentColor", "strokeWidth": 1.75}},
            {
                "mark": {**point, "fill": "currentColor"},
                "transform": [{"filter": "datum.standing == 'final'"}],
                "encoding": {"tooltip": tooltip},
            },
            {
                "mark": {**point, "fill": "transparent"},
                "transform": [{"filter": "datum.standing == 'estimated'"}],
                "encoding": {"tooltip": tooltip},
            },
        ],
    }


def interest(
    navs: Sequence[tuple[date, Decimal, bool]], flows: Sequence[tuple[date, int]], currency: Asset
) -> Spec:
    """A venture interest: what was paid in by then, what came out, and what is left, as stated."""
    days = sorted({on for on, *_ in navs} | {on for on, _ in flows})
    stated = {on: nav for on, nav, _ in navs}
    rows: list[Spec] = []
    for day in days:
        moved = [amount for on, amount in flows if on <= day]
        paid_in = sum(amount for amount in moved if amount > 0)
        sums: dict[str, Decimal] = {
            "paid in": currency.decimal(paid_in),
            "paid out": currency.decimal(-sum(amount for amount in moved if amount < 0)),
        }
        if day in stated:
            sums["NAV"] = stated[day] * currency.decimal(paid_in)
        rows += [
            {
                "on": day.isoformat(),
                "what": what,
                "value": float(value / 10**6),
                "exact": f"{plain(value, 2)} {currency.code}",
            }
            for what, value in sums.items()
        ]
    what = ["paid in", "paid out", "NAV"]
    line = {"type": "line", "stroke": "currentColor"}
    return {
        **_timed(f"Paid in, paid out and NAV, million {currency.code}"),
        "data": {"values": rows},
        "encoding": {
            "x": timed_by(),
            "y": {
                "field": "value",
                "type": "quantitative",
                "axis": {**TITLE, "title": f"million {currency.code}", "format": ",.3~f"},
            },
            "strokeDash": {
                "field": "what",
                "type": "nominal",
                "scale": {"domain": what, "range": [[6, 3], [2, 3], [1, 0]]},
            },
            "tooltip": [
                {"field": "on", "title": "On"},
                {"field": "what", "title": "What"},
                {"field": "exact", "title": "Value"},
            ],
        },
        "layer": [
            {
                "mark": {**line, "strokeWidth": 1.75, "interpolate": "step-after"},
                "transform": [{"filter": "datum.what != 'NAV'"}],
            },
            {
                "mark": {**line, "strokeWidth": 2.25, "point": {"fill": "currentColor"}},
                "transform": [{"filter": "datum.what == 'NAV'"}],
            },
        ],
    }


def as_json(spec: Spec) -> str:
    """The specification, safe within a script element."""
    text = json.dumps(spec, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("&", "\\u0026")
