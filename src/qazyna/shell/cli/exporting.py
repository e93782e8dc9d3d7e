"""The books for other programs."""

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from qazyna.shell.cli.options import AsJson, AsOfDay, InFile
from qazyna.shell.cli.output import emit, refusals


def export(
    form: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="hledger, beancount or archive.")
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to; standard output, if not given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Every entry, in a form that other programs read."""
    from qazyna.shell.exports import FORMATS
    from qazyna.shell.exports import export as pieces
    from qazyna.shell.installation import open_books

    if form not in FORMATS:
        raise typer.BadParameter(f"the formats are {', '.join(FORMATS)}.", param_hint="--format")
    if as_json and out is None:
        raise typer.BadParameter("with --json, name a file for the export: --out FILE.")
    with refusals(as_json), open_books() as books:
        if out is None:
            sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
            sys.stdout.writelines(pieces(books.connection, form))
            return
        _write(out, pieces(books.connection, form))
        document = {"format": form, "file": str(out), "bytes": out.stat().st_size}
        emit(document, as_json, f"{out}: {document['bytes']:,} bytes.")


def sheet(file: InFile, as_of: AsOfDay = None, as_json: AsJson = False) -> None:
    """Verify an archive, and show what every account holds by it; no database is asked."""
    from qazyna.ledger.archive import verify
    from qazyna.shell.cli.text import balances_as_text

    with refusals(as_json):
        with file.open("rb") as lines:
            found = verify(lines, as_of)
        balances = found.balances()
        counts = {"entries": found.entries, "postings": found.postings, "grants": found.grants}
        emit({"balances": balances, **counts}, as_json, lambda: balances_as_text(balances))


def _write(out: Path, pieces: Iterable[str]) -> None:
    """The file whole or not at all: it takes its name when the last byte is on the disk."""
    handle, draft = tempfile.mkstemp(prefix=f".{out.name}.", dir=out.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(out)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
