"""`qazyna`: every command there is, put together. What each needs is imported when it runs."""

import sys

import typer

from qazyna.shell.cli import (
    acting,
    backup,
    exporting,
    files,
    filing,
    installing,
    lab,
    law,
    log,
    looking,
)
from qazyna.shell.cli.output import Group
from qazyna.shell.cli.programme import programme
from qazyna.shell.cli.trace import trace

app = typer.Typer(
    cls=Group,
    name="qazyna",
    help="A state's digital-asset reserve: from the seizure of a wallet to units in funds.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.command()(installing.init)
app.command()(installing.up)
app.command()(installing.down)
app.command()(backup.backup)
app.command()(backup.restore)
app.add_typer(backup.replica, name="replica")
app.add_typer(installing.demo, name="demo")
app.add_typer(files.imports, name="import")
app.command()(looking.statement)
app.add_typer(looking.ledger, name="ledger")
looking.ledger.command("export")(exporting.export)
looking.ledger.command("sheet")(exporting.sheet)
app.add_typer(looking.case, name="case")
looking.case.command("exhibit")(filing.exhibit)
app.command()(acting.run)
app.command()(acting.propose)
app.command()(acting.approve)
app.command()(acting.reject)
app.command()(acting.proposals)
app.command()(acting.commands)
app.add_typer(acting.users, name="user")
app.add_typer(law.blueprint, name="blueprint")
app.add_typer(programme, name="programme")
app.add_typer(lab.lab, name="lab")
app.add_typer(trace, name="trace")
app.command()(looking.rebuild)
app.add_typer(log.log, name="log")
app.command()(log.verify)


def main() -> None:
    """The entry point."""
    # A terminal that lacks a letter shows a question mark for it, and the command goes on.
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="replace")
    app()
