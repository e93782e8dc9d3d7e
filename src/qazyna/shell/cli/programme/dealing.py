"""Everyday flows with managers in one line: the same commands as `qazyna run`, or a proposal.

Where the blueprint wants a step approved it is proposed, and `qazyna approve` carries it out.
"""

import json
from typing import Annotated, Any

import typer

from qazyna.shell.cli.acting import told, waits
from qazyna.shell.cli.options import OWNER, As, AsJson, Key
from qazyna.shell.cli.output import emit, refusals

Manager = Annotated[str, typer.Argument(metavar="MANAGER", help="Its code, as HF-1.")]
Ref = Annotated[str, typer.Option("--ref", metavar="TEXT", help="The paper it rests on.")]
Place = Annotated[
    str | None, typer.Option("--place", metavar="CUSTODIAN", help="The bank; else the law's own.")
]


def _day(name: str, text: str) -> Any:
    return typer.Option(name, metavar="DAY", help=text, show_default=False)


def subscribe(
    manager: Manager,
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="In the fund's currency.")],
    ref: Ref,
    paid_on: Annotated[str, _day("--paid", "The day it was paid.")],
    dealing_on: Annotated[str, _day("--dealing", "The dealing date it is for.")],
    place: Place = None,
    actor: As = OWNER,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Pay money to a hedge fund for a dealing date; its units come with the final NAV."""
    fields = {
        "manager": manager,
        "quantity": amount,
        "paid_on": paid_on,
        "dealing_on": dealing_on,
        "place": place,
        "decision_ref": ref,
    }
    _do("subscribe", fields, actor, key, as_json)


def redeem(
    manager: Manager,
    ref: Ref,
    requested_on: Annotated[str, _day("--notice", "The day of the notice.")],
    dealing_on: Annotated[str, _day("--dealing", "The dealing date it is for.")],
    units: Annotated[
        str | None, typer.Option("--units", metavar="UNITS", help="All, when not said.")
    ] = None,
    actor: As = OWNER,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Give notice to redeem units of a hedge fund on a dealing date."""
    fields = {
        "manager": manager,
        "units": units,
        "requested_on": requested_on,
        "dealing_on": dealing_on,
        "decision_ref": ref,
    }
    _do("request_redemption", fields, actor, key, as_json)


def call(
    manager: Manager,
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="In the fund's currency.")],
    ref: Annotated[str, typer.Option("--ref", metavar="TEXT", help="The call's own reference.")],
    issued_on: Annotated[
        str | None, _day("--issued", "Record a call issued that day; with --due.")
    ] = None,
    due_on: Annotated[str | None, _day("--due", "The day it is due.")] = None,
    paid_on: Annotated[str | None, _day("--paid", "Record a payment of that day instead.")] = None,
    place: Place = None,
    actor: As = OWNER,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Record a capital call that a venture fund issued, or its payment."""
    if (paid_on is None) == (issued_on is None) or (issued_on is None) != (due_on is None):
        raise typer.BadParameter("give --issued with --due, or --paid alone")
    fields: dict[str, Any] = {"manager": manager, "quantity": amount, "call_ref": ref}
    if paid_on:
        fields |= {"paid_on": paid_on, "place": place}
    else:
        fields |= {"issued_on": issued_on, "due_on": due_on}
    _do("pay_call" if paid_on else "issue_call", fields, actor, key, as_json)


def distribute(
    manager: Manager,
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="In the fund's currency.")],
    character: Annotated[
        str,
        typer.Option(
            "--as-what",
            metavar="KIND",
            help="income, gain, return_of_capital or recallable.",
            show_default=False,
        ),
    ],
    ref: Ref,
    received_on: Annotated[str, _day("--received", "The day it came.")],
    place: Place = None,
    actor: As = OWNER,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Record money that a venture fund distributed."""
    fields = {
        "manager": manager,
        "quantity": amount,
        "received_on": received_on,
        "character": character,
        "place": place,
        "statement_ref": ref,
    }
    _do("distribute", fields, actor, key, as_json)


def _do(kind: str, fields: dict[str, Any], actor: str, key: str | None, as_json: bool) -> None:
    from qazyna.errors import Refused
    from qazyna.shell import acting
    from qazyna.shell.installation import open_books

    with refusals(as_json):
        text = json.dumps({name: value for name, value in fields.items() if value is not None})
        with open_books() as books:
            try:
                done = acting.run(books.connection, kind, text, actor=actor, key=key).as_json()
            except Refused as refused:
                if refused.code != "needs_approval":
                    raise
            else:
                emit(done, as_json, told(done))
                return
            answer = acting.propose(books.connection, kind, text, actor=actor, key=key)
            emit(answer, as_json, waits(answer))
