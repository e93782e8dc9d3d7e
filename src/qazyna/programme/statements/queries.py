"""Queries: what a manager is asked, by when it is to answer, and what became of it."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, ClassVar

from pydantic import Field

from qazyna.errors import InvariantBroken, Refused
from qazyna.plan import Command, Day, Event, Name, World, command, event
from qazyna.programme.manager import Code, OfAManager, the_manager
from qazyna.programme.statements.state import OfStatements, Query, Statements
from qazyna.seizure.case import in_order

Text = Annotated[str, Field(min_length=1, max_length=4000)]


@event
class QueryRaised(OfStatements):
    """The manager is asked, and has until a day to answer."""

    kind: ClassVar[str] = "query_raised"

    number: int
    statement: int | None = None
    code: str
    message: str
    said: str = ""
    expected: str = ""
    answer_by: date

    def evolve(self, state: Statements, version: int) -> None:
        state.queries.append(
            Query(
                number=self.number,
                statement=self.statement,
                code=self.code,
                message=self.message,
                said=self.said,
                expected=self.expected,
                asked_on=self.on,
                answer_by=self.answer_by,
            )
        )


@event
class QueryAnswered(OfStatements):
    """The manager answered. Whether that settles it is another question."""

    kind: ClassVar[str] = "query_answered"
    private: ClassVar[frozenset[str]] = frozenset({"answer"})

    number: int
    answer: str
    document_ref: str | None = None

    def evolve(self, state: Statements, version: int) -> None:
        query = state.queries[self.number - 1]
        query.answered_on, query.answer = self.on, self.answer
        query.status = "answered"


@event
class QueryEscalated(OfStatements):
    """It was taken further: to the manager's board, the administrator, the supervisor."""

    kind: ClassVar[str] = "query_escalated"

    number: int
    to: str

    def evolve(self, state: Statements, version: int) -> None:
        query = state.queries[self.number - 1]
        query.escalated_on, query.reason = self.on, self.to
        query.status = "escalated"


@event
class QueryClosed(OfStatements):
    """Nothing is left to ask."""

    kind: ClassVar[str] = "query_closed"

    number: int
    reason: str

    def evolve(self, state: Statements, version: int) -> None:
        query = state.queries[self.number - 1]
        query.closed_on, query.reason = self.on, self.reason
        query.status = "closed"


def answer_by(world: World, asked_on: date) -> date:
    """By when a query of that day is to be answered."""
    given = world.law(asked_on).clause("programme.query_days").value
    if not isinstance(given, int):
        raise InvariantBroken("programme.query_days is no number of days")
    return asked_on + timedelta(days=given)


class RaiseQuery(OfAManager):
    """Ask a manager something that no check asks. It has as long to answer as the law gives."""

    kind: ClassVar[str] = "raise_query"

    statement: int | None = None
    """The number of the statement it is about, if it is about one."""
    asked_on: Day
    question: Name

    def streams(self) -> tuple[str, ...]:
        return (*super().streams(), f"statement/{self.manager}")


@command(RaiseQuery)
def raise_query(world: World, asked: RaiseQuery) -> list[Event]:
    """Of an admitted manager, about a statement that is there."""
    the_manager(world, asked, "", asked.asked_on, "The query")
    known = world.find(Statements, asked.manager) or Statements()
    if asked.statement is not None and known.numbered(asked.statement) is None:
        raise Refused(
            "no_statement",
            f"{asked.manager} has sent {len(known.received)} statements, no number "
            f"{asked.statement}.",
            {"manager": asked.manager, "statement": asked.statement},
        )
    return [
        QueryRaised(
            on=asked.asked_on,
            manager=asked.manager,
            number=len(known.queries) + 1,
            statement=asked.statement,
            code="asked",
            message=asked.question,
            answer_by=answer_by(world, asked.asked_on),
        )
    ]


class _OfAQuery(Command):
    manager: Code
    query: int

    def streams(self) -> Iterable[str]:
        return (f"statement/{self.manager}",)


def _the_query(world: World, asked: _OfAQuery, on: date, what: str) -> Query:
    known = world.find(Statements, asked.manager)
    found = (
        known.queries[asked.query - 1] if known and 0 < asked.query <= len(known.queries) else None
    )
    if found is None:
        raise Refused(
            "no_query",
            f"{asked.manager} was asked no query {asked.query}: see `qazyna programme queries`.",
            {"manager": asked.manager, "query": asked.query},
        )
    if found.closed:
        raise Refused(
            "query_closed",
            f"Query {asked.query} to {asked.manager} was closed on {found.closed_on}: raise a new "
            "one, if something is left to ask.",
            {"manager": asked.manager, "query": asked.query},
        )
    world.not_future(on, what)
    in_order(found.asked_on, on, what, "the query")
    return found


class AnswerQuery(_OfAQuery):
    """Record what a manager answered. The query stays until it is closed."""

    kind: ClassVar[str] = "answer_query"

    answered_on: Day
    answer: Text
    document_ref: Name | None = None


@command(AnswerQuery)
def answer_query(world: World, asked: AnswerQuery) -> list[Event]:
    """Any query that is not closed; a later answer stands beside the earlier one."""
    _the_query(world, asked, asked.answered_on, "The answer")
    return [
        QueryAnswered(
            on=asked.answered_on,
            manager=asked.manager,
            number=asked.query,
            answer=asked.answer,
            document_ref=asked.document_ref,
        )
    ]


class CloseQuery(_OfAQuery):
    """Close a query: the answer settles it, or it was asked by mistake; and why."""

    kind: ClassVar[str] = "close_query"

    closed_on: Day
    reason: Name


@command(CloseQuery)
def close_query(world: World, asked: CloseQuery) -> list[Event]:
    """Once, with a reason."""
    _the_query(world, asked, asked.closed_on, "The closing")
    return [
        QueryClosed(
            on=asked.closed_on, manager=asked.manager, number=asked.query, reason=asked.reason
        )
    ]


class EscalateQuery(_OfAQuery):
    """Take a query further, once its deadline has passed or its answer will not do."""

    kind: ClassVar[str] = "escalate_query"

    escalated_on: Day
    to: Name


@command(EscalateQuery)
def escalate_query(world: World, asked: EscalateQuery) -> list[Event]:
    """Not while the manager still has time to answer."""
    query = _the_query(world, asked, asked.escalated_on, "The escalation")
    if query.answered_on is None and asked.escalated_on <= query.answer_by:
        raise Refused(
            "time_to_answer",
            f"{asked.manager} has until {query.answer_by} to answer query {asked.query}.",
            {"manager": asked.manager, "answer_by": query.answer_by},
            "programme.query_days",
        )
    return [
        QueryEscalated(
            on=asked.escalated_on, manager=asked.manager, number=asked.query, to=asked.to
        )
    ]
