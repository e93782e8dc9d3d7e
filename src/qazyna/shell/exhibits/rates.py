"""How often the heuristics err, as their measurement wrote it down: nothing is typed here."""

import json
from decimal import Decimal
from typing import Any

from qazyna.shell.installation import DATA

FILE = DATA / "tracing" / "error_rates.json"


def measured() -> list[dict[str, Any]]:
    """Rows of heuristic, measure, on, errors, of, rate, at_most; none where nothing was measured.

    `at_most` is the upper end of the rate's 95 % interval: nought of many is not never.
    """
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
        each["at_most"] = f"{100 * upper(int(each['errors']), int(each['of'])):.2f} %"
    return told


def upper(count: int, of: int) -> float:
    """Wilson's upper bound of a share, two-sided 95 %."""
    z, share = 1.959964, count / of
    middle = share + z * z / (2 * of)
    wide = z * ((share * (1 - share) + z * z / (4 * of)) / of) ** 0.5
    return float((middle + wide) / (1 + z * z / of))
