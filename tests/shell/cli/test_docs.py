"""The reference pages: their examples run, and the list of commands is the code's own."""

import re
import shlex

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from qazyna.shell import command_list
from qazyna.shell.cli import app
from tests.shell.cli.line import ROOT

PAGES = {"cli.md": 20, "programme.md": 1}
"""page -> more examples, and more commands, than this"""
_CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def text_of(page):
    return (ROOT / "docs" / page).read_text("utf-8")


def steps(page):
    """Each line after a $, and what stands below it."""
    for block in _CONSOLE.findall(text_of(page)):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            asked, _, shown = step.partition("\n")
            yield asked, shown.rstrip("\n")


def as_pattern(shown):
    """What is shown, where `…` stands for anything."""
    return re.compile(".*".join(re.escape(part) for part in shown.split("…")), re.DOTALL)


@pytest.fixture
def fresh(copies, template, tmp_path, monkeypatch):
    """A home of its own, and a folder with the project's data to work in."""
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    return copies(template)


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_run(page, fresh, tmp_path):
    count = 0
    for asked, shown in steps(page):
        program, *words = shlex.split(asked)
        if program == "cat":
            (tmp_path / words[0]).write_text(shown + "\n", "utf-8")
            continue
        assert "qazyna" == program
        answer = fresh(*words)
        said = (answer.out + answer.err).rstrip("\n")
        assert as_pattern(shown).fullmatch(said), f"$ {asked}\n{said}"
        count += 1
    assert count > PAGES[page]


def names(group, before=""):
    """Every command, as it is typed."""
    for name, found in group.commands.items():
        if hasattr(found, "commands"):
            yield from names(found, f"{before}{name} ")
        else:
            yield before + name


@pytest.mark.parametrize("page", PAGES)
def test_what_the_page_tells_of_is_there_with_its_options(page):
    told = re.findall(r"^### `qazyna ([^`]+)`", text_of(page), re.MULTILINE)
    there = set(names(get_command(app)))
    assert len(told) > PAGES[page]
    for heading in told:
        name = re.split(r" (?=[^a-z])", heading)[0]
        assert name in there
        answer = CliRunner(env={"COLUMNS": "200"}).invoke(app, [*name.split(), "--help"])
        options = set(re.findall(r"--[a-z-]+", heading))
        offered = set(re.findall(r"--[a-z-]+", answer.stdout)) - {"--help", "--json"}
        assert options <= offered, heading


def test_the_list_of_commands_is_the_codes_own():
    """If it is not: `qazyna commands --markdown > docs/commands.md`."""
    assert command_list.markdown() == (ROOT / "docs" / "commands.md").read_text("utf-8")
