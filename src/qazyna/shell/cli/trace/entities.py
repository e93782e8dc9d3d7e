"""`trace entity` and `trace venues`: who is behind an address, and who behaves like an exchange."""

from pathlib import Path
from typing import Annotated, Any

import typer

from qazyna.errors import Refused
from qazyna.shell.cli.options import AsJson
from qazyna.shell.cli.output import emit, refusals
from qazyna.shell.cli.trace.clustering import ByEngine, EngineName, Master, begun
from qazyna.shell.cli.trace.tagging import TagFolder, folder

InStore = Annotated[
    Path, typer.Option("--store", metavar="DIR", help="The folder that `trace ingest` filled.")
]
AsOfHeight = Annotated[
    int | None,
    typer.Option(
        "--as-of", metavar="HEIGHT", min=0, help="By the clusters known at that height; the last."
    ),
]


def _sight(store: Path, tags: Path | None, as_of: int | None) -> Any:
    from qazyna.tracing.cluster import labels
    from qazyna.tracing.entity.sight import Sight
    from qazyna.tracing.store.reading import Store
    from qazyna.tracing.tags import book

    opened = Store.open(store)
    return Sight(opened, book.load(folder(tags)), labels.latest(opened.path, as_of))


def entity(
    address: Annotated[str, typer.Argument(metavar="ADDRESS")],
    store: InStore,
    as_of: AsOfHeight = None,
    steps: Annotated[
        int,
        typer.Option(
            metavar="N", min=1, max=10, help="How far behind payers without a name; 1: directly."
        ),
    ] = 3,
    asset: Annotated[
        str | None,
        typer.Option(metavar="CONTRACT", help="Of an account chain: a token, not its own coin."),
    ] = None,
    tags: TagFolder = None,
    as_json: AsJson = False,
) -> None:
    """Totals, counterparties, exposure, peel chains and tags of the entity behind an address."""
    with refusals(as_json):
        found = _entity(store, address, asset, as_of, steps, tags)
        emit(found, as_json, lambda: _entity_as_text(found))


def _entity(
    store: Path, address: str, asset: str | None, as_of: int | None, steps: int, tags: Path | None
) -> dict[str, Any]:
    from qazyna.tracing.cluster import labels
    from qazyna.tracing.entity import accounts, telling
    from qazyna.tracing.store.reading import Store
    from qazyna.tracing.tags import book

    opened = Store.open(store)
    if opened.manifest.kind == "account":
        known = labels.latest(opened.path, as_of)
        seen = accounts.AccountSight(opened, book.load(folder(tags)), known, asset)
        return accounts.entity(seen, address, steps)
    if asset is not None:
        raise Refused("one_asset", f"This chain has no asset but {opened.manifest.asset}.")
    return telling.entity(_sight(store, tags, as_of), address, steps)


def _entity_as_text(found: dict[str, Any]) -> None:
    from qazyna.shell.cli.text import table, title

    name = found["name"]
    title(f"{found['entity']}: {name['label'] if name else 'no name'}")
    if name:
        typer.echo(f"Because: {name['why']}.")
        for other in name["against"]:
            typer.echo(f"Against: {other['owner']} ({other['confidence']})")
    typer.echo(
        f"{found['addresses']:,} addresses, {found['transactions']:,} transactions, "
        f"{found['first_seen']} to {found['last_seen']}"
    )
    if "asset" in found:
        typer.echo(f"Of {found['asset']} alone; before the store begins {int(found['before']):,}")
    typer.echo(
        f"Received {int(found['received']):,}, sent {int(found['sent']):,}, "
        f"balance {int(found['balance']):,} base units"
    )
    table(
        ("Exposure of what came in", ">Directly", ">Through others", ">Together"),
        (
            (
                category,
                found["exposure_direct"].get(category, ""),
                found["exposure_indirect"].get(category, ""),
                share,
            )
            for category, share in found["exposure"].items()
        ),
    )
    by = found["exposure_by"]
    if found["exposure"]:
        typer.echo(
            f"Exposure through others is an estimate by haircut over {by['steps']} steps, blind to "
            "the order of payments; `trace follow` is exact."
        )
    for key, heading in (("received_from", "Received from"), ("sent_to", "Sent to")):
        table(
            (heading, "Name", ">Base units", ">Transactions"),
            (
                (
                    other["entity"] or "",
                    other["label"] or "",
                    f"{int(other['amount']):,}",
                    f"{other['transactions']:,}",
                )
                for other in found["counterparties"][key]
            ),
        )
    if "joined_by" in found:
        links = found["joined_by"]
        typer.echo(
            f"Joined by {links['deposits']:,} deposits that were passed on to an exchange, and "
            f"{links['sweeps']:,} token sweeps"
        )
        return
    peels = found["peel_chains"]
    typer.echo(f"{peels['transactions']:,} peeling transactions in {peels['chains']:,} chains")
    score = found["score"]
    typer.echo(f"Like an exchange: {score['exchange_like']:.2f}. {'; '.join(score['reasons'])}")


def venues(
    store: InStore,
    top: Annotated[int, typer.Option(metavar="N", min=1, help="How many are shown.")] = 50,
    least: Annotated[
        int, typer.Option("--least", metavar="N", min=1, help="Fewest payments in and out.")
    ] = 50,
    as_of: AsOfHeight = None,
    by: ByEngine = EngineName.EMBEDDED,
    master: Master = None,
    tags: TagFolder = None,
    as_json: AsJson = False,
) -> None:
    """Entities that behave like exchanges and are in no register of licensed ones, with reasons."""
    with refusals(as_json):
        from qazyna.tracing.venues import venues as ranked

        sight = _sight(store, tags, as_of)
        with begun(by, master, store) as engine:
            found = ranked(sight, top=top, least=least, engine=engine)
        emit(found, as_json, lambda: _venues_as_text(found))


def _venues_as_text(found: dict[str, Any]) -> None:
    from qazyna.shell.cli.text import table, title

    title(
        f"{found['candidates']:,} entities with enough payments, {found['licensed']:,} licensed; "
        f"to height {found['as_of']}"
    )
    table(
        (">Rank", "Entity", "Name", ">Like an exchange", "Because"),
        (
            (
                str(each["rank"]),
                each["entity"],
                each["label"] or "",
                f"{each['exchange_like']:.2f}",
                "; ".join(each["reasons"][:3]),
            )
            for each in found["venues"]
        ),
    )
    if found["measured"] is None:
        typer.echo("Too few tagged entities to measure the ranking on this store.")
    else:
        table(
            ("Ranked by", ">PR-AUC", "Recall by type"),
            (
                (
                    name,
                    f"{way['pr_auc']:.3f}",
                    ", ".join(f"{k} {v:.2f}" for k, v in way["recall_by_type"].items()),
                )
                for name, way in found["measured"]["ways"].items()
            ),
        )
