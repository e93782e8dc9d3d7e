"""Options that many commands share, each said once."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from qazyna import clock
from qazyna.errors import Refused

T = TypeVar("T")

OWNER = "owner"


def _reads(reader: Callable[[str], T]) -> Callable[[str], T]:
    """A reader whose refusals are wrong usage: what stands on the command line is no data."""

    def read(text: str | T) -> T:
        if not isinstance(text, str):
            return text
        try:
            return reader(text)
        except Refused as no:
            raise typer.BadParameter(no.message) from None

    return read


_day, _instant = _reads(clock.day), _reads(clock.instant)
read_day = _day
"""A day of an option that only one command has."""

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
As = Annotated[str, typer.Option("--as", metavar="USER", help="Who acts; the owner by default.")]
Key = Annotated[
    str | None,
    typer.Option("--key", metavar="KEY", help="Idempotency key: the same key acts once."),
]
JsonFile = Annotated[
    Path,
    typer.Option(
        "--json-file", metavar="FILE", help="The command's fields as JSON; - reads standard input."
    ),
]
InFile = Annotated[Path, typer.Argument(metavar="FILE", show_default=False)]

AsOf = Annotated[
    date, typer.Option("--as-of", parser=_day, metavar="DAY", help="A day: 2026-06-30.")
]
AsOfDay = Annotated[
    date | None,
    typer.Option("--as-of", parser=_day, metavar="DAY", help="A day; now, if none is given."),
]
KnownAt = Annotated[
    datetime | None,
    typer.Option(
        "--known-at",
        parser=_instant,
        metavar="TIME",
        help="Only what was recorded by then: a day, or 2026-06-30T12:00:00Z.",
    ),
]
ChangedSince = Annotated[
    datetime | None,
    typer.Option(
        "--changed-since",
        parser=_instant,
        metavar="TIME",
        help="And what differs from what was known then: a day, or 2026-06-30T12:00:00Z.",
    ),
]
From = Annotated[
    date | None, typer.Option("--from", parser=_day, metavar="DAY", help="Not before that day.")
]
To = Annotated[
    date | None, typer.Option("--to", parser=_day, metavar="DAY", help="Not after that day.")
]
ReceivedOn = Annotated[
    date | None,
    typer.Option(
        "--received-on", parser=_day, metavar="DAY", help="When it came in; today, if not said."
    ),
]
On = Annotated[
    date | None, typer.Option("--on", parser=_day, metavar="DAY", help="As it stood that day.")
]
KeptTill = Annotated[
    date | None,
    typer.Option(
        "--at",
        parser=_day,
        metavar="DAY",
        help="Value what was sold as if kept till that day; the last with prices, if not said.",
    ),
]
OnDay = Annotated[
    date, typer.Option("--on", parser=_day, metavar="DAY", help="The day on which it counts.")
]
DecidedOn = Annotated[
    date | None, typer.Option("--on", parser=_day, metavar="DAY", help="The day of the decision.")
]
Account = Annotated[str, typer.Option(metavar="PREFIX", help="The beginning of an account's path.")]
