"""`qazyna programme`: one module a family of commands, each put in here."""

import typer

from qazyna.shell.cli.programme import (
    charging,
    dating,
    dealing,
    gating,
    measuring,
    pacing,
    selecting,
    watching,
)

programme = typer.Typer(
    help="The manager programme: how managers are chosen, paid, watched and left.",
    no_args_is_help=True,
)

programme.command()(measuring.performance)
programme.command()(measuring.cashflows)
programme.add_typer(watching.statement, name="statement")
programme.command()(watching.queries)
programme.command()(gating.gate)
programme.add_typer(selecting.candidates, name="candidates")
programme.command()(selecting.select)
programme.command()(selecting.decision)
programme.command()(pacing.pacing)
programme.command()(watching.mandate)
programme.command()(dating.calendar)
programme.command()(dealing.subscribe)
programme.command()(dealing.redeem)
programme.command()(dealing.call)
programme.command()(dealing.distribute)
programme.command()(charging.fees)
