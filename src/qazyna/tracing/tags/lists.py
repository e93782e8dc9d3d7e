"""Reads lists that are no packs: sanctioned addresses, one a line, and a register of venues as CSV.

A list of sanctioned addresses is named `sanctioned_addresses_XBT.txt`, after its currency. A
register of venues has the columns `venue_id, name, status, address`, and may have `currency` and
`source`; one row an address. Its status is told as it is written: `licensed`, `shut`, …
"""

import csv
import re
from pathlib import Path

from qazyna.tracing.tags.packs import Read, tell
from qazyna.tracing.tags.tag import CONFIDENCE, misspelt, tag

SANCTIONED = re.compile(r"sanctioned_addresses_([A-Z0-9]+)\.txt")
CODES = {"XBT": "BTC"}
"""Where a list's code for a currency is not everybody's."""
REGISTER = ("venue_id", "name", "status", "address")


def sanctioned(path: Path, name: str) -> Read:
    """The tags of a list of sanctioned addresses."""
    found = Read()
    matched = SANCTIONED.fullmatch(path.name)
    code = matched.group(1) if matched else ""
    currency = CODES.get(code, code)
    for line, text in enumerate(_text(path, name, found).splitlines(), 1):
        address = text.strip()
        if not address:
            continue
        found.rows += 1
        if odd := misspelt(address, currency):
            tell(found, name, line, "address", "bad_address", odd)
        found.tags.append(
            tag(
                address=address,
                label="OFAC sanctioned address",
                currency=currency,
                categories=["sanction"],
                abuse="sanction",
                confidence=CONFIDENCE["authority_data"],
                confidence_name="authority_data",
                definer=True,
                source=f"OFAC, {path.name}",
                origin="sanctions",
                file=name,
            )
        )
    return found


def register(path: Path, name: str) -> Read | None:
    """The tags of a register of venues; None if the file is another kind of CSV."""
    found = Read()
    rows = csv.DictReader(_text(path, name, found).splitlines())
    columns = rows.fieldnames or ()
    if not set(REGISTER) <= set(columns):
        return found if found.findings else None
    for row in rows:
        found.rows += 1
        cells = {column: (row.get(column) or "").strip() for column in columns if column}
        currency = cells.get("currency") or "BTC"
        empty = next((column for column in REGISTER if not cells[column]), None)
        if empty:
            message = f"A row of a register has a {empty}."
            tell(found, name, rows.line_num, empty, "empty", message)
            continue
        if odd := misspelt(cells["address"], currency):
            tell(found, name, rows.line_num, "address", "bad_address", odd)
        found.tags.append(
            tag(
                address=cells["address"],
                label=cells["name"],
                currency=currency,
                actor=cells["venue_id"],
                categories=["exchange"],
                confidence=CONFIDENCE["authority_data"],
                confidence_name="authority_data",
                definer=True,
                source=cells.get("source") or f"register, {path.name}",
                origin="register",
                status=cells["status"].lower(),
                file=name,
            )
        )
    return found


def _text(path: Path, name: str, found: Read) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        tell(found, name, 1, "", "not_utf8", f"This is not UTF-8: {error.reason}.")
        return ""
