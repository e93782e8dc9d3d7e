"""A flow as a picture: boxes in layers from left to right, bands as wide as the amounts are large.

Our own layered drawing (after Sugiyama, Tagawa and Toda, 1981): a box stands one layer behind the
last that leads to it, and within its layer where its neighbours pull it. SVG, the same bytes for
the same flow.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import sqrt

from qazyna.tracing.exhibit.story import Edge, Key

WIDTH, NARROWEST, BETWEEN = 1040.0, 640.0, 170.0
HIGH, GAP, TOP = 40.0, 18.0, 8.0
BROAD = {"source": 168.0, "tx": 116.0, "end": 176.0, "stop": 176.0}
LETTER = 5.1
"""How broad a letter of an amount is, so that no two stand on one another."""
WIDEST, THINNEST = 22.0, 1.2
INK, QUIET, LINE = "#1c2733", "#5b6b7a", "#c3ccd4"
FILL = {
    "source": ("#0a6f88", "#ffffff"),
    "tx": ("#ffffff", INK),
    "end": ("#e3f4f8", INK),
    "stop": ("#fdf3d3", INK),
}
"""kind of box -> its ground and its letters; the outline tells kinds apart without colour"""
DASH = {"stop": "1.5 2.5"}
BAND = "#7fc4d6"
SERIF, MONO = "Libertinus Serif", "DejaVu Sans Mono"


@dataclass(frozen=True)
class Box:
    """A box's two lines: what it is, and its name or id."""

    kind: str
    title: str
    name: str


def layers(edges: Sequence[Edge]) -> list[list[Key]]:
    """Keys by layer, in an order that keeps bands from crossing where it can."""
    into: dict[Key, list[Key]] = {}
    out: dict[Key, list[Key]] = {}
    for edge in edges:
        out.setdefault(edge.begin, []).append(edge.end)
        into.setdefault(edge.end, []).append(edge.begin)
    keys = sorted({*into, *out})
    depth: dict[Key, int] = {}

    def deep(key: Key) -> int:
        # Longest way from a beginning; a flow in time has no rings.
        stack = [key]
        while stack:
            at = stack[-1]
            waits = [each for each in into.get(at, ()) if each not in depth]
            if waits:
                stack += waits
                continue
            depth[at] = 1 + max((depth[each] for each in into.get(at, ())), default=-1)
            stack.pop()
        return depth[key]

    for key in keys:
        deep(key)
    # What rests, rests at the right, so that the eye finds it.
    last = max(depth.values(), default=0)
    for key in keys:
        if key not in out:
            depth[key] = last
    rows: list[list[Key]] = [[] for _ in range(last + 1)]
    for key in keys:
        rows[depth[key]].append(key)
    amounts: dict[Key, int] = {}
    for edge in edges:
        amounts[edge.begin] = amounts.get(edge.begin, 0) + edge.amount
        amounts[edge.end] = amounts.get(edge.end, 0) + edge.amount
    rows[0].sort(key=lambda key: (-amounts[key], key))
    place: dict[Key, float] = {}

    def settle(row: list[Key], beside: Mapping[Key, list[Key]]) -> None:
        for key in row:
            near = [place[each] for each in beside.get(key, ()) if each in place]
            place[key] = sum(near) / len(near) if near else place.get(key, 0.0)
        row.sort(key=lambda key: (place[key], -amounts[key], key))
        for at, key in enumerate(row):
            place[key] = (at + 0.5) / len(row)

    for _ in range(4):
        for row in rows:
            settle(row, into)
        for row in reversed(rows[:-1]):
            settle(row, out)
    for row in rows:
        settle(row, into)
    return rows


def draw(
    edges: Sequence[Edge],
    boxes: Mapping[Key, Box],
    amounts: Mapping[int, str],
    via: str = "via",
) -> str:
    """The picture as SVG text. `amounts` are the words for each amount that occurs, `via` the one
    before the number of transactions on a line."""
    rows = layers(edges)
    broad = [max(BROAD[boxes[key].kind] for key in row) for row in rows]
    tallest = max((len(row) for row in rows), default=1)
    height = 2 * TOP + tallest * HIGH + (tallest - 1) * GAP
    width = min(WIDTH, max(NARROWEST, sum(broad) + BETWEEN * (len(rows) - 1)))
    between = (width - sum(broad)) / max(1, len(rows) - 1)
    at: dict[Key, tuple[float, float]] = {}
    x = 0.0
    for row, breadth in zip(rows, broad, strict=True):
        room = (height - 2 * TOP - len(row) * HIGH) / len(row)
        for place, key in enumerate(row):
            at[key] = (x, TOP + (place + 0.5) * room + place * HIGH)
        x += breadth + between
    most = max((edge.amount for edge in edges), default=1)

    def wide(amount: int) -> float:
        return max(THINNEST, WIDEST * sqrt(amount / most))

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(width)} {_n(height)}" '
        f'width="{_n(width)}" height="{_n(height)}">'
    ]
    said: list[tuple[int, float, float, str]] = []
    for edge, leaves, arrives in _bands(edges, at, wide):
        x0 = at[edge.begin][0] + BROAD[boxes[edge.begin].kind]
        x1 = at[edge.end][0]
        y0, y1 = at[edge.begin][1] + HIGH / 2 + leaves, at[edge.end][1] + HIGH / 2 + arrives
        bend = min((x0 + x1) / 2, x0 + max(40.0, between / 2))
        lines.append(
            f'<path d="M{_n(x0)} {_n(y0)}C{_n(bend)} {_n(y0)} {_n(bend)} {_n(y1)} '
            f'{_n(x0 + between)} {_n(y1)}L{_n(x1)} {_n(y1)}" fill="none" stroke="{BAND}" '
            f'stroke-opacity="0.55" stroke-width="{_n(wide(edge.amount))}"/>'
        )
        words = amounts[edge.amount] + (f" {via} {len(edge.via)}" if edge.via else "")
        said.append((edge.amount, x1 - 5, y1 - wide(edge.amount) / 2 - 3, words))
    for key, (x, y) in at.items():
        lines += _box(boxes[key], x, y)
    taken = [(x, y, x + BROAD[boxes[key].kind], y + HIGH) for key, (x, y) in at.items()]
    return "\n".join([*lines, *_amounts(said, taken), "</svg>"]) + "\n"


def _bands(
    edges: Sequence[Edge],
    at: Mapping[Key, tuple[float, float]],
    wide: Callable[[int], float],
) -> Iterator[tuple[Edge, float, float]]:
    """Each edge, where on its boxes' sides it leaves and where it arrives, from the top down."""
    begins: dict[Key, float] = {}
    ends: dict[Key, float] = {}
    for edge in edges:
        begins[edge.begin] = begins.get(edge.begin, 0.0) + wide(edge.amount)
        ends[edge.end] = ends.get(edge.end, 0.0) + wide(edge.amount)
    leaves: dict[Edge, float] = {}
    down = {key: -min(HIGH - 4, whole) / 2 for key, whole in begins.items()}
    for edge in sorted(edges, key=lambda each: (at[each.end][1], each)):
        part = wide(edge.amount) * min(1.0, (HIGH - 4) / begins[edge.begin])
        leaves[edge] = down[edge.begin] + part / 2
        down[edge.begin] += part
    down = {key: -min(HIGH - 4, whole) / 2 for key, whole in ends.items()}
    for edge in sorted(edges, key=lambda each: (at[each.begin][1], each)):
        part = wide(edge.amount) * min(1.0, (HIGH - 4) / ends[edge.end])
        yield edge, leaves[edge], down[edge.end] + part / 2
        down[edge.end] += part


def _amounts(
    said: Sequence[tuple[int, float, float, str]],
    taken: list[tuple[float, float, float, float]],
) -> list[str]:
    """The words on the bands, the largest first; what would cover something else is left out."""
    told = []
    for _, x, y, words in sorted(said, key=lambda each: (-each[0], each[1:])):
        place = (x - LETTER * len(words), y - 8, x, y + 1)
        if place[0] < 0 or any(_cross(place, other) for other in taken):
            continue
        taken.append(place)
        told.append(_amount(words, x, y))
    return told


def _cross(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> bool:
    across = one[0] < other[2] and other[0] < one[2]
    return across and one[1] < other[3] and other[1] < one[3]


def _box(box: Box, x: float, y: float) -> list[str]:
    ground, letters = FILL[box.kind]
    dash = f' stroke-dasharray="{DASH[box.kind]}"' if box.kind in DASH else ""
    quiet = letters if box.kind == "source" else QUIET
    edge = {"source": ground, "tx": LINE}.get(box.kind, "#8797a5")
    return [
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(BROAD[box.kind])}" height="{_n(HIGH)}" rx="4" '
        f'fill="{ground}" stroke="{edge}" stroke-width="1"{dash}/>',
        f'<text x="{_n(x + 8)}" y="{_n(y + 16)}" font-family="{SERIF}" font-size="12" '
        f'fill="{quiet}">{escape(box.title)}</text>',
        f'<text x="{_n(x + 8)}" y="{_n(y + 31)}" font-family="{MONO}" font-size="9.8" '
        f'fill="{letters}">{escape(box.name)}</text>',
    ]


def _amount(words: str, x: float, y: float) -> str:
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="end" font-family="{SERIF}" '
        f'font-size="11" fill="{INK}">{escape(words)}</text>'
    )


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
