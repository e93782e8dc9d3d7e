"""docs/models.md: its table is the blueprints' own, every model has its part, its examples run."""

import re
import shlex

import pytest
from typer.testing import CliRunner

from qazyna.shell.cli import app
from tests.blueprints.stretches import LAST, SHIPPED
from tests.support import BLUEPRINTS, law_of

PAGE = (BLUEPRINTS.parent / "docs" / "models.md").read_text(encoding="utf-8")
MODELS = [name for name in SHIPPED if name != "template"]
HEADING = "| blueprint | what is done with the forfeited | reserve, budget | the reserve may hold |"
_CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def row(name: str) -> str:
    """What a blueprint says on the last day, and how much of it somebody found written."""
    blueprint = law_of(name)
    law = blueprint.on(LAST)
    way = str(law.says("practice.disposal", str)).replace("_", " ")
    by = law.says("practice.sale.by", str)
    sold = f", by {by.replace('_', ' ')}" if by and way != "hold" else ""
    held = ", ".join(sorted(each.replace("_", " ") for each in law.eligible["reserve"]))
    answers = [answer for values in blueprint.clauses.values() for answer in values]
    sourced = sum(not answer.assumed for answer in answers)
    return (
        f"| [{name}](../blueprints/{name}.toml) | {way}{sold} | "
        f"{law.shares['reserve']:.0%}, {law.shares['budget']:.0%} | "
        f"{held.replace(', undrawn', '')} | {sourced} of {len(answers)} |"
    )


def test_the_table_is_what_the_blueprints_say() -> None:
    start = PAGE.index(HEADING)
    table = PAGE[start : PAGE.index("\n\n", start)].splitlines()[2:]

    assert [row(name) for name in MODELS] == table


@pytest.mark.parametrize("name", MODELS)
def test_every_model_has_its_part(name: str) -> None:
    assert f"`{name}`" in PAGE


def test_the_examples_run() -> None:
    count = 0
    for block in _CONSOLE.findall(PAGE):
        asked, _, shown = block.removeprefix("$ ").partition("\n")
        answer = CliRunner().invoke(app, shlex.split(asked)[1:])
        pattern = ".*".join(re.escape(part) for part in shown.rstrip("\n").split("…"))
        assert re.fullmatch(pattern, answer.output.rstrip("\n"), re.DOTALL), answer.output
        count += 1
    assert count
