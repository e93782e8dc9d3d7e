"""The two questions one asks of a text: is it a blueprint, and what does it say?"""

from qazyna.blueprint.law import Blueprint, enact
from qazyna.blueprint.reading import Draft, read
from qazyna.blueprint.rules import broken
from qazyna.blueprint.values import Problem
from qazyna.errors import Refused


def check(text: str) -> tuple[Problem, ...]:
    """Everything wrong with a blueprint, in the order of its lines; nothing, if it is sound."""
    return _examined(text)[1]


def parse(text: str, name: str) -> Blueprint:
    """Read a sound blueprint. Refuses any other, and lists all that is wrong with it."""
    draft, problems = _examined(text)
    if problems:
        listed = "\n".join(f"line {each.line}: {each.clause}: {each.message}" for each in problems)
        count = f"{len(problems)} problem{'s' if len(problems) != 1 else ''}"
        raise Refused(
            "blueprint_invalid",
            f"“{name}” is not a sound blueprint: {count}.\n{listed}",
            {"blueprint": name, "problems": len(problems)},
        )
    return enact(name, text, draft)


def _examined(text: str) -> tuple[Draft, tuple[Problem, ...]]:
    draft = read(text)
    # A text with nothing readable in it has been told so; rules would only repeat it.
    problems = [*draft.problems, *broken(draft)]
    return draft, tuple(sorted(set(problems)))
