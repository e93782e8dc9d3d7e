"""An office that does what the law wants two people for."""

import json

PEOPLE = {"chair": "investment_committee", "risk": "risk_officer"}


def appoint(line):
    for name, role in PEOPLE.items():
        line.json("user", "add", name, "--role", role)


def done(line, kind, **fields):
    """Record it, with as many approvals as the law asks for."""
    body = json.dumps(fields)
    answer = line("run", kind, "--json-file", "-", "--json", stdin=body)
    if answer.status == 0:
        return
    assert "needs_approval" == answer.refused["code"], answer
    proposal = line.json("propose", kind, "--json-file", "-", stdin=body)["proposal"]
    for name in PEOPLE:
        if line.json("approve", proposal, "--as", name)["status"] == "executed":
            return
    raise AssertionError(f"{kind} waits for more approvals")
