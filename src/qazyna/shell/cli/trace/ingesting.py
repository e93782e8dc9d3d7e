"""`qazyna trace ingest`: the public exports of a chain into a store."""

from pathlib import Path
from typing import Annotated, Any

import typer

from qazyna.shell.cli.options import AsJson
from qazyna.shell.cli.output import emit, progress, refusals

FORMATS = ("bitcoin-etl",)
CHAINS = {"bitcoin-etl": ("bitcoin", "BTC")}

Sources = Annotated[
    list[Path],
    typer.Argument(metavar="SRC…", help="Files, or folders of files.", show_default=False),
]


def ingest(
    sources: Sources,
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help=f"{', '.join(FORMATS)}.")],
    store: Annotated[
        Path, typer.Option("--store", metavar="DIR", help="The store; made if it is not there.")
    ],
    chain: Annotated[
        str | None, typer.Option(metavar="NAME", help="The chain, if not the format's own.")
    ] = None,
    asset: Annotated[
        str | None, typer.Option(metavar="CODE", help="Its asset, if not the format's own.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take in exports of a chain; what is known already is compared and left."""
    if form not in FORMATS:
        raise typer.BadParameter(f"there are {', '.join(FORMATS)}.", param_hint="--format")
    with refusals(as_json), progress("Ingesting") as bar:
        from qazyna.tracing.ingest.running import Settings, ingest_bitcoin_etl

        own = CHAINS[form]
        settings = Settings(chain or own[0], asset or own[1])
        found = ingest_bitcoin_etl(store, sources, settings, lambda _, done, __: bar(done))
        emit(found, as_json, lambda: _as_text(found))


def _as_text(found: dict[str, Any]) -> None:
    added, known = found["added"], found["already_known"]
    typer.echo(
        f"{found['store']}: {added['blocks']:,} blocks and {added['transactions']:,} transactions "
        f"added, {known['blocks']:,} blocks known already; "
        f"{found['blocks']:,} blocks and {found['transactions']:,} transactions in all."
    )
    if found["rejected"]:
        typer.echo(f"{found['rejected']:,} records rejected, with reasons: {found['rejects_file']}")
