"""Events as a table of their postings: what a bookkeeper would write down."""

from collections.abc import Iterable

from qazyna.ledger.entry import Posting
from qazyna.plan import Event, World


def table(there: World, events: Iterable[Event]) -> str:
    """One line a posting, columns aligned; a blank line between entries that are one is not left.

    date, kind, amount and asset, debited account, credited account, and what it rests on.
    """
    rows = [
        (
            entry.value_date.isoformat() if leg == 0 else "",
            entry.kind if leg == 0 else "",
            there.asset(posting.asset).text(posting.amount),
            posting.asset,
            f"Dr {posting.debit.path}",
            f"Cr {posting.credit.path}",
            _by(posting),
        )
        for event in events
        for entry in event.entries()
        for leg, posting in enumerate(entry.postings)
    ]
    widths = [max(len(row[at]) for row in rows) for at in range(7)] if rows else []
    aligned = "<<><<<<"
    return "\n".join(
        "  ".join(
            f"{cell:{way}{width}}" for cell, way, width in zip(row, aligned, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def _by(posting: Posting) -> str:
    return f"by {posting.authority.kind}" if posting.authority else ""


def same(expected: str, there: World, events: Iterable[Event]) -> None:
    """Compare with a table as written in a test: indentation and blank lines do not count."""
    wanted = [" ".join(line.split()) for line in expected.splitlines() if line.strip()]
    found = table(there, events)
    got = [" ".join(line.split()) for line in found.splitlines()]
    assert wanted == got, f"\n{found}"
