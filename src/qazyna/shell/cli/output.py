"""What a command prints: one JSON document for machines, or text for people; refusals for both.

Documents and text go to standard output. Refusals in text, progress and notes go to standard error.
"""

import errno
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from qazyna.errors import FileRefused, Refused

REFUSED, USAGE = 1, 2

MOST_FINDINGS = 100
"""A person is shown so many problems of a file; `--json` gives them all."""


def emit(document: dict[str, Any], as_json: bool, text: Callable[[], None] | str) -> None:
    """Print the document, or its text for people."""
    if as_json:
        _document(document)
    elif isinstance(text, str):
        typer.echo(text)
    else:
        text()


def _document(document: dict[str, Any]) -> None:
    # Letters as they are where the output can carry them, else as JSON's own escapes.
    plain = "utf" not in (sys.stdout.encoding or "").lower()
    sys.stdout.write(json.dumps(document, ensure_ascii=plain, indent=1) + "\n")


def refuse(refused: Refused, as_json: bool) -> NoReturn:
    """Say no, say why, and leave with status 1."""
    if as_json:
        _document(_as_document(refused))
    else:
        _say(refused)
    raise typer.Exit(REFUSED)


def _as_document(refused: Refused) -> dict[str, Any]:
    if not isinstance(refused, FileRefused):
        return refused.as_json()
    return {
        "file": refused.file,
        "rows": refused.rows,
        "accepted": 0,
        "already_known": 0,
        "findings": [finding.as_json() for finding in refused.findings],
        **refused.as_json(),
    }


def _say(refused: Refused) -> None:
    typer.secho(_harmless(refused.message), err=True, fg="red", bold=True)
    if not isinstance(refused, FileRefused):
        typer.echo(f"  code: {refused.code}", err=True)
        if refused.law:
            typer.echo(f"  it rests on: {refused.law}", err=True)
        return
    for finding in refused.findings[:MOST_FINDINGS]:
        where = f"line {finding.line}" + (f", {finding.column}" if finding.column else "")
        typer.echo(_harmless(f"  {where}: {finding.message} [{finding.code}]"), err=True)
    if (more := len(refused.findings) - MOST_FINDINGS) > 0:
        typer.echo(f"  and {more:,} more: --json lists them all", err=True)


_CONTROLS = dict.fromkeys(
    (*range(10), *range(11, 32), *range(127, 160)), "\N{REPLACEMENT CHARACTER}"
)


def _harmless(text: str) -> str:
    """What somebody wrote into a file is shown, and does not steer the terminal."""
    return text.translate(_CONTROLS)


@contextmanager
def refusals(as_json: bool) -> Iterator[None]:
    """Turn a refusal inside, or whatever else nobody needs a traceback for, into status 1."""
    try:
        yield
    except Refused as refused:
        refuse(refused, as_json)
    except Exception as error:
        known = _understood(error)
        if known is None:
            raise
        refuse(known, as_json)


def _understood(error: Exception) -> Refused | None:
    """What went wrong in words, where it lies outside the program; None for a fault of its own."""
    import psycopg
    from pydantic import ValidationError

    from qazyna.shell.postgres import ServerError

    if isinstance(error, OSError) and error.errno != errno.EPIPE:
        where = f"{error.filename}: " if error.filename else ""
        return Refused("system", f"{where}{error.strerror or error}.", {"error": error})
    if isinstance(error, UnicodeDecodeError):
        return Refused("unreadable", f"This is not UTF-8 text: {error.reason}.")
    if isinstance(error, ServerError):
        return Refused("no_server", str(error))
    if isinstance(error, ValidationError):
        problems = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        return Refused("bad_command", "; ".join(problems), {"problems": json.dumps(problems)})
    if isinstance(error, psycopg.IntegrityError | psycopg.errors.RaiseException):
        return Refused("against_the_books", f"The database's own rules say no: {_told(error)}.")
    if isinstance(error, psycopg.DataError):
        return Refused("cannot_be_kept", f"The database cannot keep this: {_told(error)}.")
    if isinstance(error, psycopg.OperationalError) and error.sqlstate:
        return Refused("database", f"The database could not do this: {_told(error)}.")
    if isinstance(error, psycopg.OperationalError):
        return Refused("no_server", f"The database does not answer: {_told(error)}.")
    if isinstance(error, psycopg.ProgrammingError) and not error.sqlstate:
        return Refused("no_server", f"DATABASE_URL cannot be read: {_told(error)}.")
    return None


def _told(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


class Group(TyperGroup):
    """The outermost group: wrong usage, too, is one JSON document where `--json` was given."""

    def make_context(self, info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:
        given = list(args)
        with _usage(given):
            if any("\ud800" <= letter <= "\udfff" for word in given for letter in word):
                raise typer.BadParameter("what is given must be UTF-8 text.")
            context = super().make_context(info_name, args, parent, **extra)
        context.meta[__name__] = given
        return context

    def invoke(self, ctx: Any) -> Any:
        with _usage(ctx.meta[__name__]):
            return super().invoke(ctx)


@contextmanager
def _usage(given: list[str]) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if getattr(error, "exit_code", None) == USAGE and "--json" in given:
            told = getattr(error, "format_message", None)
            _document(Refused("usage", told() if told else str(error)).as_json())
        raise


def note(text: str) -> None:
    """Tell a person how far it is; never on standard output."""
    typer.echo(text, err=True)


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Callable[..., None]]:
    """A bar on standard error while something long runs; silent where nobody looks.

    It is told how much is done, and if that changes how much there is in all.
    """
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done, of=total: bar.update(task, completed=done, total=of)
