"""Adoption: from here on the installation lives by this blueprint."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from qazyna.plan import Command, Day, Event, Name, State, World, command, event, state


@state
class LawInForce(State):
    """The blueprint in force: its name, and the digest its text is kept under."""

    prefix: ClassVar[str] = "law"

    name: str = ""
    sha256: str = ""
    adopted_on: date | None = None


class AdoptBlueprint(Command):
    """Put a blueprint in force. Its text comes with the command, as a document."""

    kind: ClassVar[str] = "adopt_blueprint"

    name: Name
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    adopted_on: Day | None = None

    def streams(self) -> tuple[str, ...]:
        return ("law",)


@event
class BlueprintAdopted(Event):
    """What each kind of book may hold, from here on, is what this blueprint says."""

    kind: ClassVar[str] = "blueprint_adopted"

    name: str
    sha256: str
    jurisdiction: str
    permitted: tuple[tuple[str, str], ...]
    """(kind of book, class of asset)"""

    @property
    def stream(self) -> str:
        return "law"

    def permits(self) -> tuple[tuple[str, str], ...]:
        return self.permitted

    def evolve(self, state: LawInForce, version: int) -> None:
        state.name, state.sha256, state.adopted_on = self.name, self.sha256, self.on


@command(AdoptBlueprint)
def adopt_blueprint(world: World, asked: AdoptBlueprint) -> list[Event]:
    """The same text again changes nothing. What may be held is all that it permits on any day."""
    known = world.find(LawInForce)
    if known is not None and known.sha256 == asked.sha256:
        return []
    blueprint = world.incoming or world.blueprint
    permitted = {
        (book, klass)
        for day in blueprint.change_dates
        for book, classes in blueprint.on(day).eligible.items()
        for klass in classes
    }
    # The memorandum of what is promised stands wherever interests in venture funds may.
    permitted |= {(book, "undrawn") for book, klass in permitted if klass == "venture_fund"}
    return [
        BlueprintAdopted(
            on=asked.adopted_on or world.today,
            name=asked.name,
            sha256=asked.sha256,
            jurisdiction=blueprint.jurisdiction.code,
            permitted=tuple(sorted(permitted)),
        )
    ]
