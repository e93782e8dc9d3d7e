"""`qazyna trace`: one module a command, each put in here."""

import typer

from qazyna.shell.cli.trace import (
    clustering,
    entities,
    exhibiting,
    following,
    ingesting,
    tagging,
)

trace = typer.Typer(
    help="Tracing: a chain's public exports, its entities and its flows.", no_args_is_help=True
)

trace.command()(ingesting.ingest)
trace.command()(clustering.cluster)
trace.command()(following.follow)
trace.command()(exhibiting.exhibit)
trace.add_typer(tagging.tags, name="tags")
trace.command()(entities.entity)
trace.command()(entities.venues)
