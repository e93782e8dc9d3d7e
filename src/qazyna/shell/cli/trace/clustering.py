"""`trace cluster`: which addresses of a store belong together."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from qazyna.errors import Refused
from qazyna.shell.cli.options import AsJson
from qazyna.shell.cli.output import emit, progress, refusals
from qazyna.shell.cli.trace.tagging import TagFolder, folder

StoreFolder = Annotated[
    Path | None,
    typer.Argument(metavar="STORE", help="The folder that `trace ingest` filled."),
]
InStore = Annotated[
    Path | None, typer.Option("--store", metavar="DIR", help="The same, said as an option.")
]
AsOfHeight = Annotated[
    int | None,
    typer.Option(
        "--as-of", metavar="HEIGHT", min=0, help="What was known at that height; all, if not said."
    ),
]


class EngineName(StrEnum):
    """What works on a store."""

    EMBEDDED = "embedded"
    SPARK = "spark"


ByEngine = Annotated[
    EngineName,
    typer.Option("--engine", help="Kernels on this machine, or Spark (the extra `spark`, Java)."),
]
Master = Annotated[
    str | None,
    typer.Option(
        "--master", metavar="URL", help="Where Spark runs; on all cores of this machine, if unsaid."
    ),
]


@contextmanager
def begun(by: EngineName, master: str | None, store: Path) -> Iterator[Any]:
    """The engine that was asked for, begun; None for the embedded one."""
    if by is EngineName.EMBEDDED:
        if master is not None:
            raise typer.BadParameter("only Spark has a master: say --engine spark.")
        yield None
        return
    from qazyna.shell import spark

    spark.ready()
    with spark.engine(store, master or spark.HERE) as engine:
        yield engine


def cluster(
    store: StoreFolder = None,
    named: InStore = None,
    as_of: AsOfHeight = None,
    incremental: Annotated[
        bool,
        typer.Option("--incremental", help="Go on from the last clusters; read only what is new."),
    ] = False,
    change: Annotated[
        bool,
        typer.Option("--change", help="Write soft links of change too, with their confidence."),
    ] = False,
    ids_only: Annotated[
        bool, typer.Option("--ids-only", help="Leave the labels with addresses as text out.")
    ] = False,
    by: ByEngine = EngineName.EMBEDDED,
    master: Master = None,
    tags: TagFolder = None,
    as_json: AsJson = False,
) -> None:
    """Cluster addresses that spend together, coinjoins excluded first; on account chains, those
    that deposits and token sweeps join."""
    path = store or named
    if path is None or (store and named):
        raise typer.BadParameter("name the store once.", param_hint="STORE")
    with refusals(as_json):
        from qazyna.tracing.cluster import accounts, running
        from qazyna.tracing.store.reading import Store
        from qazyna.tracing.tags import book

        opened = Store.open(path)
        of_accounts = opened.manifest.kind != "utxo"
        if of_accounts and (incremental or change):
            raise typer.BadParameter("an account chain has neither change nor increments.")
        if of_accounts and by is not EngineName.EMBEDDED:
            raise Refused(
                "account_chain",
                f"{path} is of an account chain, which is clustered on this machine only: leave "
                "--engine out.",
                {"store": path, "engine": by.value},
            )
        total = opened.manifest.transactions if by is EngineName.EMBEDDED else None
        with begun(by, master, path) as engine, progress("Clustering", total) as done:
            made = (
                accounts.cluster(opened, book.load(folder(tags)), as_of=as_of, named=not ids_only)
                if of_accounts
                else running.cluster(
                    opened,
                    as_of=as_of,
                    incremental=incremental,
                    named=not ids_only,
                    change=change,
                    progress=done,
                    engine=engine,
                )
            )
        where = made.folder
        files = {
            "labels": str(where / ("ids.parquet" if ids_only else "labels.parquet")),
            "ids": str(where / "ids.parquet"),
            "change": str(where / "change.parquet") if change else None,
        }
        found = {**made.document, **files}
        del found["format"]
        emit(found, as_json, lambda: _as_text(found))


def _as_text(found: dict[str, Any]) -> None:
    from qazyna.shell.cli.text import table, title

    title(
        f"{found['chain']} to height {found['height']}: {found['clusters']:,} clusters of "
        f"{found['addresses']:,} addresses, the largest of {found['largest']:,}"
    )
    if found["engine"] != EngineName.EMBEDDED:
        typer.echo(f"Worked out by {found['engine']}.")
    typer.echo(
        f"{found['transactions']:,} transactions with {found['inputs']:,} inputs; "
        f"{found['excluded']:,} transactions joined nothing."
    )
    table(
        ("Rule for coinjoins", ">Transactions"),
        ((name, f"{count:,}") for name, count in found["coinjoins"].items() if count),
    )
    if "exchanges" in found:
        typer.echo(
            f"{found['exchanges']:,} addresses of known exchanges, "
            f"{found['deposit_links']:,} links by deposits, {found['sweep_links']:,} by sweeps"
        )
    if found["change"]:
        typer.echo(f"{found['change_links']:,} soft links of change: {found['change']}")
    typer.echo(f"Labels: {found['labels']}")
