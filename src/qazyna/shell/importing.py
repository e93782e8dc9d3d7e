"""Files come in: read here, judged in their rooms, committed in one transaction."""

import gc
import hashlib
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from qazyna.enforcement.venues import ImportVenues
from qazyna.plan import Event, World
from qazyna.reserve import price_files
from qazyna.reserve.price_import import ImportPrices
from qazyna.shell.acting import act
from qazyna.shell.adapters.tables import content_of, read_table, text_of
from qazyna.shell.store.commit import Connection
from qazyna.shell.store.inserting import insert_rows
from qazyna.shell.store.reading import known_assets

Report = Callable[[int], None]
Answer = dict[str, Any]

MANY = 1000
"""After more rows than this the tables' statistics no longer describe them."""


def import_price_file(
    connection: Connection,
    path: Path,
    *,
    actor: str,
    asset: str | None = None,
    currency: str = "USD",
    key: str | None = None,
    report: Report = lambda _: None,
) -> Answer:
    """Prices and rates. `asset` says what a file prices that does not say so itself."""
    content = content_of(path)
    lines = io.StringIO(text_of(path.name, content), newline="")
    pair = (asset, currency) if asset else None
    assets, today = known_assets(connection), _today(connection)
    file = price_files.read(path.name, lines, assets, pair, today).sound()
    rows = file.rows

    def keep(connection: Connection, world: World, follows: list[Event], seq: int) -> None:
        if follows:
            insert_rows(
                connection,
                "price",
                ("asset", "currency", "on_date", "price", "source", "estimated", "event"),
                [(*row, seq) for row in rows],
            )

    command = ImportPrices.of(file, hashlib.sha256(content).hexdigest())
    done = act(
        connection, command, actor=actor, key=key, documents=[(path.name, content)], also=keep
    )
    report(len(rows))
    new = bool(done.events) and not done.repeated
    return _answer(path, len(rows), len(rows) if new else 0)


def import_venue_file(
    connection: Connection,
    path: Path,
    *,
    actor: str,
    key: str | None = None,
    report: Report = lambda _: None,
) -> Answer:
    """Venues that were shut."""
    return _import_rows(connection, path, ImportVenues, actor, key)


def import_register_file(
    connection: Connection,
    path: Path,
    *,
    actor: str,
    key: str | None = None,
    report: Report = lambda _: None,
) -> Answer:
    """A register of seized holdings, as history. Afterwards the tables are analysed: single
    commands planned by the statistics of an empty table would be slow for hours."""
    from qazyna.history.register import ImportHistory

    answer = _import_rows(connection, path, ImportHistory, actor, key)
    if answer["accepted"] > MANY:
        connection.execute("SELECT books.refresh_statistics()")
    return answer


def _import_rows(
    connection: Connection,
    path: Path,
    command: Any,
    actor: str,
    key: str | None,
) -> Answer:
    # Millions of objects live until the commit, and none in a cycle: looking for cycles among them
    # again and again would take as long as the work itself.
    gc.disable()
    try:
        columns, rows, content = read_table(path)
        asked = command.model_construct(file=path.name, columns=columns, rows=tuple(rows))
        done = act(connection, asked, actor=actor, key=key, documents=[(path.name, content)])
    finally:
        gc.enable()
    return dict(done.detail)


def _answer(path: Path, rows: int, accepted: int) -> Answer:
    return {
        "file": path.name,
        "rows": rows,
        "accepted": accepted,
        "already_known": rows - accepted,
        "findings": [],
    }


def _today(connection: Connection) -> date:
    """The day by the clock that also dates what is recorded."""
    row = connection.execute("SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date").fetchone()
    return row[0] if row else date.max
