"""Selection rounds: how far each has got, who stands, and the record of what was decided.

Scores are read from here only once the round has opened them.
"""

from typing import Any

from qazyna.errors import InvariantBroken, Refused
from qazyna.programme.selection.record import digest, record
from qazyna.programme.selection.scoring import means, points, total
from qazyna.programme.selection.search import Search
from qazyna.shell.store.commit import Connection

_ROUNDS = "SELECT state FROM books.stream WHERE name LIKE 'search/%' ORDER BY name"
_ROUND = "SELECT state FROM books.stream WHERE name = %s"


def search(connection: Connection, name: str) -> Search:
    """A round. Raises `Refused` where there is none."""
    row = connection.execute(_ROUND, [f"search/{name}"]).fetchone()
    if row is None:
        raise Refused("no_search", f"There is no selection round {name!r}.", {"search": name})
    return Search.model_validate(row[0])


def searches(connection: Connection) -> list[dict[str, Any]]:
    """Every round, in the order of its name."""
    found = [Search.model_validate(state) for (state,) in connection.execute(_ROUNDS)]
    return [
        {
            "search": each.name,
            "manager_kind": each.manager_kind,
            "opened_on": each.opened_on.isoformat(),
            "mandate": each.mandate,
            "status": status(each),
            "candidates": len(each.candidates),
            "standing": len(each.field),
            "chosen": list(each.decision.chosen.labels) if each.decision else [],
        }
        for each in found
    ]


def status(found: Search) -> str:
    """`entering`, `scoring`, `opened` or `decided`."""
    if found.decision:
        return "decided"
    return "opened" if found.opened else "scoring" if found.scoring else "entering"


def shown(found: Search) -> dict[str, Any]:
    """A round as plain data, names included; scores only once they are open."""
    return {
        "search": found.name,
        "manager_kind": found.manager_kind,
        "opened_on": found.opened_on.isoformat(),
        "mandate": found.mandate,
        "status": status(found),
        "scorers": [
            {
                "scorer": user,
                "declared": scorer.declared,
                "conflicts": list(scorer.conflicts),
                "scored": len(scorer.scores),
                "due": len(found.due(user)),
            }
            for user, scorer in sorted(found.scorers.items())
        ],
        "candidates": [_candidate(found, label) for label in found.labels],
        "chosen": list(found.decision.chosen.labels) if found.decision else [],
    }


def _candidate(found: Search, label: str) -> dict[str, Any]:
    each = found.candidates[label]
    read = found.opened and each.stands
    return {
        "candidate": label,
        "name": each.name,
        "entered_on": each.entered_on.isoformat(),
        **each.kinds.model_dump(),
        "assets": f"{each.standing.assets:f}",
        "months_of_returns": len(each.returns),
        "returns_sha256": each.returns_sha256,
        "eligible": not each.failed,
        "failed": [reason.model_dump() for reason in each.failed],
        "withdrawn": each.withdrawn or None,
        "answered": {section: list(counts) for section, counts in each.answered.items()},
        "documents": [document.model_dump() for document in each.documents],
        "references": each.references,
        "scored_by": len(found.scored_by(label)),
        "means": {name: points(round(mean * 10_000)) for name, mean in means(found, label).items()}
        if read
        else None,
        "total": points(total(found, label)) if read else None,
        "admitted_as": each.admitted_as or None,
    }


def decision(connection: Connection, name: str) -> dict[str, Any]:
    """The decision record, derived again; its digest must be the one that was decided on."""
    found = search(connection, name)
    if found.decision is None:
        raise Refused(
            "not_decided",
            f"The round {name} is not decided yet: it is {status(found)}.",
            {"search": name},
        )
    if digest(found, found.decision) != found.decision.record_sha256:
        raise InvariantBroken(f"the record of {name} is not the one that was decided on")
    return {**record(found, found.decision), "sha256": found.decision.record_sha256}
