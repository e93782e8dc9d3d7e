"""Many statements, one round trip: sent together, answered together.

A command is a dozen small statements, and most of its time would go into saying each of them and
waiting. Here they are prepared once on a connection and then sent as one message; BEGIN travels
with the first batch and COMMIT with the last: libpq's pipeline mode, without a wait in between.

psycopg has a pipeline mode of its own, which would make most of this unneeded. It makes a cursor of
each statement, and commands then reached 0.68 of the rate when both were measured in turn
(`python -m bench single` prints it).
"""

import select
from collections.abc import Sequence
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary, proxy

import psycopg
from psycopg import abc, errors, pq
from psycopg.adapt import PyFormat, Transformer
from psycopg.types.json import set_json_dumps, set_json_loads
from pydantic_core import from_json, to_json

Connection = psycopg.Connection[Any]
Row = tuple[Any, ...]

set_json_loads(from_json)
set_json_dumps(to_json)

_BY_KEYS = "SET LOCAL enable_seqscan = off"
"""The server keeps the plans of statements and of its keys' look-ups, and one that it made while a
table was small would read all of that table long after. A command looks rows up by their keys."""

_numbers = count(1)

# As numbers, as libpq gives them: to look one up in its class takes longer than what is asked here.
_DONE, _ROWS, _ALL_DONE = map(
    int, (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK, pq.ExecStatus.PIPELINE_SYNC)
)
_IDLE, _LOST = int(pq.TransactionStatus.IDLE), int(pq.TransactionStatus.UNKNOWN)
_BAD = int(pq.ConnStatus.BAD)
_TEXT, _BINARY = PyFormat.TEXT, pq.Format.BINARY


class _Line:
    """What is kept of a connection as long as it lives, and does not keep it alive."""

    def __init__(self, connection: Connection) -> None:
        self.connection: Any = proxy(connection)
        self.adapters = connection.adapters
        self.known: dict[str, bytes] = {}
        """The statements it knows, and their names."""
        self.adapt = Transformer(self)
        """Writes and reads values, and remembers how each type is written and read."""
        self.poll = select.poll()
        self.poll.register(connection.pgconn.socket, select.POLLIN)


_lines: "WeakKeyDictionary[Connection, _Line]" = WeakKeyDictionary()


class Batch:
    """Statements that go together. Parameters are $1, $2, …"""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._statements: list[tuple[str, Sequence[Any]]] = []

    def add(self, query: str, values: Sequence[Any] = ()) -> None:
        self._statements.append((query, values))

    def first(self, *statements: str) -> None:
        """Say these before all else."""
        self._statements[:0] = [(statement, ()) for statement in statements]

    def send(self) -> list[list[Row]]:
        """Send all and wait for all: the rows that each answered, in order.

        Raises the first error as psycopg does; what stood after it was not done.
        """
        line = _lines.get(self._connection)
        if line is None:
            line = _lines[self._connection] = _Line(self._connection)
        known, adapt = line.known, line.adapt
        fresh: dict[str, bytes] = {}
        with self._connection.lock:
            pgconn = self._connection.pgconn
            messages = [
                (query, adapt.dump_sequence(values, [_TEXT] * len(values)) if values else None)
                for query, values in self._statements
            ]
            asked: list[str | None] = []
            pgconn.enter_pipeline_mode()
            try:
                for query, parameters in messages:
                    name = known.get(query) or fresh.get(query)
                    if name is None:
                        name = fresh[query] = b"qazyna_%d" % next(_numbers)
                        pgconn.send_prepare(name, query.encode())
                        asked.append(query)
                    pgconn.send_query_prepared(name, parameters, result_format=_BINARY)
                    asked.append(None)
                pgconn.pipeline_sync()
                results = _received(pgconn, line.poll)
                pgconn.exit_pipeline_mode()
            except BaseException:
                pgconn.finish()  # nobody knows what it would answer next
                raise
            return self._answers(known, fresh, asked, results, adapt)

    def _answers(
        self,
        known: dict[str, bytes],
        fresh: dict[str, bytes],
        asked: list[str | None],
        results: list[pq.abc.PGresult],
        adapt: abc.Transformer,
    ) -> list[list[Row]]:
        answers: list[list[Row]] = []
        for prepared, result in zip(asked, results, strict=False):
            status = result.status
            if status != _DONE and status != _ROWS:
                error = errors.error_from_result(result)
                if isinstance(error, errors.InvalidSqlStatementName):
                    known.clear()  # psycopg has deallocated all: they are prepared anew
                raise error
            if prepared is not None:
                known[prepared] = fresh[prepared]
            elif status == _DONE:
                answers.append([])
            else:
                adapt.set_pgresult(result)
                answers.append(adapt.load_rows(0, result.ntuples, tuple))
        if len(results) != len(asked):
            raise psycopg.OperationalError("the server went away in the middle of a batch")
        return answers


def _received(pgconn: pq.abc.PGconn, poll: select.poll) -> list[pq.abc.PGresult]:
    """Every result up to the end of the batch, whatever the sizes of question and answer."""
    sending = bool(pgconn.flush())
    if sending:
        poll.modify(pgconn.socket, select.POLLIN | select.POLLOUT)
    results: list[pq.abc.PGresult] = []
    while True:
        while sending or pgconn.is_busy():
            poll.poll()
            pgconn.consume_input()
            if sending and not pgconn.flush():
                sending = False
                poll.modify(pgconn.socket, select.POLLIN)
        while (result := pgconn.get_result()) is not None:  # None: all that one statement answers
            if result.status == _ALL_DONE:
                return results
            results.append(result)
        if pgconn.status == _BAD:
            return results


class Transaction:
    """One transaction, or one step of the transaction that is open already."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._within: Any = None
        self._begun = False

    def __enter__(self) -> "Transaction":
        if self.connection.pgconn.transaction_status != _IDLE:
            self._within = self.connection.transaction()
            self._within.__enter__()
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> Any:
        if self._within is not None:
            return self._within.__exit__(kind, error, trace)
        if self.connection.pgconn.transaction_status not in (_IDLE, _LOST):
            end = Batch(self.connection)
            end.add("COMMIT" if error is None else "ROLLBACK")
            end.send()
        return None

    def send(self, batch: Batch, *, last: bool = False) -> list[list[Row]]:
        """Send a batch of this transaction; with the last one, commit."""
        outermost = self._within is None
        before: tuple[str, ...] = ()
        if not self._begun:
            before = ("BEGIN", _BY_KEYS) if outermost else (_BY_KEYS,)
            batch.first(*before)
        if last and outermost:
            batch.add("COMMIT")
        self._begun = True
        return batch.send()[len(before) :]
