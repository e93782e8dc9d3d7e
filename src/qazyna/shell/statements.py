"""Managers' statements: read from files, received, and their form written for managers to fill."""

import csv
import hashlib
import io
from datetime import date
from pathlib import Path
from typing import Any

from qazyna.errors import Refused
from qazyna.programme.nav import StateNav
from qazyna.programme.statements.layouts import FORM
from qazyna.programme.statements.reading import layout_of, read
from qazyna.programme.statements.receiving import ReceiveStatement
from qazyna.shell.acting import act
from qazyna.shell.adapters.tables import read_table
from qazyna.shell.queries import watching
from qazyna.shell.store.commit import Connection
from qazyna.shell.store.reading import known_assets

Answer = dict[str, Any]

HEADING = ("item", "name", "value", "what to write")


def import_statement(
    connection: Connection,
    path: Path,
    *,
    manager: str,
    layout: str | None = None,
    received_on: date | None = None,
    state_nav: bool = False,
    actor: str,
    key: str | None = None,
) -> Answer:
    """Take in one statement. Asked to, state its NAV by the same path as anybody would."""
    columns, rows, content = read_table(path)
    asked = read(
        path.name,
        columns,
        rows,
        layout_of(path.name, columns, layout),
        known_assets(connection),
        manager=manager,
        received_on=received_on or watching.today(connection),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    done = act(connection, asked, actor=actor, key=key, documents=[(path.name, content)])
    new = any(each["kind"] == "statement_received" for each in done.events) and not done.repeated
    found = watching.received(connection, manager)
    statement = next(each for each in reversed(found) if each["sha256"] == asked.sha256)
    return {
        "file": path.name,
        "rows": len(rows),
        "accepted": len(rows) if new else 0,
        "already_known": 0 if new else len(rows),
        "findings": [],
        "statement": statement,
        "queries": [
            query
            for query in watching.queries(connection, manager)
            if query["statement"] == statement["number"]
        ],
        "breaches": [
            breach
            for breach in watching.breaches(connection, manager)
            if breach["statement"] == statement["number"]
        ],
        "nav": _stated(connection, asked, actor, key) if state_nav else None,
    }


def _stated(connection: Connection, asked: ReceiveStatement, actor: str, key: str | None) -> Answer:
    """The NAV of a statement, carried on; the statement was received even if its NAV is refused."""
    account = asked.account
    try:
        if account is None:
            raise Refused("no_account", "The statement tells nothing of our account: state no NAV.")
        units = account.nav_per_unit is not None
        command = StateNav(
            manager=asked.manager,
            valuation_on=asked.period_to,
            stated_on=asked.received_on,
            nav_per_unit=account.nav_per_unit,
            nav=None if units else account.closing_value,
            final=asked.final,
            statement_ref=asked.statement_ref,
        )
        again = None if key is None else f"{key}:nav"
        return act(connection, command, actor=actor, key=again).as_json()
    except Refused as no:
        return no.as_json()


def write_form(path: Path) -> None:
    """Our template, empty, as the suffix says: a workbook or a text file."""
    if path.exists():
        raise Refused("file_exists", f"{path} is there already: choose another name.")
    if path.suffix.lower() == ".xlsx":
        path.write_bytes(_workbook())
    elif path.suffix.lower() == ".csv":
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(_rows())
        path.write_text(text.getvalue(), "utf-8")
    else:
        raise Refused("unknown_suffix", f"{path.name}: write a .xlsx or a .csv file.")


def _rows() -> list[tuple[str, ...]]:
    return [HEADING, *((item, name, "", means) for item, name, means in FORM)]


def _workbook() -> bytes:
    import xlsxwriter

    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True}) as book:
        sheet = book.add_worksheet("statement")
        head = book.add_format({"bold": True, "bottom": 1})
        text = book.add_format({"num_format": "@"})
        grey = book.add_format({"font_color": "#666666"})
        for row, cells in enumerate(_rows()):
            for column, cell in enumerate(cells):
                look = head if row == 0 else grey if column == len(HEADING) - 1 else text
                sheet.write_string(row, column, cell, look)
        sheet.set_column(0, 0, 22)
        sheet.set_column(1, 2, 24, text)  # as text: a number would keep 15 digits
        sheet.set_column(3, 3, 64)
        sheet.freeze_panes(1, 0)
    return kept.getvalue()
