"""Exhibits: what was filed in a case, by the SHA-256 of what was filed."""

from typing import Annotated, ClassVar

from pydantic import Field

from qazyna.errors import Refused
from qazyna.plan import Day, Event, Name, World, command, event
from qazyna.seizure.case import Case, CaseEvent, Exhibit, OfACase, the_case

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of a file's bytes: of a bundle's manifest, which has those of the other files."""


class AddExhibit(OfACase):
    """Record that an exhibit was filed in a case."""

    kind: ClassVar[str] = "add_exhibit"

    exhibit: Name
    """How the case calls it: E-1."""
    title: Name
    sha256: Digest
    added_on: Day


@event
class ExhibitAdded(CaseEvent):
    """The case has an exhibit; whoever holds the file can show that it is the one."""

    kind: ClassVar[str] = "exhibit_added"
    private: ClassVar[frozenset[str]] = frozenset({"title"})

    exhibit: str
    title: str
    sha256: str

    def evolve(self, state: Case, version: int) -> None:
        state.exhibits[self.exhibit] = Exhibit(
            version=version, added_on=self.on, title=self.title, sha256=self.sha256
        )


@command(AddExhibit)
def add_exhibit(world: World, asked: AddExhibit) -> list[Event]:
    """Each name, and each file, once in a case."""
    case = the_case(world, asked.case)
    world.not_future(asked.added_on, "The filing")
    if asked.exhibit in case.exhibits:
        raise Refused(
            "duplicate_exhibit",
            f"Case {asked.case} already has an exhibit {asked.exhibit}; choose another name.",
            {"case": asked.case, "exhibit": asked.exhibit},
        )
    same = [name for name, each in case.exhibits.items() if each.sha256 == asked.sha256]
    if same:
        raise Refused(
            "known_exhibit",
            f"Exhibit {same[0]} of case {asked.case} is this very file: SHA-256 {asked.sha256}.",
            {"case": asked.case, "exhibit": same[0], "sha256": asked.sha256},
        )
    return [
        ExhibitAdded(
            on=asked.added_on,
            case=asked.case,
            exhibit=asked.exhibit,
            title=asked.title,
            sha256=asked.sha256,
        )
    ]
