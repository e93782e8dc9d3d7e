"""The blueprint: the law of a jurisdiction as dated data.

A blueprint is a TOML text. `check` says everything that is wrong with one, `parse` reads a sound
one, and `Blueprint.on` gives the `Law` of a day, which the rooms decide by. Mechanisms are code;
which of them a country allows, and every number, is blueprint.
"""

from qazyna.blueprint.document import check, parse
from qazyna.blueprint.law import Blueprint, Law
from qazyna.blueprint.schema import (
    BOOK_KINDS,
    COMMAND_KINDS,
    CONTROLS,
    ELIGIBLE_CLASSES,
    FORFEITURE_KINDS,
    MECHANISMS,
    STATEMENT_CLASSES,
)
from qazyna.blueprint.showing import plain, show
from qazyna.blueprint.values import (
    Approvals,
    Basis,
    Curve,
    Custodian,
    Dated,
    Jurisdiction,
    Limit,
    Par,
    Problem,
    Role,
    Vehicle,
)

__all__ = [
    "BOOK_KINDS",
    "COMMAND_KINDS",
    "CONTROLS",
    "ELIGIBLE_CLASSES",
    "FORFEITURE_KINDS",
    "MECHANISMS",
    "STATEMENT_CLASSES",
    "Approvals",
    "Basis",
    "Blueprint",
    "Curve",
    "Custodian",
    "Dated",
    "Jurisdiction",
    "Law",
    "Limit",
    "Par",
    "Problem",
    "Role",
    "Vehicle",
    "check",
    "parse",
    "plain",
    "show",
]
