"""Acting on the books: what needs nobody, what others must approve, and who they are."""

from pathlib import Path
from typing import Annotated, Any

import typer

from qazyna.shell.cli.options import OWNER, As, AsJson, JsonFile, Key
from qazyna.shell.cli.output import emit, refusals

users = typer.Typer(help="Who may act, and in which roles.", no_args_is_help=True)

Kind = Annotated[
    str, typer.Argument(metavar="KIND", help="A kind of command: see `qazyna commands`.")
]
Name = Annotated[str, typer.Argument(metavar="PROPOSAL", help="See `qazyna proposals`.")]


def run(
    kind: Kind, json_file: JsonFile, actor: As = OWNER, key: Key = None, as_json: AsJson = False
) -> None:
    """Do what needs nobody's approval."""
    from qazyna.shell import acting
    from qazyna.shell.installation import open_books

    with refusals(as_json):
        fields = _fields(json_file)
        with open_books() as books:
            done = acting.run(books.connection, kind, fields, actor=actor, key=key).as_json()
            emit(done, as_json, told(done))


def propose(
    kind: Kind, json_file: JsonFile, actor: As = OWNER, key: Key = None, as_json: AsJson = False
) -> None:
    """Propose what others must approve."""
    from qazyna.shell import acting
    from qazyna.shell.installation import open_books

    with refusals(as_json):
        fields = _fields(json_file)
        with open_books() as books:
            answer = acting.propose(books.connection, kind, fields, actor=actor, key=key)
            emit(answer, as_json, waits(answer))


def approve(proposal: Name, actor: As = OWNER, key: Key = None, as_json: AsJson = False) -> None:
    """Approve a proposal; the last approval that it needs executes it."""
    from qazyna.shell import acting
    from qazyna.shell.installation import open_books

    with refusals(as_json), open_books() as books:
        answer = acting.approve(books.connection, proposal, actor=actor, key=key)
        text = (
            f"Proposal {proposal} is {answer['status']}: "
            f"{len(answer['approved_by'])} of {answer['needs']} approvals."
        )
        emit(answer, as_json, text + ("\n" + told(answer) if "done" in answer else ""))


def reject(
    proposal: Name,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why not.")],
    actor: As = OWNER,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Reject a proposal, and say why."""
    from qazyna.shell import acting
    from qazyna.shell.installation import open_books

    with refusals(as_json), open_books() as books:
        answer = acting.reject(books.connection, proposal, reason, actor=actor, key=key)
        emit(answer, as_json, f"Proposal {proposal} is {answer['status']}.")


def proposals(as_json: AsJson = False) -> None:
    """Proposals that wait for somebody."""
    from qazyna.shell import acting
    from qazyna.shell.cli.text import proposals_as_text
    from qazyna.shell.installation import open_books

    with refusals(as_json), open_books() as books:
        waiting = acting.waiting(books.connection)
        emit({"proposals": waiting}, as_json, lambda: proposals_as_text(waiting))


def commands(
    kind: Annotated[
        str | None, typer.Argument(metavar="[KIND]", help="One kind of command.")
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="The reference page.")] = False,
    as_json: AsJson = False,
) -> None:
    """What can be run or proposed, and the fields that each takes."""
    from qazyna.errors import Refused
    from qazyna.shell import command_list
    from qazyna.shell.cli.text import command_as_text, commands_as_text

    with refusals(as_json):
        if markdown:
            typer.echo(command_list.markdown(), nl=False)
            return
        found = [c for c in command_list.described() if kind in (None, c["kind"])]
        if not found:
            raise Refused("unknown_command", f"There is no command {kind!r}.", {"kind": kind})
        emit(
            {"commands": found},
            as_json,
            lambda: command_as_text(found[0]) if kind else commands_as_text(found),
        )


@users.command("add")
def user_add(
    name: Annotated[str, typer.Argument(metavar="USER", help="A name to act and log in by.")],
    role: Annotated[
        list[str], typer.Option(metavar="ROLE", help="A role of the blueprint; repeatable.")
    ],
    actor: As = OWNER,
    password: Annotated[
        bool, typer.Option("--password", help="Ask for a password for the pages.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Appoint somebody to these roles, and to no others."""
    from qazyna.shell import acting
    from qazyna.shell.installation import open_books

    with refusals(as_json):
        chosen = typer.prompt("Password", hide_input=True, err=True) if password else None
        with open_books() as books:
            answer = acting.appoint(books, name, role, actor=actor, password=chosen)
            emit(answer, as_json, f"{name}: {', '.join(role)}.")


@users.command("list")
def user_list(as_json: AsJson = False) -> None:
    """Who holds which roles."""
    from qazyna.shell import acting
    from qazyna.shell.cli.text import aligned
    from qazyna.shell.installation import open_books

    with refusals(as_json), open_books() as books:
        found = acting.users(books.connection)
        lines = aligned([(user["user"], ", ".join(user["roles"]) or "no role") for user in found])
        emit({"users": found}, as_json, "\n".join(lines))


def _fields(file: Path) -> bytes:
    from qazyna.errors import Refused

    if str(file) == "-":
        return typer.get_binary_stream("stdin").read()
    try:
        return file.read_bytes()
    except OSError as error:
        raise Refused(
            "unreadable", f"{file} cannot be read: {error.strerror}.", {"file": file}
        ) from None


def waits(answer: dict[str, Any]) -> str:
    """What becomes of a proposal now."""
    count = answer["needs"]
    return (
        f"Proposal {answer['proposal']} awaits {count} approval{'s' if count != 1 else ''}: "
        f"qazyna approve {answer['proposal']} --as USER"
    )


def told(document: dict[str, Any]) -> str:
    """What followed from a command, a line an event."""
    from qazyna.shell.cli.text import spoken

    done = document["done"]
    lines = [
        f"{event['on']}  {spoken(event['kind'])}  ({event['stream']} no. {event['version']})"
        for event in done["events"]
    ]
    if done["repeated"]:
        lines.append("It was done before, under the same key; nothing was done again.")
    return "\n".join(lines) or "Nothing changed."
