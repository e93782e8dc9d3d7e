"""What an event of a case says, in the assets' own units; and the same in a few words."""

from collections.abc import Mapping
from typing import Any, Final

from qazyna.money import Asset

PRIVATE: Final = "private"
"""What stands for a private value here: whoever may read it reads it on the case's page."""

_ROWS: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("forfeiture_ordered", "scope"): ("holding", "asset", "amount"),
    ("forfeiture_became_final", "items"): ("holding", "asset", "amount"),
    ("forfeiture_became_final", "replaced"): ("holding", "asset", "amount", "currency", "money"),
    ("judgment_annulled", "items"): ("holding", "asset", "amount"),
    ("judgment_annulled", "missing"): ("holding", "asset", "amount"),
    ("restitution_awarded", "shares"): ("holding", "asset", "was", "party", "amount"),
    ("fork_recognised", "parts"): ("whose", "party", "place", "with", "amount"),
    ("proceeds_allocated", "parts"): ("book", "amount", "place", "with"),
    ("entry_reversed", "postings"): ("asset", "amount", "debit", "credit"),
}
"""Fields that hold rows, and what stands in each column of them."""

_UNIT: Final = {
    "amount": ("new_asset", "asset", "currency"),
    "fee": ("asset",),
    "found": ("asset",),
    "for_victims": ("asset",),
    "proceeds": ("currency",),
    "costs": ("currency",),
    "money": ("currency",),
    "units": ("manager",),
}
"""Fields that hold base units, and the fields that may name the asset they are units of."""

_SILENT: Final = frozenset({"rows", "case", "values"})
_WORDS: Final = (
    *("mechanism", "control", "order_kind", "what", "party", "obligor", "custodian", "place"),
    *("order_ref", "award_ref", "sale_ref", "decision_ref", "annulment_ref", "incident_ref"),
    *("statement_ref", "reason", "exhibit"),
)


def in_own_units(kind: str, body: Mapping[str, Any], assets: Mapping[str, Asset]) -> dict[str, Any]:
    """The public body of an event: quantities as in a command, rows as objects."""
    return {
        field: _plain(kind, field, value, body, assets)
        for field, value in body.items()
        if field != "rows"
    }


def _plain(
    kind: str, field: str, value: Any, body: Mapping[str, Any], assets: Mapping[str, Asset]
) -> Any:
    if isinstance(value, dict) and set(value) == {"sha256"}:
        return PRIVATE
    columns = _ROWS.get((kind, field))
    if columns and isinstance(value, list):
        rows = [dict(zip(columns, row, strict=False)) for row in value]
        return [
            {name: _quantity(name, each, {**body, **row}, assets) for name, each in row.items()}
            for row in rows
        ]
    return _quantity(field, value, body, assets)


def _quantity(field: str, value: Any, said: Mapping[str, Any], assets: Mapping[str, Asset]) -> Any:
    if field not in _UNIT or not isinstance(value, int | str) or not str(value).isdecimal():
        return value
    unit = next((assets[said[by]] for by in _UNIT[field] if said.get(by) in assets), None)
    return str(value) if unit is None else unit.text(int(value))


def in_a_few_words(facts: Mapping[str, Any]) -> str:
    """The facts of an event on one line: how much of what, for what, where, by which paper."""
    said: list[str] = []
    if holding := facts.get("holding"):
        said.append(f"holding {holding}")
    if "amount" in facts:
        unit = facts.get("new_asset") or facts.get("asset") or facts.get("currency") or ""
        said.append(f"{facts['amount']} {unit}".strip())
    for field, rows in facts.items():
        if isinstance(rows, list) and rows and all(isinstance(row, dict) for row in rows):
            said += [_row(row, facts) for row in rows[:3] if field not in _SILENT]
            if len(rows) > 3:
                said.append(f"and {len(rows) - 3} more")
    if facts.get("proceeds"):
        said.append(f"for {facts['proceeds']} {facts.get('currency', '')}".strip())
    if facts.get("units"):
        said.append(f"against {facts['units']} {facts.get('manager', '')}".strip())
    for field in _WORDS:
        value = facts.get(field)
        if isinstance(value, list):
            value = " ".join(map(str, value)).strip()
        if value:
            said.append(str(value))
    if facts.get("assumed"):
        said.append("assumed: " + " ".join(facts["assumed"]))
    return ", ".join(said)


def _row(row: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    asset = row.get("asset") or facts.get("new_asset") or facts.get("asset") or ""
    whose = (
        row.get("party")
        or row.get("book")
        or (f"holding {row['holding']}" if row.get("holding") else "")
    )
    return f"{whose}: {row.get('amount', '')} {asset}".strip(": ")
