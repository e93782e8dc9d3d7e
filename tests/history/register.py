"""Register files as a few lines of text: what is not said takes its usual value."""

import csv
import io
from typing import Any

import pytest

from qazyna.errors import FileRefused
from qazyna.history.register import ImportHistory
from qazyna.history.rows import COLUMNS, OPTIONAL
from qazyna.plan import World, decide
from tests.support import world

HEADER = (*COLUMNS, *OPTIONAL)

PENDING = {
    "case_id": "C-1",
    "asset": "BTC",
    "quantity": "10",
    "seized_on": "2025-03-03",
    "authority": "AFM",
    "custodian": "AFM",
    "order_ref": "S-1",
    "outcome": "pending",
}
DECIDED = {**PENDING, "final_on": "2025-07-07", "final_ref": "F-1"}
FORFEITED = {**DECIDED, "outcome": "forfeited"}
RETURNED = {**DECIDED, "outcome": "returned"}
RESTITUTED = {**DECIDED, "outcome": "restituted"}
SALE = {
    "disposed_on": "2025-09-01",
    "disposal": "auction",
    "proceeds": "500000.00",
    "proceeds_currency": "USD",
    "costs": "100.00",
}
SOLD = {**FORFEITED, **SALE}
EARLY = {**SALE, "disposed_on": "2025-04-02", "disposal": "interlocutory_sale"}


def text(*rows: dict[str, str], header: tuple[str, ...] = HEADER) -> str:
    """The file as somebody would write it."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, header, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def read(content: str, name: str = "register.csv") -> ImportHistory:
    """The command for a file; rows are numbered by the line they begin on."""
    reader = csv.reader(io.StringIO(content, newline=""))
    columns = tuple(next(reader))
    lines = []
    begins = reader.line_num + 1
    for cells in reader:
        lines.append((begins, dict(zip(columns, cells, strict=True))))
        begins = reader.line_num + 1
    return ImportHistory(file=name, columns=columns, rows=tuple(lines))


def register(*rows: dict[str, str], header: tuple[str, ...] = HEADER) -> ImportHistory:
    return read(text(*rows, header=header))


def findings(
    *rows: dict[str, str], there: World | None = None, header: tuple[str, ...] = HEADER
) -> list[tuple[int, str, str]]:
    """(line, column, code) of everything wrong with a file; nothing of it follows."""
    found = refusal(*rows, there=there, header=header)
    return [(each.line, each.column, each.code) for each in found.findings]


def refusal(
    *rows: dict[str, str], there: World | None = None, header: tuple[str, ...] = HEADER
) -> FileRefused:
    there = there or world()
    before: dict[str, Any] = dict(there.versions)
    with pytest.raises(FileRefused) as caught:
        decide(there, register(*rows, header=header))
    assert before == there.versions
    return caught.value
