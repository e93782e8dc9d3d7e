"""How often the heuristics err, as their measurement wrote it down: nothing is typed here."""

import json
from decimal import Decimal
from typing import Any

from qazyna.shell.installation import DATA

FILE = DATA / "tracing" / "error_rates.json"


def measured() -> list[dict[str, Any]]:
    """Rows of heuristic, measure, on, errors, of, rate; none where nothing was measured."""
    if not FILE.exists():
        return []
    document = json.loads(FILE.read_text(encoding="utf-8"))
    told = [
        {key: str(each[key]) for key in ("heuristic", "measure", "on", "errors", "of")}
        for each in document["rates"]
    ]
    for each in told:
        share = 100 * Decimal(each["errors"]) / Decimal(each["of"])
        each["rate"] = f"{share:.2f} %"
    return told
