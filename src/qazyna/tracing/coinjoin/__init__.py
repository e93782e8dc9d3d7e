"""Which transactions are coinjoins, or look like one, by rules that have names.

A transaction may fit several rules; each says so. `JOINS` are those whose inputs are then not taken
to be of one owner. A Tx0 prepares one owner's coins for Whirlpool: it is named, since a flow enters
the mixer there, but its inputs do belong together. Stonewall is a veto: one wallet or two, nobody
can tell, so its inputs join nothing.
"""

from enum import IntFlag


class Rule(IntFlag):
    """The rules, as bits of one mask a transaction."""

    generic = 1
    wasabi_1_0 = 2
    wasabi_1_1 = 4
    wasabi_2_0 = 8
    whirlpool = 16
    tx0 = 32
    joinmarket = 64
    stonewall = 128


JOINS = sum(Rule) - int(Rule.tx0)
"""The rules that keep a transaction out of co-spend, as a mask."""
