"""Acting on the books: who may do what at once, and what others must approve first.

The rules of four eyes are in `office/proposals`; here they meet the one commit.
"""

import hashlib
import re
import secrets
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from qazyna.errors import Refused
from qazyna.history.register import uncollected
from qazyna.office.adoption import AdoptBlueprint
from qazyna.office.appointment import Appoint
from qazyna.office.proposals import (
    Approve,
    Execute,
    Proposal,
    Propose,
    Reject,
    needed,
    open_proposal,
    permit,
    roles_of,
)
from qazyna.plan import Command, World
from qazyna.shell.store.codec import canonical
from qazyna.shell.store.commit import Connection, Document, Done, execute, parse_command

_STEPS = frozenset({"propose", "approve", "reject", "execute"})
_BY_FILE = frozenset({"import_history", "import_prices", "import_venues", "adopt_blueprint"})
NOT_BY_HAND = _STEPS | _BY_FILE
"""Steps of a proposal, and what only comes with its file."""

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""A NUL as JSON writes it; the database's own texts can hold none."""


def run(
    connection: Connection,
    kind: str,
    text: str | bytes,
    *,
    actor: str,
    key: str | None = None,
) -> Done:
    """Carry out a command that needs nobody's approval."""
    _by_hand(kind)
    return act(connection, _read(kind, text), actor=actor, key=key)


def _read(kind: str, text: str | bytes) -> Command:
    """The command that a person wrote as JSON."""
    if _NUL.search(text.encode() if isinstance(text, str) else text):
        raise Refused(
            "bad_command", f"This is no {kind}: a text in it holds a NUL.", {"kind": kind}
        )
    return parse_command(kind, text)


def _by_hand(kind: str) -> None:
    if kind in _STEPS:
        raise Refused("not_by_hand", f"{kind} is a step of a proposal: use `qazyna {kind}`.")
    if kind in _BY_FILE:
        how = "blueprint adopt" if kind == "adopt_blueprint" else "import --help"
        raise Refused("not_by_hand", f"{kind} comes with a file: see `qazyna {how}`.")


def act(
    connection: Connection,
    command: Command,
    *,
    actor: str,
    key: str | None = None,
    documents: Iterable[Document] = (),
    also: Callable[..., None] | None = None,
) -> Done:
    """Carry out a command of an appointed actor, unless the law wants it approved by others."""
    with uncollected():  # until all that was made on the way is gone again
        return execute(
            connection,
            command,
            actor=actor,
            key=key,
            documents=documents,
            also=also,
            before=lambda world: permit(world, command.kind),
        )


def propose(
    connection: Connection,
    kind: str,
    text: str | bytes,
    *,
    actor: str,
    key: str | None = None,
    documents: Iterable[Document] = (),
) -> dict[str, Any]:
    """Ask for approval. What could not be carried out today is refused today."""
    if kind != "adopt_blueprint" or not documents:
        _by_hand(kind)
    command = _read(kind, text)
    if key is None:
        proposal = secrets.token_hex(4)
    else:
        proposal = hashlib.sha256(key.encode()).hexdigest()[:12]
    body = canonical(command.model_dump(mode="json", exclude_none=True)).decode()
    count = 0

    def before(world: World) -> None:
        nonlocal count
        roles_of(world)
        wanted = needed(world, kind)
        if wanted is None:
            raise Refused(
                "no_approval_needed", f"{kind} needs nobody's approval: run it.", law="approvals"
            )
        count = wanted.count

    documents = tuple(documents)
    with connection.transaction():
        done = execute(
            connection,
            Propose(proposal=proposal, command_kind=kind, body=body),
            actor=actor,
            key=key,
            documents=documents,
            before=before,
        )
        if not done.repeated:
            _try(connection, command, actor)
    return {"proposal": proposal, "status": "open", "needs": count, "kind": kind, "by": actor}


def _try(connection: Connection, command: Command, actor: str) -> None:
    """Decide it on today's books and take everything back: only a refusal comes out of it."""
    with connection.transaction(force_rollback=True):
        execute(connection, command, actor=actor)


def approve(
    connection: Connection, proposal: str, *, actor: str, key: str | None = None
) -> dict[str, Any]:
    """Approve; with the last approval the command is decided again and carried out, in one."""
    carried_out: Done | None = None
    with connection.transaction():
        execute(connection, Approve(proposal=proposal, approver=actor), actor=actor, key=key)
        found, wanted = _proposed(connection, proposal)
        if found.status == "open" and len(found.approved_by) >= wanted:
            command = parse_command(found.command_kind, found.body)
            carried_out = execute(
                connection, command, actor=found.proposed_by, key=f"proposal:{proposal}"
            )
            execute(connection, Execute(proposal=proposal), actor=found.proposed_by)
    answer: dict[str, Any] = {
        "proposal": proposal,
        "kind": found.command_kind,
        "status": "executed" if carried_out or found.status == "executed" else "open",
        "approved_by": list(found.approved_by),
        "needs": wanted,
    }
    if carried_out:
        answer.update(carried_out.as_json())
    return answer


def _proposed(connection: Connection, proposal: str) -> tuple[Proposal, int]:
    from qazyna.shell.store.reading import read_known
    from qazyna.shell.store.wire import Transaction

    with Transaction(connection) as transaction:
        known = read_known(transaction, Execute(proposal=proposal), "", "")
    found = known.world.find(Proposal, proposal)
    if found is None:
        open_proposal(known.world, proposal)  # refuses
        raise AssertionError
    wanted = needed(known.world, found.command_kind)
    return found, wanted.count if wanted else 0


def reject(
    connection: Connection, proposal: str, reason: str, *, actor: str, key: str | None = None
) -> dict[str, Any]:
    """Reject; it stays on record, with the reason."""
    execute(
        connection,
        Reject(proposal=proposal, reason=reason, approver=actor),
        actor=actor,
        key=key,
    )
    return {"proposal": proposal, "status": "rejected", "reason": reason}


def waiting(connection: Connection) -> list[dict[str, Any]]:
    """Proposals that wait for approval, oldest first."""
    rows = connection.execute(
        """SELECT substr(s.name, 10), s.state, e.recorded_at
           FROM books.stream s JOIN books.event e ON e.stream = s.name AND e.version = 1
           WHERE s.name LIKE 'proposal/%' AND NOT s.state ? 'status' ORDER BY e.seq"""
    ).fetchall()
    return [
        {
            "proposal": name,
            "kind": state["command_kind"],
            "by": state["proposed_by"],
            "approved_by": state.get("approved_by", []),
            "proposed_at": at.isoformat(),
            "body": state["body"],
        }
        for name, state, at in rows
    ]


def appoint(
    books: Any, name: str, roles: Iterable[str], *, actor: str, password: str | None = None
) -> dict[str, Any]:
    """Appoint somebody; with a password they can use the pages too."""
    done = act(books.connection, Appoint(user=name, roles=tuple(roles)), actor=actor)
    if password is not None:
        from qazyna.shell.accounts import set_password

        set_password(books.url, name, password)
    return {"user": name, "roles": list(roles), **done.as_json()}


def users(connection: Connection) -> list[dict[str, Any]]:
    """Everybody who was ever appointed, with the roles they hold now."""
    rows = connection.execute(
        "SELECT substr(name, 8), state FROM books.stream WHERE name LIKE 'office/%' ORDER BY name"
    ).fetchall()
    return [{"user": name, "roles": state.get("roles", [])} for name, state in rows]


def adopt(connection: Connection, file: Path, *, actor: str, key: str | None = None) -> Done:
    """Put the first blueprint of an installation in force."""
    from qazyna.blueprint import parse
    from qazyna.shell.law_files import blueprint_text

    text = blueprint_text(file)
    blueprint = parse(text, file.stem)
    content = text.encode()
    command = AdoptBlueprint(name=blueprint.name, sha256=hashlib.sha256(content).hexdigest())
    return execute(connection, command, actor=actor, key=key, documents=[(blueprint.name, content)])


__all__ = ["act", "adopt", "appoint", "approve", "propose", "reject", "run", "users"]
