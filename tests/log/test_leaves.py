"""What leaves tell must hold together, whoever wrote them."""

import json

import pytest

from qazyna.log.leaves import Story

ASKED = {"body_sha256": "ab" * 32, "key": "k-1", "kind": "seize"}


def event(version=1, stream="case/C-1", **other):
    told = {"actor": "ann", "command": ASKED, "leaf": "event", "stream": stream}
    return told | {"recorded_at": "2026-01-01T00:00:00+00:00", "version": version} | other


def entry(number=1, debit="C-1/1/custody/AFM", credit="C-1/1/claimants", amount="5", **other):
    posted = {"amount": amount, "asset": "BTC", "credit": credit, "debit": debit}
    told = {"entry": number, "leaf": "entry", "postings": [posted], "stream": "case/C-1"}
    return told | {"version": 1} | other


def wrong(*leaves):
    story = Story()
    found = []
    for leaf in leaves:
        told = json.dumps(leaf, sort_keys=True, separators=(",", ":")).encode()
        found += [f"{where}: {what}" for where, what in story.add(told)]
    return found + [f"{where}: {what}" for where, what in story.end()]


def test_a_story_that_holds():
    assert [] == wrong(event(), entry(), entry(2), event(2), event(stream="case/C-2"))


STORIES = [
    ("a version left out", [event(), event(3)], "case/C-1@3: follows version 1"),
    ("an entry before its event", [entry()], "case/C-1@1#1: does not follow its event"),
    ("an entry left out", [event(), entry(2)], "case/C-1@1#2: does not follow its event"),
    ("an event without a command", [{**event(), "command": "k-1"}],
     "case/C-1@1: does not tell of its command"),
    ("a command of two kinds", [event(), event(2, command=ASKED | {"kind": "sweep"})],
     "case/C-1@2: tells of its command k-1 otherwise than an event before it"),
    ("a command of two bodies", [event(), event(2, command=ASKED | {"body_sha256": "cd" * 32})],
     "case/C-1@2: tells of its command k-1 otherwise than an event before it"),
    ("a command of two people", [event(), event(2, actor="bob")],
     "case/C-1@2: tells of its command k-1 otherwise than an event before it"),
    ("a command of two times", [event(), event(2, recorded_at="2026-01-02T00:00:00+00:00")],
     "case/C-1@2: tells of its command k-1 otherwise than an event before it"),
    ("below zero", [event(), entry(debit="C-1/1/claimants", credit="C-1/1/custody/AFM")],
     "C-1/1/custody/AFM BTC: is left below zero"),
    ("nothing posted", [event(), entry(amount="0")],
     "case/C-1@1#1: posts 0 from C-1/1/claimants to C-1/1/custody/AFM"),
]  # fmt: skip


@pytest.mark.parametrize("leaves, says", [t[1:] for t in STORIES], ids=[t[0] for t in STORIES])
def test_a_story_that_does_not(leaves, says):
    assert says in wrong(*leaves)
