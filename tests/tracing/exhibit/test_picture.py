"""The picture of a flow: who stands where, and nothing on anything else."""

import re
from itertools import combinations
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from qazyna.tracing.exhibit.picture import Box, draw, layers
from qazyna.tracing.exhibit.story import Edge, _merged

S, A, B, C = ("source", 0), ("tx", 1), ("tx", 2), ("tx", 3)
END, STOP = ("end", 0), ("stop", 1)


@st.composite
def flows(draw):
    """Edges from lower to higher transactions, from a source and to ends."""
    many = draw(st.integers(1, 5))
    edges = {Edge(S, ("tx", 0), draw(st.integers(1, 10**12)))}
    for tx in range(1, many):
        begin = draw(st.integers(0, tx - 1))
        edges.add(Edge(("tx", begin), ("tx", tx), draw(st.integers(1, 10**12))))
    for end in range(draw(st.integers(1, 5))):
        tx = draw(st.integers(0, many - 1))
        edges.add(Edge(("tx", tx), ("end", end), draw(st.integers(1, 10**12))))
    return sorted(edges)


def drawn(edges):
    keys = {key for edge in edges for key in (edge.begin, edge.end)}
    boxes = {key: Box(key[0], key[0], f"{key[0]} {key[1]} <&>") for key in keys}
    return draw(edges, boxes, {edge.amount: str(edge.amount) for edge in edges})


@given(flows())
def test_money_goes_from_left_to_right(edges):
    layer = {key: at for at, row in enumerate(layers(edges)) for key in row}
    assert all(layer[edge.begin] < layer[edge.end] for edge in edges)


@given(flows())
def test_it_is_sound_and_no_box_covers_another(edges):
    root = ElementTree.fromstring(drawn(edges))
    boxes = [
        tuple(float(each.get(name)) for name in ("x", "y", "width", "height"))
        for each in root.iter("{http://www.w3.org/2000/svg}rect")
    ]
    across, down = (float(each) for each in root.get("viewBox").split()[2:])
    for x, y, width, height in boxes:
        assert x >= 0 <= y
        assert x + width <= across + 0.1
        assert y + height <= down + 0.1
    for (ax, ay, aw, ah), (bx, by, bw, bh) in combinations(boxes, 2):
        assert ax + aw <= bx or bx + bw <= ax or ay + ah <= by or by + bh <= ay


@given(flows())
def test_the_same_flow_is_the_same_bytes(edges):
    assert drawn(edges) == drawn(list(reversed(edges)))


def test_a_larger_amount_is_a_wider_band():
    text = drawn([Edge(S, A, 100), Edge(A, END, 75), Edge(A, STOP, 25)])
    widths = [float(each) for each in re.findall(r'fill="none".*stroke-width="([\d.]+)"', text)]
    assert sorted(widths) == [11.0, 19.1, 22.0]


def test_what_only_passes_stands_on_the_line():
    edges = {(S, A): 9, (A, B): 9, (B, C): 8, (C, END): 7, (S, ("tx", 9)): 1}
    edges[("tx", 9), ("end", 5)] = 1
    assert [Edge(S, ("end", 5), 1, (9,)), Edge(S, END, 7, (1, 2, 3))] == sorted(
        _merged(edges), key=lambda edge: edge.amount
    )


def test_what_divides_or_joins_is_a_box():
    edges = {(S, A): 9, (A, B): 5, (A, C): 4, (B, END): 5, (C, END): 4}
    assert {Edge(S, A, 9), Edge(A, END, 5, (2,)), Edge(A, END, 4, (3,))} == set(_merged(edges))
