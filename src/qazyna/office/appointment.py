"""Appointment: who may act in which roles. The roles are the blueprint's, the names our own."""

from typing import Annotated, ClassVar

from pydantic import Field

from qazyna.errors import Refused
from qazyna.plan import Command, Event, State, World, command, event, state

OWNER = "owner"
"""The role that gives roles."""

User = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9][a-z0-9._@-]*$")]
"""A name to log in with."""


@state
class Office(State):
    """The roles somebody holds now."""

    prefix: ClassVar[str] = "office"

    roles: tuple[str, ...] = ()


class Appoint(Command):
    """Give somebody these roles and no others; none ends the appointment."""

    kind: ClassVar[str] = "appoint"

    user: User
    roles: tuple[str, ...]

    def streams(self) -> tuple[str, ...]:
        return (f"office/{self.user}",)


@event
class Appointed(Event):
    """From here on these are the roles of this user."""

    kind: ClassVar[str] = "appointed"

    user: str
    roles: tuple[str, ...]

    @property
    def stream(self) -> str:
        return f"office/{self.user}"

    def evolve(self, state: Office, version: int) -> None:
        state.roles = self.roles


@command(Appoint)
def appoint(world: World, asked: Appoint) -> list[Event]:
    """Only roles that the blueprint knows; the same roles again change nothing."""
    known = world.law(world.today).roles
    unknown = [role for role in asked.roles if role not in known]
    if unknown:
        raise Refused(
            "unknown_role",
            f"{', '.join(unknown)}: no such role. The blueprint has {', '.join(known)}.",
            {"roles": ", ".join(unknown)},
            "role",
        )
    roles = tuple(dict.fromkeys(asked.roles))
    held = world.find(Office, asked.user)
    if held is not None and held.roles == roles:
        return []
    return [Appointed(on=world.today, user=asked.user, roles=roles)]
