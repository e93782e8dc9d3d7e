"""What has been received from a manager: a stream of its own, beside that of its flows."""

from datetime import date
from typing import ClassVar, Literal

from pydantic import BaseModel

from qazyna.plan import Event, State, state
from qazyna.programme.exposures import Exposures
from qazyna.programme.statements.figures import Account


class Received(BaseModel):
    """One statement as it came in."""

    number: int
    since: date
    """The first day of its period."""
    until: date
    """The last day of its period, on which its closing figures stand."""
    received_on: date
    currency: str
    final: bool = True
    restates: int | None = None
    """The number of the statement that it replaces."""
    replaced_by: int | None = None
    counts: bool = True
    """Whether the next one is to follow from it: not one that cannot be told apart from another."""
    account: Account | None = None
    exposures: Exposures | None = None
    statement_ref: str
    sha256: str = ""
    """Of the document."""

    @property
    def stands(self) -> bool:
        """Whether it counts, and none has replaced it."""
        return self.counts and self.replaced_by is None


class Query(BaseModel):
    """Something a manager was asked, and how far that has got."""

    number: int
    statement: int | None = None
    """The number of the statement it is about; None where somebody asked of their own accord."""
    code: str
    message: str
    said: str = ""
    expected: str = ""
    asked_on: date
    answer_by: date
    status: Literal["open", "answered", "escalated", "closed"] = "open"
    answered_on: date | None = None
    answer: str = ""
    escalated_on: date | None = None
    closed_on: date | None = None
    reason: str = ""
    """Why it was closed, or to whom it was taken further."""

    @property
    def closed(self) -> bool:
        return self.status == "closed"

    def overdue(self, today: date) -> bool:
        """Whether the manager should have answered by now."""
        return (
            self.status in ("open", "escalated")
            and not self.answered_on
            and (today > self.answer_by)
        )


@state
class Statements(State):
    """The fold of all that was received from one manager."""

    prefix: ClassVar[str] = "statement"

    received: list[Received] = []
    queries: list[Query] = []

    def numbered(self, number: int) -> Received | None:
        return self.received[number - 1] if 0 < number <= len(self.received) else None

    @property
    def accounts(self) -> list[Received]:
        """The statements of our account that stand, by period: what fees are checked against."""
        found = [each for each in self.received if each.stands and each.account is not None]
        return sorted(found, key=lambda each: each.until)

    def asked(self, number: int) -> Query | None:
        return self.queries[number - 1] if 0 < number <= len(self.queries) else None

    def restated(self, number: int) -> set[int]:
        """The statement of that number, and all that it replaces, one after another."""
        chain: set[int] = set()
        at: int | None = number
        while at is not None:
            chain.add(at)
            at = self.received[at - 1].restates
        return chain

    @property
    def open_queries(self) -> list[Query]:
        return [query for query in self.queries if not query.closed]

    @property
    def latest_exposures(self) -> Received | None:
        """The latest that says what the fund is exposed to."""
        found = [each for each in self.received if each.stands and each.exposures is not None]
        return max(found, key=lambda each: (each.until, each.number), default=None)


class OfStatements(Event):
    """What every event of a manager's statements shares."""

    manager: str

    @property
    def stream(self) -> str:
        return f"statement/{self.manager}"
