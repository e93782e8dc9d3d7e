"""What is said of blueprints as text for people: a model explained, two side by side."""

from typing import Any

import typer

from qazyna.shell.cli.text import in_words, section, table, title


def explained_as_text(told: dict[str, Any]) -> None:
    """Headings and sentences; what rests on an assumption says so at its end."""
    title(told["title"])
    for each in told["sections"]:
        section(each["title"])
        for sentence in each["sentences"]:
            mark = f" [{told['assumption']}]" if sentence["assumption"] else ""
            typer.echo(f"  {sentence['text']}{mark}")


def difference_as_text(told: dict[str, Any]) -> None:
    """One table for the law, one for practice."""
    a, b = told["a"], told["b"]
    title(f"{a['name']} and {b['name']}, as of {told['on']}")
    typer.echo(f"{told['different']} answers differ, {told['same']} are the same.")
    for heading, rows in (("Law", told["law"]), ("Practice", told["practice"])):
        if not rows:
            continue
        section(heading)
        alike = any(each["same"] for each in rows)
        table(
            ("Clause", *(("",) if alike else ()), a["name"], b["name"]),
            (
                (
                    each["clause"],
                    *(("" if each["same"] else "≠",) if alike else ()),
                    _answer(each["unit"], each["a"]),
                    _answer(each["unit"], each["b"]),
                )
                for each in rows
            ),
        )


def made_as_text(made: dict[str, Any]) -> None:
    """What was written, and how much of it nobody has answered yet."""
    typer.echo(f"{made['file']} is written, and sound.")
    one = made["answered"] == 1
    given = f"{made['answered']} answer{'' if one else 's'} {'was' if one else 'were'} given"
    typer.echo(f"{given}; {made['assumed']} are assumptions.")


def _answer(unit: str, answer: dict[str, Any] | None) -> str:
    if answer is None:
        return "–"
    said = in_words(unit, answer["value"])
    return f"{said} (assumed)" if answer["assumption"] else said
