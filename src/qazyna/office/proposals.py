"""Four eyes: what the blueprint wants approved is proposed, approved by others, then executed.

A proposal is decided when it is made, so that nobody approves what cannot be done, and decided
again when the last approval arrives, on the books as they are then.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from qazyna.blueprint import Approvals
from qazyna.errors import Refused
from qazyna.office.appointment import OWNER, Office
from qazyna.plan import Command, Event, Name, State, World, command, event, state

ProposalId = Annotated[str, Field(min_length=4, max_length=40, pattern=r"^[A-Za-z0-9-]+$")]


@state
class Proposal(State):
    """Where a proposal has got to."""

    prefix: ClassVar[str] = "proposal"

    command_kind: str = ""
    body: str = ""
    proposed_by: str = ""
    approved_by: tuple[str, ...] = ()
    in_roles: tuple[str, ...] = ()
    status: Literal["open", "executed", "rejected"] = "open"
    reason: str = ""


class Propose(Command):
    """Ask others to approve a command, given as its canonical JSON."""

    kind: ClassVar[str] = "propose"

    proposal: ProposalId
    command_kind: Name
    body: str

    def streams(self) -> tuple[str, ...]:
        return (f"proposal/{self.proposal}",)


class Approve(Command):
    """Say yes to a proposal of somebody else's."""

    kind: ClassVar[str] = "approve"

    proposal: ProposalId
    approver: str

    def streams(self) -> tuple[str, ...]:
        return (f"proposal/{self.proposal}", f"office/{self.approver}")


class Reject(Command):
    """Say no to a proposal, and why. Whoever made it may take it back this way too."""

    kind: ClassVar[str] = "reject"

    proposal: ProposalId
    reason: Name
    approver: str

    def streams(self) -> tuple[str, ...]:
        return (f"proposal/{self.proposal}", f"office/{self.approver}")


class Execute(Command):
    """Close a proposal whose command was carried out. Only the commit itself gives this command."""

    kind: ClassVar[str] = "execute"

    proposal: ProposalId

    def streams(self) -> tuple[str, ...]:
        return (f"proposal/{self.proposal}",)


class _OfProposal(Event):
    proposal: str

    @property
    def stream(self) -> str:
        return f"proposal/{self.proposal}"


@event
class Proposed(_OfProposal):
    """Somebody wants this done."""

    kind: ClassVar[str] = "proposed"
    private: ClassVar[frozenset[str]] = frozenset({"body"})

    command_kind: str
    body: str
    by: str

    def evolve(self, state: Proposal, version: int) -> None:
        state.command_kind, state.body, state.proposed_by = self.command_kind, self.body, self.by


@event
class Approved(_OfProposal):
    """Somebody else agrees."""

    kind: ClassVar[str] = "approved"

    by: str
    in_role: str

    def evolve(self, state: Proposal, version: int) -> None:
        state.approved_by = (*state.approved_by, self.by)
        state.in_roles = (*state.in_roles, self.in_role)


@event
class Rejected(_OfProposal):
    """It will not be done."""

    kind: ClassVar[str] = "rejected"

    by: str
    reason: str

    def evolve(self, state: Proposal, version: int) -> None:
        state.status, state.reason = "rejected", self.reason


@event
class Executed(_OfProposal):
    """It was done, under the command key that the proposal names."""

    kind: ClassVar[str] = "executed"

    def evolve(self, state: Proposal, version: int) -> None:
        state.status = "executed"


def needed(world: World, command_kind: str) -> Approvals | None:
    """The approvals that the law of today wants for a kind of command; None where it wants none."""
    wanted = world.law(world.today).approvals(command_kind)
    return wanted if wanted.count else None


def permit(world: World, command_kind: str) -> None:
    """Refuse an actor who may not do this alone: without a role, or where others must approve.

    Only an owner appoints: whoever else could, could approve in any role.
    """
    held = roles_of(world)
    if command_kind == "appoint" and OWNER not in held:
        raise Refused(
            "not_the_owner",
            f"Roles are given by the {OWNER}; {world.actor} is {', '.join(held)}.",
            {"user": world.actor},
            "role",
        )
    wanted = needed(world, command_kind)
    if wanted is not None:
        raise Refused(
            "needs_approval",
            f"{command_kind} needs {wanted.count} approval(s) of {' or '.join(wanted.roles)}: "
            "propose it.",
            {"needed": wanted.count, "roles": ", ".join(wanted.roles)},
            f"approvals.{command_kind}",
        )


def roles_of(world: World) -> tuple[str, ...]:
    """The actor's roles; refuses an actor who holds none."""
    office = world.find(Office, world.actor)
    if office is None or not office.roles:
        raise Refused(
            "not_appointed",
            f"{world.actor} holds no role here: appoint with `qazyna user add`.",
            {"user": world.actor},
            "role",
        )
    return office.roles


@command(Propose)
def propose(world: World, asked: Propose) -> list[Event]:
    """A proposal has a name of its own, once."""
    if world.find(Proposal, asked.proposal) is not None:
        raise Refused("known_proposal", f"There is a proposal {asked.proposal} already.")
    return [
        Proposed(
            on=world.today,
            proposal=asked.proposal,
            command_kind=asked.command_kind,
            body=asked.body,
            by=world.actor,
        )
    ]


def open_proposal(world: World, name: str) -> Proposal:
    """The proposal, if it still waits."""
    found = world.find(Proposal, name)
    if found is None:
        raise Refused("no_proposal", f"There is no proposal {name}.", {"proposal": name})
    if found.status != "open":
        raise Refused(
            "proposal_closed", f"Proposal {name} is {found.status}.", {"status": found.status}
        )
    return found


def _roles(world: World, found: Proposal) -> tuple[str, ...]:
    """The roles in which the actor may speak on this proposal."""
    wanted = world.law(world.today).approvals(found.command_kind)
    office = world.find(Office, world.actor)
    held = office.roles if office else ()
    roles = tuple(role for role in wanted.roles if role in held)
    if not roles:
        raise Refused(
            "not_your_role",
            f"{found.command_kind} is approved by {' or '.join(wanted.roles)}; "
            f"{world.actor} is {', '.join(held) or 'none of the roles'}.",
            {"user": world.actor, "roles": ", ".join(wanted.roles)},
            f"approvals.{found.command_kind}",
        )
    return roles


@command(Approve)
def approve(world: World, asked: Approve) -> list[Event]:
    """Not one's own, not twice, only in a role that the law asks for, and each role once."""
    found = open_proposal(world, asked.proposal)
    law = f"approvals.{found.command_kind}"
    if found.proposed_by == world.actor:
        raise Refused(
            "own_proposal",
            f"{world.actor} proposed this; somebody else must approve it.",
            {"user": world.actor},
            law,
        )
    if world.actor in found.approved_by:
        raise Refused(
            "approved_already", f"{world.actor} has approved this.", {"user": world.actor}, law
        )
    roles = _roles(world, found)
    free = [role for role in roles if role not in found.in_roles]
    if not free:
        raise Refused(
            "role_has_spoken",
            f"{' and '.join(roles)} has approved this; another role must.",
            {"user": world.actor, "roles": ", ".join(roles)},
            law,
        )
    return [Approved(on=world.today, proposal=asked.proposal, by=world.actor, in_role=free[0])]


@command(Reject)
def reject(world: World, asked: Reject) -> list[Event]:
    """By whoever might have approved it, or by who made it."""
    found = open_proposal(world, asked.proposal)
    if found.proposed_by != world.actor:
        _roles(world, found)
    return [Rejected(on=world.today, proposal=asked.proposal, by=world.actor, reason=asked.reason)]


@command(Execute)
def execute(world: World, asked: Execute) -> list[Event]:
    """Once, and only with every approval that the law of today wants."""
    found = open_proposal(world, asked.proposal)
    wanted = needed(world, found.command_kind)
    if wanted and len(found.approved_by) < wanted.count:
        raise Refused(
            "needs_approval",
            f"{len(found.approved_by)} of {wanted.count} approvals are given.",
            {"given": len(found.approved_by), "needed": wanted.count},
            f"approvals.{found.command_kind}",
        )
    return [Executed(on=world.today, proposal=asked.proposal)]
