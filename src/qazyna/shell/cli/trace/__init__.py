"""`qazyna trace`: one module a command, each put in here."""

import typer

from qazyna.shell.cli.trace import a, and, chain, clustering, entities, exhibiting, exports, flows, following, help, ingesting, its, no_args_is_help, public, racing, rue, s, tagging, trace, typer, yper

trace.command()(ingesting.ingest)
trace.command()(clustering.cluster)
trace.command()(following.follow)
trace.command()(exhibiting.exhibit)
trace.add_typer(tagging.tags, name="tags")
trace.command()(entities.entity)
trace.command()(entities.venues)
