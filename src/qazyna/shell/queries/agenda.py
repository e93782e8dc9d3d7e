"""The programme's calendar, read from the books as of a day."""

from datetime import date
from typing import Any, TypeVar

from qazyna.plan import State
from qazyna.programme.agenda import REPORT, agenda
from qazyna.programme.manager import Manager
from qazyna.programme.mandates.mandate import Mandates
from qazyna.shell.queries.watching import queries
from qazyna.shell.store.codec import read_event
from qazyna.shell.store.commit import Connection
from qazyna.shell.store.reading import current_blueprint, known_assets

Plain = dict[str, Any]
S = TypeVar("S", bound=State)

_EVENTS = """
    SELECT stream, version, leaf, private FROM books.event
    WHERE stream LIKE %s AND value_date <= %s ORDER BY stream, version
"""


def calendar(connection: Connection, as_of: date, months: int = 24) -> list[Plain]:
    """Every date on which something must be decided, noticed, paid or received, as plain values.

    In the order of the last safe day to act. What is asked of managers is there with its deadline.
    """
    managers = managers_as_of(connection, as_of)
    law = current_blueprint(connection).on(as_of)
    found = [
        entry.as_json()
        for entry in agenda(
            managers.values(),
            known_assets(connection),
            law,
            as_of,
            months,
            _folded(connection, "mandate", Mandates, as_of),
        )
    ]
    found += [
        {
            "on": query["answer_by"],
            "act_by": query["answer_by"],
            "manager": query["manager"],
            "action": REPORT,
            "what": "answer_due",
            "about": f"Query {query['query']}: {query['message']}",
            "quantity": None,
            "unit": None,
            "overdue_days": max((as_of - date.fromisoformat(query["answer_by"])).days, 0),
            "assumed": False,
        }
        for query in queries(connection, closed=False, on=as_of)
        if query["asked_on"] <= as_of.isoformat()
    ]
    return sorted(found, key=lambda e: (e["act_by"], e["on"], e["manager"], e["what"]))


def managers_as_of(connection: Connection, as_of: date) -> dict[str, Manager]:
    """Every manager admitted by that day, with what had happened with it by then."""
    return _folded(connection, "manager", Manager, as_of)


def _folded(connection: Connection, prefix: str, model: type[S], as_of: date) -> dict[str, S]:
    """The states of such streams, folded from the events that count by that day."""
    found: dict[str, S] = {}
    for stream, version, leaf, private in connection.execute(_EVENTS, [f"{prefix}/%", as_of]):
        code = stream.partition("/")[2]
        read_event(bytes(leaf), private)[0].evolve(found.setdefault(code, model()), version)
    return found
