"""A flow as a picture: boxes in layers from left to right, bands as wide as the amounts are large.

Our own layered drawing (after Sugiyama, Tagawa and Toda, 1981): a box stands one layer behind the
last that leads to it, and within its layer where its neighbours pull it. SVG, the same bytes for
the same flow.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import sqrt

Key = tuple[str, int]

WIDTH = 1040.0
BOX, HIGH, GAP, TOP = 168.0, 40.0, 16.0, 26.0
WIDEST, THINNEST = 22.0, 1.2
INK, QUIET, LINE = "#1c2733", "#5b6b7a", "#c3ccd4"
FILL = {
    "source": ("#0a6f88", "#ffffff"),
    "tx": ("#ffffff", INK),
    "step": ("#f1f4f6", INK),
    "end": ("#e3f4f8", INK),
    "stop": ("#fdf3d3", INK),
}
"""kind of box -> its ground and its letters; the outline tells kinds apart without colour"""
DASH = {"step": "4 3", "stop": "1.5 2.5"}
BAND = "#7fc4d6"
SERIF, MONO = "Libertinus Serif", "DejaVu Sans Mono"


@dataclass(frozen=True)
class Box:
    """A box's two lines: what it is, and its name or id."""

    kind: str
    title: str
    name: str


def layers(edges: Sequence[tuple[Key, Key, int]]) -> list[list[Key]]:
    """Keys by layer, in an order that keeps bands from crossing where it can."""
    into: dict[Key, list[Key]] = {}
    out: dict[Key, list[Key]] = {}
    for begin, end, _ in edges:
        out.setdefault(begin, []).append(end)
        into.setdefault(end, []).append(begin)
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
    for begin, end, amount in edges:
        amounts[begin] = amounts.get(begin, 0) + amount
        amounts[end] = amounts.get(end, 0) + amount
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
    edges: Sequence[tuple[Key, Key, int]],
    boxes: Mapping[Key, Box],
    amounts: Mapping[int, str],
) -> str:
    """The picture as SVG text. `amounts` are the words for each amount that occurs."""
    rows = layers(edges)
    tallest = max((len(row) for row in rows), default=1)
    height = 2 * TOP + tallest * HIGH + (tallest - 1) * GAP
    across = (WIDTH - BOX) / max(1, len(rows) - 1)
    at: dict[Key, tuple[float, float]] = {}
    for layer, row in enumerate(rows):
        whole = len(row) * HIGH + (len(row) - 1) * GAP
        room = (height - 2 * TOP - whole) / (len(row) + 1)
        y = TOP + room
        for key in row:
            at[key] = (layer * across, y)
            y += HIGH + GAP + room
    most = max((amount for *_, amount in edges), default=1)

    def wide(amount: int) -> float:
        return max(THINNEST, WIDEST * sqrt(amount / most))

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(WIDTH)} {_n(height)}" '
        f'width="{_n(WIDTH)}" height="{_n(height)}">'
    ]
    words = []
    for (begin, end), offset, amount, target in _bands(edges, at, wide):
        (x0, y0), (x1, y1) = at[begin], at[end]
        x0, y0, y1 = x0 + BOX, y0 + HIGH / 2 + offset, y1 + HIGH / 2 + target
        middle = (x0 + x1) / 2
        lines.append(
            f'<path d="M{_n(x0)} {_n(y0)}C{_n(middle)} {_n(y0)} {_n(middle)} {_n(y1)} '
            f'{_n(x1)} {_n(y1)}" fill="none" stroke="{BAND}" stroke-opacity="0.55" '
            f'stroke-width="{_n(wide(amount))}"/>'
        )
        words.append(_amount(amounts[amount], x1 - 5, y1 - wide(amount) / 2 - 3))
    for key, (x, y) in at.items():
        lines += _box(boxes[key], x, y)
    return "\n".join([*lines, *words, "</svg>"]) + "\n"


def _bands(
    edges: Sequence[tuple[Key, Key, int]],
    at: Mapping[Key, tuple[float, float]],
    wide: Callable[[int], float],
) -> Iterator[tuple[tuple[Key, Key], float, int, float]]:
    """Each edge with where on its boxes' sides it leaves and arrives, from the top down."""
    leaves: dict[Key, float] = {}
    arrives: dict[Key, float] = {}
    side: dict[tuple[int, Key], float] = {}
    for begin, end, amount in edges:
        side[0, begin] = side.get((0, begin), 0.0) + wide(amount)
        side[1, end] = side.get((1, end), 0.0) + wide(amount)
    gone: dict[tuple[Key, Key], float] = {}
    for begin, end, amount in sorted(edges, key=lambda e: (at[e[1]][1], at[e[1]][0], e)):
        squeeze = min(1.0, (HIGH - 4) / side[0, begin])
        start = leaves.get(begin, -side[0, begin] * squeeze / 2)
        gone[begin, end] = start + wide(amount) * squeeze / 2
        leaves[begin] = start + wide(amount) * squeeze
    for begin, end, amount in sorted(edges, key=lambda e: (at[e[0]][1], at[e[0]][0], e)):
        squeeze = min(1.0, (HIGH - 4) / side[1, end])
        start = arrives.get(end, -side[1, end] * squeeze / 2)
        arrives[end] = start + wide(amount) * squeeze
        yield (begin, end), gone[begin, end], amount, start + wide(amount) * squeeze / 2


def _box(box: Box, x: float, y: float) -> list[str]:
    ground, letters = FILL[box.kind]
    dash = f' stroke-dasharray="{DASH[box.kind]}"' if box.kind in DASH else ""
    quiet = letters if box.kind == "source" else QUIET
    edge = ground if box.kind == "source" else (LINE if box.kind == "tx" else "#8797a5")
    return [
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(BOX)}" height="{_n(HIGH)}" rx="4" '
        f'fill="{ground}" stroke="{edge}" stroke-width="1"{dash}/>',
        f'<text x="{_n(x + 9)}" y="{_n(y + 16)}" font-family="{SERIF}" font-size="11.5" '
        f'fill="{quiet}">{escape(box.title)}</text>',
        f'<text x="{_n(x + 9)}" y="{_n(y + 31)}" font-family="{MONO}" font-size="9.6" '
        f'fill="{letters}">{escape(box.name)}</text>',
    ]


def _amount(words: str, x: float, y: float) -> str:
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="end" font-family="{SERIF}" '
        f'font-size="10.5" fill="{INK}">{escape(words)}</text>'
    )


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
