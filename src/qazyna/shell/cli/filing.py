"""`case exhibit`: a bundle of `trace exhibit` is filed in a case, with its files."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from qazyna.shell.cli.options import OWNER, As, AsJson, Key, read_day
from qazyna.shell.cli.output import emit, refusals


def exhibit(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="As `trace exhibit` made it.")],
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="How the case calls it: E-1.")
    ],
    case: Annotated[
        str | None, typer.Option(metavar="CASE", help="The one it was made for, if not said.")
    ] = None,
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Its own title, if not said.")
    ] = None,
    on: Annotated[
        date | None,
        typer.Option("--on", parser=read_day, metavar="DAY", help="The day of filing; today."),
    ] = None,
    actor: As = OWNER,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """File an exhibit in a case: every file is checked, and kept with the books."""
    from qazyna.shell.exhibits.filing import file_in
    from qazyna.shell.installation import open_books

    with refusals(as_json), open_books() as books:
        found = file_in(
            books.connection,
            bundle,
            exhibit=name,
            on=on or datetime.now(UTC).date(),
            case=case,
            title=title,
            actor=actor,
            key=key,
        )
        emit(
            found,
            as_json,
            f"Case {found['case']} has the exhibit {name}: {found['kept']} files are kept, under "
            f"SHA-256 {found['sha256']}.",
        )
