"""A simulated journal as rows: what every figure of a comparison opens to."""

from collections.abc import Iterator
from typing import Final

from qazyna.lab.outcome import Outcome
from qazyna.lab.play import Played

COLUMNS: Final = (
    *("entry", "event", "value_date", "kind", "flow", "asset", "quantity", "debit", "credit"),
    *("authority", "value", "currency", "price_source"),
)
FIGURES: Final = ("figure", "entry")


def rows(played: Played, case: str = "") -> Iterator[tuple[str, ...]]:
    """Every posting in the order booked, or those of one case; the names are the document's."""
    world = played.office.world
    for name, happened, entries in played.office.journal():
        if case and name.partition("@")[0] != f"case/{case}":
            continue
        for number, entry in enumerate(entries, 1):
            for posting in entry.postings:
                value = entry.value
                yield (
                    f"{name}#{number}",
                    happened.kind,
                    entry.value_date.isoformat(),
                    entry.kind,
                    entry.flow,
                    posting.asset,
                    world.asset(posting.asset).text(posting.amount),
                    posting.debit.path,
                    posting.credit.path,
                    posting.authority.kind if posting.authority else "",
                    format(value.amount, "f") if value else "",
                    value.currency if value else "",
                    value.source if value else "",
                )


def figures(found: Outcome) -> Iterator[tuple[str, str]]:
    """Which entries stand behind each figure."""
    for figure, entries in found.sources.items():
        for entry in entries:
            yield figure, entry
