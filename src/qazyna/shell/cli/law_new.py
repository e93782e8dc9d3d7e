"""A new blueprint: asked on a terminal, or taken from a file of answers."""

import json
import sys
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import typer

from qazyna.blueprint import Blueprint, Problem, check, parse
from qazyna.blueprint.drafting import Answer, Draft, Given, draft, given
from qazyna.blueprint.drafting.asking import (
    custodians,
    custodians_typed,
    questions,
    understood,
)
from qazyna.clock import day as read_day
from qazyna.errors import Refused
from qazyna.shell.law_files import BLUEPRINTS, blueprint_file, blueprint_text

STOP = "."
_TOLD = (
    "Enter keeps the answer in brackets, and marks it an assumption. A full stop keeps it and all "
    "that would still be asked."
)
_GROUPS = (
    ("limits", "the limits on shares and managers"),
    ("approvals", "who must approve which step"),
    ("programme.scorecard", "the scorecard by which managers are chosen"),
    ("practice", "what is said of practice, without which the lab cannot play the model"),
)


def new(file: Path, base: str, answers: Path | None) -> dict[str, object]:
    """Write a new blueprint to that file, and say what became of it.

    Refuses a file that is there, answers that cannot be understood, and a law that is not sound:
    then nothing is written, and everything wrong is named.
    """
    if file.exists():
        raise Refused(
            "file_exists",
            f"{file} is there already: name another file, or remove it.",
            {"file": str(file)},
        )
    path = blueprint_file(base)
    found = parse(blueprint_text(path), path.stem)
    form = (BLUEPRINTS / "template.toml").read_text("utf-8")
    if answers:
        said = given(_read(answers))
        if said.problems:
            listed = "\n".join(f"{name}: {message}" for name, message in said.problems)
            raise Refused(
                "answers_not_understood",
                f"{answers} cannot be understood.\n{listed}",
                {"file": str(answers), "problems": len(said.problems)},
            )
        made = draft(form, found, said)
        problems = check(made.text)
    else:
        made, problems = _asked(form, found)
    if problems:
        raise _unsound(file, problems)
    content = made.text.encode()
    file.write_bytes(content)
    return {
        "file": str(file),
        "from": found.name,
        "answered": made.answered,
        "assumed": made.assumed,
    }


def _unsound(file: Path, problems: tuple[Problem, ...]) -> Refused:
    listed = "\n".join(f"{each.clause}: {each.message}" for each in problems)
    return Refused(
        "blueprint_invalid",
        f"With these answers {file.name} would not be sound, and was not written.\n{listed}",
        {"blueprint": file.stem, "problems": len(problems)},
    )


def _read(file: Path) -> dict[str, object]:
    try:
        text = file.read_text("utf-8")
        found = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise Refused(
            "answers_unreadable",
            f"{file} cannot be read as {'JSON' if file.suffix == '.json' else 'TOML'}: {error}.",
            {"file": str(file)},
        ) from None
    if not isinstance(found, dict):
        raise Refused("answers_unreadable", f"{file} is not a table.", {"file": str(file)})
    return found


_OTHER = "Another answer, CLAUSE = ANSWER for another clause, or - to leave this out"
_NONE = "CLAUSE = ANSWER for another clause, or - to leave this out"


class _Stopped(Exception):
    """Nothing more is to be asked."""


def _asked(form: str, base: Blueprint) -> tuple[Draft, tuple[Problem, ...]]:
    """Ask until it is sound; what stands in the way is asked again."""
    said = Given()
    _tell(f"A new blueprint, begun from “{base.name}”. {_TOLD}")
    try:
        _ask_facts(said, base)
        _ask_clauses(said, base)
        for name, what in _GROUPS:
            if any(each.startswith(f"{name}.") for each in base.clauses):
                _ask_group(said, name, what)
    except _Stopped:
        pass
    made = draft(form, base, said)
    problems = check(made.text)
    while problems and _mended(said, base, problems):
        made = draft(form, base, said)
        problems = check(made.text)
    return made, problems


def _tell(text: str) -> None:
    typer.echo(text, err=True)


def _prompt(asks: str, default: str) -> str:
    """What was typed; empty where the default is kept."""
    typer.echo(f"{asks} [{default}]: " if default else f"{asks}: ", nl=False, err=True)
    line = sys.stdin.readline()
    if not line:
        raise Refused(
            "not_answered",
            "The questions were not answered: go on at a terminal, or give --answers FILE.",
        )
    if line.strip() == STOP:
        raise _Stopped
    return line.strip()


def _until(asks: str, default: str, reads: Callable[[str], tuple[object, str]]) -> object:
    """Ask again while something is wrong; None where the default is kept."""
    while True:
        try:
            text = _prompt(asks, default)
        except _Stopped:
            if default:
                raise
            text = ""  # what has no default must be answered
        if not text and default:
            return None
        value, wrong = reads(text)
        if not wrong:
            return value
        _tell(f"    {wrong}")


def _named(text: str) -> tuple[object, str]:
    return (text, "") if text else (None, "something must stand here")


def _code(text: str) -> tuple[object, str]:
    good = len(text) == 2 and text.isascii() and text.isalpha()
    return (text.upper(), "") if good else (None, "two letters of ISO 3166; XA to XZ are examples")


def _day(text: str) -> tuple[object, str]:
    try:
        return read_day(text), ""
    except Refused as no:
        return None, no.message


def _ask_facts(said: Given, base: Blueprint) -> None:
    found = base.jurisdiction
    said.facts["name"] = _until("The country, as statements are to call it", "", _named)
    said.facts["code"] = _until("Its two letters in ISO 3166", "", _code)
    said.facts["local_name"] = said.facts["name"]
    for key, asks in (
        ("local_name", "Its name in its own language"),
        ("currency", "The currency of statements"),
        ("domestic_currency", "The legal tender at home"),
    ):
        default = str(said.facts.get(key) or getattr(found, key))
        said.facts[key] = _until(asks, default, _named) or default
    first = _until("The day from which the law is told", str(base.first), _day)
    said.first = first if isinstance(first, date) else base.first
    people = _until(
        "Who keeps what (classes: currency, gold, crypto, hedge_fund, venture_fund)",
        custodians_typed(base),
        lambda text: (custodians(text), ""),
    )
    if isinstance(people, list):
        said.people["custodian"] = people


def _ask_clauses(said: Given, base: Blueprint) -> None:
    for each in questions(base):
        hint = f" ({each.hint})" if each.hint else ""
        value = _until(f"{each.asks}{hint}", each.default, _reader(each.clause))
        if value is not None:
            said.clauses[each.clause] = [_with_source(value)]


def _reader(clause: str) -> Callable[[str], tuple[object, str]]:
    return lambda text: understood(clause, text)


def _with_source(value: object) -> Answer:
    source = _prompt("    Where is that said? Enter: nowhere yet, it is assumed", "")
    if not source:
        return Answer(value)
    return Answer(value, source=source, verified=datetime.now(UTC).date())


def _ask_group(said: Given, name: str, what: str) -> None:
    def read(text: str) -> tuple[object, str]:
        good = text.lower() in ("y", "yes", "n", "no")
        return (text.lower()[0], "") if good else (None, "yes or no")

    if _until(f"Keep {what}?", "yes", read) == "n":
        said.left_out.append(name)


def _mended(said: Given, base: Blueprint, problems: tuple[Problem, ...]) -> bool:
    """Ask again what is wrong; whether anything was changed."""
    _tell("This cannot stand:")
    known = {each.clause: each for each in questions(base)}
    changed = False
    try:
        for clause in dict.fromkeys(each.clause for each in problems):
            for each in problems:
                if each.clause == clause:
                    _tell(f"    {clause}: {each.message}")
            text = _prompt("    " + (_OTHER if clause in known else _NONE), "")
            if text == "-":
                said.left_out.append(clause)
                changed = True
                continue
            name, equals, typed = (part.strip() for part in text.partition("="))
            which, typed = (name, typed) if equals and name in known else (clause, text)
            if typed and which in known:
                value, wrong = understood(which, typed)
                if wrong:
                    _tell(f"    {wrong}")
                else:
                    said.clauses[which] = [Answer(value)]
                changed = True
    except _Stopped:
        return False
    return changed
