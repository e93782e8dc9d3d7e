"""The Kazakhstan demo: venues, a register, and a story of commands, given one after the other.

Nothing here writes what anybody else could not: files are imported, what the blueprint wants
approved is proposed by one and approved by others, the rest is run. Every step has an idempotency
key, so that a load that was interrupted goes on where it stopped, and a second one changes nothing.
"""

import json
import tomllib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any, Final

from qazyna.blueprint import Approvals
from qazyna.errors import Refused
from qazyna.office.appointment import Appoint
from qazyna.shell import acting, importing
from qazyna.shell.installation import DATA, OWNER, Books
from qazyna.shell.store.commit import Connection
from qazyna.shell.store.reading import current_blueprint

BLUEPRINT: Final = "kazakhstan"
FOLDER: Final = DATA / "demo" / "kazakhstan"

VISITOR: Final = "demo"
SECRET: Final = "demo-login"

HOLDERS: Final = {
    "registrar": ("registrar",),
    "prosecutor": ("prosecutor",),
    "court-clerk": ("court_clerk",),
    "treasurer": ("treasurer",),
    "investment-committee": ("investment_committee",),
    "investment-committee-2": ("investment_committee",),
    "risk-officer": ("risk_officer",),
    "auditor": ("auditor",),
}
"""Who acts in the story: each user is called after the role that it holds, a second one of the same
role by a number besides."""

VISITORS_ROLES: Final = ("prosecutor", "investment_committee", "risk_officer")
"""What lets a visitor approve whatever waits in the inbox."""

PREFIX: Final = "demo:"
LAST: Final = f"{PREFIX}visitor"
"""The visitor comes last: where this key was used, all else was done."""

Report = Callable[[int], None]
Step = dict[str, Any]


def load(books: Books, report: Report = lambda _: None) -> dict[str, str]:
    """Load the demo and return the visitor's login. A second load changes nothing."""
    known_here = (books.home.keys / SECRET).exists()
    login = {"user": VISITOR, "password": books.home.secret(SECRET)}
    if known_here and LAST in _used(books.connection):
        return login
    with books.home.lock("demo"):
        used = _used(books.connection)
        if LAST not in used:
            _may_be_loaded(books.connection, begun=bool(used))
            _tell(books.connection, used, report)
        _let_in(books, login["password"])
    return login


def story() -> tuple[list[Step], list[Step]]:
    """The steps of the story in order, and what waits for approval at its end."""
    told = tomllib.loads((FOLDER / "story.toml").read_text("utf-8"))
    return told["step"], told["waiting"]


def _used(connection: Connection) -> set[str]:
    """The keys of the demo's commands that were carried out."""
    rows = connection.execute(
        "SELECT key FROM books.command WHERE key >= %s AND key < %s", [PREFIX, f"{PREFIX}~"]
    )
    return {key for (key,) in rows}


def _may_be_loaded(connection: Connection, begun: bool) -> None:
    """Refuse a home of another country, and one that has a reserve or cases of its own."""
    law = current_blueprint(connection)
    if law.name != BLUEPRINT:
        raise Refused(
            "not_the_demos_blueprint",
            f"The demo is Kazakhstan's, and this home lives by the blueprint {law.name}. Load it "
            "into another home (QAZYNA_HOME), or serve this one without it: `qazyna up`.",
            {"in_force": law.name, "needed": BLUEPRINT},
        )
    row = connection.execute(
        """SELECT name FROM books.stream
           WHERE name IN ('reserve', 'programme') OR name LIKE 'case/%' ORDER BY name LIMIT 1"""
    ).fetchone()
    if row is not None and not begun:
        raise Refused(
            "home_in_use",
            f"This home has books of its own ({row[0]}), and what is written stays written: the "
            "demo's illustrative cases would stand among them for ever. Load it into another home "
            "(QAZYNA_HOME), or serve this one without it: `qazyna up`.",
            {"found": row[0]},
        )


def _tell(connection: Connection, used: set[str], report: Report) -> None:
    """Everything but the visitor, in order; what was done before is passed over."""
    for name, roles in HOLDERS.items():
        _appoint(connection, name, roles, f"{PREFIX}office:{name}", used)
    for what, file, take_in in (
        ("venues", "venues.csv", importing.import_venue_file),
        ("register", "register.csv", importing.import_register_file),
    ):
        if (key := f"{PREFIX}{what}") not in used:
            take_in(connection, FOLDER / file, actor="registrar", key=key)
    steps, waiting = story()
    law = current_blueprint(connection).on(datetime.now(UTC).date())
    for number, step in enumerate(steps, start=1):
        wanted = law.approvals(step["kind"])
        _take(connection, step, f"{PREFIX}{number:03d}", wanted, wanted.count, used)
        report(number)
    for number, step in enumerate(waiting, start=1):
        wanted = law.approvals(step["kind"])
        if wanted.count:
            _take(connection, step, f"{PREFIX}waiting:{number}", wanted, wanted.count - 1, used)


def _take(
    connection: Connection,
    step: Step,
    key: str,
    wanted: Approvals,
    approvals: int,
    used: set[str],
) -> None:
    """Run a step, or propose it and have it approved so many times, never by who proposed it."""
    by = step.get("by", "treasurer")
    body = json.dumps(step["fields"])
    if not wanted.count:
        if key not in used:
            acting.run(connection, step["kind"], body, actor=by, key=key)
        return
    approvers = _approvers(step, by, wanted.roles)[:approvals]
    keys = [f"{key}:{name}" for name in approvers]
    if used.issuperset((key, *keys)):
        return
    proposal = acting.propose(connection, step["kind"], body, actor=by, key=key)["proposal"]
    for name, approval in zip(approvers, keys, strict=True):
        acting.approve(connection, proposal, actor=name, key=approval)


def _approvers(step: Step, by: str, roles: Iterable[str]) -> list[str]:
    """Who may approve a step: holders of a role that the law asks for, but not who proposed it.

    One of each role first, so that no role decides alone what another can decide with it.
    """
    held_by = [[name for name, held in HOLDERS.items() if role in held] for role in roles]
    found = [name for turn in zip_longest(*held_by) for name in turn if name]
    return [name for name in found if name != by]


def _appoint(
    connection: Connection, name: str, roles: tuple[str, ...], key: str, used: set[str]
) -> None:
    if key not in used:
        acting.act(connection, Appoint(user=name, roles=roles), actor=OWNER, key=key)


def _let_in(books: Books, password: str) -> None:
    """The visitor's password first, the appointment last: nobody is let in halfway."""
    from qazyna.shell.accounts import set_password

    set_password(books.url, VISITOR, password)
    _appoint(books.connection, VISITOR, VISITORS_ROLES, LAST, set())
