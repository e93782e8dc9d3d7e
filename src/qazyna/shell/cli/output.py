"""What a command prints: one JSON document for machines, or text for people; refusals for both."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer

from qazyna.errors import FileRefused, Refused

DONE, REFUSED, USAGE = 0, 1, 2


def emit(document: dict[str, Any], as_json: bool, text: Callable[[], None] | str) -> None:
    """Print the document, or its text for people."""
    if as_json:
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    elif isinstance(text, str):
        typer.echo(text)
    else:
        text()


def refuse(refused: Refused, as_json: bool) -> NoReturn:
    """Say no, say why, and leave with status 1."""
    if isinstance(refused, FileRefused):
        document = {
            "file": refused.file,
            "rows": refused.rows,
            "accepted": 0,
            "already_known": 0,
            "findings": [finding.as_json() for finding in refused.findings],
            **refused.as_json(),
        }
    else:
        document = refused.as_json()
    if as_json:
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
        raise typer.Exit(REFUSED)
    typer.secho(refused.message, err=True, fg="red", bold=True)
    if isinstance(refused, FileRefused):
        for finding in refused.findings:
            where = f"line {finding.line}" + (f", {finding.column}" if finding.column else "")
            typer.echo(f"  {where}: {finding.message} [{finding.code}]", err=True)
    else:
        typer.echo(f"  code: {refused.code}", err=True)
        if refused.law:
            typer.echo(f"  it rests on: {refused.law}", err=True)
    raise typer.Exit(REFUSED)


@contextmanager
def refusals(as_json: bool) -> Iterator[None]:
    """Turn a refusal inside into its message and exit status 1."""
    try:
        yield
    except Refused as refused:
        refuse(refused, as_json)


def note(text: str) -> None:
    """Tell a person how far it is; never on standard output."""
    typer.echo(text, err=True)


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A bar on standard error while something long runs; silent where nobody looks."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)
