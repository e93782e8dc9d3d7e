"""Files that come in: all rows or none, every problem at once."""

from pathlib import Path
from typing import Annotated, Any

import typer

from qazyna.shell.cli.options import OWNER, As, AsJson, InFile, Key
from qazyna.shell.cli.output import emit, progress, refusals

imports = typer.Typer(help="Take in files: all rows or none.", no_args_is_help=True)


@imports.command("register")
def import_register(
    file: InFile, actor: As = OWNER, key: Key = None, as_json: AsJson = False
) -> None:
    """A register of seized holdings (CSV or XLSX), as history."""
    _import("register", file, actor, key, as_json)


@imports.command("prices")
def import_prices(
    file: InFile,
    asset: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="What a file prices that does not say so itself."),
    ] = None,
    currency: Annotated[
        str, typer.Option(metavar="CODE", help="The currency of such a file.")
    ] = "USD",
    actor: As = OWNER,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Prices and rates (CSV): our long form, or a public layout."""
    _import("price", file, actor, key, as_json, asset=asset, currency=currency)


@imports.command("venues")
def import_venues(
    file: InFile, actor: As = OWNER, key: Key = None, as_json: AsJson = False
) -> None:
    """Shut venues (CSV or XLSX)."""
    _import("venue", file, actor, key, as_json)


def _import(
    kind: str, file: Path, actor: str, key: str | None, as_json: bool, **options: Any
) -> None:
    from qazyna.shell import importing
    from qazyna.shell.installation import open_books

    with refusals(as_json), open_books() as books, progress(file.name) as report:
        take_in = getattr(importing, f"import_{kind}_file")
        answer = take_in(books.connection, file, actor=actor, key=key, report=report, **options)
        emit(
            answer,
            as_json,
            f"{answer['file']}: of {answer['rows']:,} rows, {answer['accepted']:,} accepted and "
            f"{answer['already_known']:,} known already.",
        )
