"""How managers performed: of a file, without a database."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from qazyna.shell.cli.options import AsJson
from qazyna.shell.cli.output import emit, refusals

IndexFile = Annotated[
    Path | None,
    typer.Option("--index", metavar="FILE", help="CSV: date, level; for KS-PME and Direct Alpha."),
]


def cashflows(
    file: Annotated[
        Path,
        typer.Option(
            "--file",
            metavar="FILE",
            help="CSV: date, amount (negative = paid in), nav on the last row.",
            show_default=False,
        ),
    ],
    index: IndexFile = None,
    as_json: AsJson = False,
) -> None:
    """IRR with all its roots, DPI, RVPI, TVPI; against an index, KS-PME and Direct Alpha."""
    with refusals(as_json):
        from qazyna.programme.performance import flow_files, private
        from qazyna.shell.adapters.tables import read_table

        columns, lines, _ = read_table(file)
        flows = flow_files.read_flows(file.name, columns, lines)
        level = None
        if index is not None:
            columns, lines, _ = read_table(index)
            level = flow_files.read_index(index.name, columns, lines)
        found = asdict(private.measures(flows, level))
        emit(found, as_json, lambda: _as_text(found))


def _as_text(found: dict[str, Any]) -> None:
    from qazyna.shell.cli.text import aligned

    rows = [
        (name, "" if value is None else f"{value:,.6f}")
        for name, value in found.items()
        if isinstance(value, float) or value is None
    ]
    for line in aligned(rows):
        typer.echo(line)
    for warning in found["warnings"]:
        typer.echo(f"note: {warning}")
