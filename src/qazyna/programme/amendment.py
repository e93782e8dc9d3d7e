"""Changed terms: a fund's documents are amended in mid-life, from a day on."""

from datetime import date
from typing import ClassVar

from qazyna.errors import Refused
from qazyna.plan import Day, Event, Name, World, command, event
from qazyna.programme.manager import ByAManager, Manager, OfAManager, the_manager
from qazyna.programme.terms import Terms, TermsFrom
from qazyna.seizure.case import in_order


class ChangeTerms(OfAManager):
    """Record amended terms of a fund, whole, and the day from which they apply."""

    kind: ClassVar[str] = "change_terms"

    documented_on: Day
    """The day of the document that says so."""
    since: Day
    """The first day they apply to; it may lie ahead."""
    terms: Terms
    document_ref: Name


@event
class TermsChanged(ByAManager):
    """From that day on the fund deals on other terms. Dated on its document."""

    kind: ClassVar[str] = "terms_changed"

    since: date
    terms: Terms
    document_ref: str

    def evolve(self, state: Manager, version: int) -> None:
        state.terms = self.terms
        state.terms_since.append(
            TermsFrom(since=self.since, terms=self.terms, document_ref=self.document_ref)
        )


@command(ChangeTerms)
def change_terms(world: World, asked: ChangeTerms) -> list[Event]:
    """Not before their document, nor before the terms they follow, nor before what was dealt."""
    manager = the_manager(world, asked, "", asked.documented_on, "The document")
    in_order(asked.documented_on, asked.since, "The change of terms", "its document")
    last = manager.terms_since[-1]
    if asked.since <= last.since:
        raise Refused(
            "terms_before_last",
            f"{asked.manager} has terms from {last.since}; others can only follow them.",
            {"manager": asked.manager, "last": last.since},
        )
    dealt = manager.last_dealt
    if dealt and asked.since <= dealt:
        raise Refused(
            "dealt_already",
            f"{asked.manager} dealt on {dealt} on the terms of that day: others can apply from "
            "the day after at the earliest.",
            {"manager": asked.manager, "dealt_on": dealt},
        )
    if asked.terms == last.terms:
        raise Refused(
            "no_difference", f"{asked.manager} has these terms already.", {"since": last.since}
        )
    return [
        TermsChanged(
            on=asked.documented_on,
            manager=asked.manager,
            since=asked.since,
            terms=asked.terms,
            document_ref=asked.document_ref,
        )
    ]
