"""The lab: how each way of managing what is seized would have served."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from qazyna.shell.cli.lab_cases import lab_cases
from qazyna.shell.cli.lab_simulate import lab_simulate
from qazyna.shell.cli.options import AsJson, From, To, read_day
from qazyna.shell.cli.output import emit, note, progress, refusals

lab = typer.Typer(help="The lab: one register under the law of many.", no_args_is_help=True)
lab.command("cases")(lab_cases)
lab.command("simulate")(lab_simulate)

Register = Annotated[
    Path | None,
    typer.Option(
        "--register", metavar="FILE", help="A register of seized holdings; the books', if not said."
    ),
]
Models = Annotated[
    str,
    typer.Option(
        "--models", metavar="A,B,…", help="Blueprints by name or file, separated by commas."
    ),
]
Prices = Annotated[
    list[Path] | None,
    typer.Option(
        "--prices", metavar="DIR", help="A folder of price files; may be given more than once."
    ),
]
Currency = Annotated[
    str, typer.Option("--currency", metavar="CODE", help="What everything is stated in.")
]
Entries = Annotated[
    Path | None,
    typer.Option(
        "--entries", metavar="DIR", help="Write every model's simulated journal there, as CSV."
    ),
]
Charts = Annotated[
    Path | None,
    typer.Option("--charts", metavar="DIR", help="Draw the comparison there, as SVG."),
]


@lab.command("compare")
def lab_compare(
    models: Models,
    register: Register = None,
    since: From = None,
    until: To = None,
    prices: Prices = None,
    currency: Currency = "USD",
    entries: Entries = None,
    charts: Charts = None,
    as_json: AsJson = False,
) -> None:
    """Play the same seizures and real prices through several models, and set them side by side."""
    with refusals(as_json):
        from qazyna.lab.compare import compare, document
        from qazyna.shell import lab_files

        found = lab_files.models_of([name.strip() for name in models.split(",") if name.strip()])
        taken = lab_files.register_of(register) if register else _live()
        market = lab_files.market_of(prices or [], currency, found)
        since = since or taken.first
        until = until or _last(market, taken.assets, since)
        with progress("models", len(found)) as report:
            compared = compare(taken, found, market, since, until, report)
        if entries:
            for path in lab_files.write_entries(compared, entries):
                note(f"  {path}")
        told = document(compared)
        if charts:
            from qazyna.shell.web.lab_charts import draw

            for path in draw(told, charts):
                note(f"  {path}")
        emit(told, as_json, lambda: _as_text(told))


@lab.command("what-if")
def lab_what_if(
    change: Annotated[
        list[str],
        typer.Option(
            "--change", metavar="CLAUSE=VALUE", help="A clause and its new value; may be repeated."
        ),
    ],
    applies: Annotated[
        date | None,
        typer.Option(
            "--applies-from",
            parser=read_day,
            metavar="DAY",
            help="The day from which it applies; the first day played, if not said.",
        ),
    ] = None,
    register: Register = None,
    law: Annotated[
        str | None,
        typer.Option(
            "--blueprint", metavar="NAME|FILE", help="A law; the one in force, if not said."
        ),
    ] = None,
    since: From = None,
    until: To = None,
    prices: Prices = None,
    currency: Currency = "USD",
    entries: Entries = None,
    as_json: AsJson = False,
) -> None:
    """Play the register of these books under a changed clause, before the change is adopted."""
    with refusals(as_json):
        from qazyna.lab.model import Model
        from qazyna.lab.whatif import changes_of, try_out, what_if_document
        from qazyna.shell import lab_files

        changes = changes_of(change)
        taken, base = _of_the_books(register, law)
        market = lab_files.market_of(prices or [], currency, [Model("base", base)])
        since = since or max(taken.first, base.first)
        tried = try_out(
            base,
            changes,
            applies or since,
            taken,
            market,
            since,
            until or _last(market, taken.assets, since),
        )
        if entries:
            for path in lab_files.write_entries(tried.compared, entries):
                note(f"  {path}")
        told = what_if_document(tried, base)
        emit(told, as_json, lambda: _what_if_as_text(told))


def _of_the_books(register: Path | None, law: str | None) -> tuple[Any, Any]:
    """The register and the law; from files where both are named, else from this home."""
    from qazyna.shell import lab_files

    taken = lab_files.register_of(register) if register else _live()
    if law:
        return taken, lab_files.law_of(law)
    from qazyna.shell.installation import open_books
    from qazyna.shell.store.reading import current_blueprint

    with open_books() as books:
        return taken, current_blueprint(books.connection)


def _live() -> Any:
    """The register that the books of this home tell of."""
    from qazyna.shell.installation import open_books
    from qazyna.shell.queries.register import live_register

    with open_books() as books:
        return live_register(books.connection)


def _last(market: Any, assets: tuple[str, ...], since: date) -> date:
    """The last day on which everything in the register has a price."""
    ends = [day for code in assets if (day := market.last_day(code))]
    return min(ends, default=since)


def _as_text(told: dict[str, Any]) -> None:
    from qazyna.shell.cli.lab_text import compared_as_text

    compared_as_text(told)


def _what_if_as_text(told: dict[str, Any]) -> None:
    from qazyna.shell.cli.lab_text import what_if_as_text

    what_if_as_text(told)
