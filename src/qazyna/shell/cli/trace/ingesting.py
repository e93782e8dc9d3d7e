"""`qazyna trace ingest`: the public exports of a chain into a store."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from qazyna.shell.cli.options import AsJson
from qazyna.shell.cli.output import emit, progress, refusals

CHAINS = {
    "bitcoin-etl": ("bitcoin", "BTC"),
    "ethereum-etl": ("ethereum", "ETH"),
    "bitcoin-blocks": ("bitcoin", "BTC"),
    "bitcoin-rpc": ("bitcoin", "BTC"),
    "litecoin-rpc": ("litecoin", "LTC"),
}
FORMATS = tuple(CHAINS)

Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SRC…",
        help="Files, or folders of files; for a node http://user:password@host:port.",
        show_default=False,
    ),
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
    cookie: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A node's cookie: user:password in a file.")
    ] = None,
    first: Annotated[
        int, typer.Option("--from-height", min=0, help="Where a new store begins, from a node.")
    ] = 0,
    last: Annotated[
        int | None, typer.Option("--to-height", min=0, help="The last block, from a node.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take in exports of a chain; what is known already is compared and left."""
    if form not in FORMATS:
        raise typer.BadParameter(f"there are {', '.join(FORMATS)}.", param_hint="--format")
    with refusals(as_json), progress("Ingesting") as bar:
        # Columns come and go by the hundred megabytes. The allocator of Polars gives memory back
        # half a second after its use, and having it again costs more than keeping it.
        keeping = "dirty_decay_ms:-1,muzzy_decay_ms:-1,thp:always"
        os.environ.setdefault("_RJEM_MALLOC_CONF", keeping)
        from qazyna.tracing.ingest import running

        own = CHAINS[form]
        settings = running.Settings(chain or own[0], asset or own[1])

        def report(_: str, done: int, total: int) -> None:
            bar(done, total)

        if form.endswith("-rpc"):
            from qazyna.shell.adapters.node import RpcNode

            node = RpcNode(_one(sources), cookie)
            found = running.ingest_node(store, node, settings, report, first=first, last=last)
        else:
            take_in = {
                "bitcoin-etl": running.ingest_bitcoin_etl,
                "ethereum-etl": running.ingest_ethereum_etl,
                "bitcoin-blocks": running.ingest_raw_blocks,
            }[form]
            found = take_in(store, [Path(each) for each in sources], settings, report)
        emit(found, as_json, lambda: _as_text(found))


def _one(sources: list[str]) -> str:
    if len(sources) != 1:
        raise typer.BadParameter("one node is followed at a time.", param_hint="SRC")
    return sources[0]


def _as_text(found: dict[str, Any]) -> None:
    added, known = found["added"], found["already_known"]
    typer.echo(
        f"{found['store']}: {added['blocks']:,} blocks and {added['transactions']:,} transactions "
        f"added, {known['blocks']:,} blocks known already; "
        f"{found['blocks']:,} blocks and {found['transactions']:,} transactions in all."
    )
    if found["rejected"]:
        typer.echo(f"{found['rejected']:,} rejected, with reasons: {found['rejects_file']}")
    for first, last in found["gaps"]:
        typer.echo(f"Blocks {first:,} to {last:,} are missing.")
    if unknown := added["unknown_sources"]:
        typer.echo(f"{unknown:,} inputs spend outputs that the store has not seen.")
