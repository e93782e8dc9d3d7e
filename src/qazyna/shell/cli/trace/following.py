"""`qazyna trace follow`: where the money of an address, an output or a case is now."""

from pathlib import Path
from typing import Annotated, Any

import typer

from qazyna.errors import Refused
from qazyna.shell.cli.options import AsJson
from qazyna.shell.cli.output import emit, progress, refusals
from qazyna.shell.cli.trace.tagging import TagFolder
from qazyna.shell.cli.trace.tagging import folder as tag_folder

POLICIES = ("poison", "haircut", "fifo", "lifo")
STOPS = ("service", "coinjoin", "none")

InStore = Annotated[
    Path, typer.Option("--store", metavar="DIR", help="The folder that `trace ingest` filled.")
]
FromSources = Annotated[
    list[str],
    typer.Option(
        "--from", metavar="SOURCE", help="An address, an output TXID:N, or a case; several apart."
    ),
]
ByPolicy = Annotated[
    str, typer.Option("--policy", metavar="POLICY", help=f"{', '.join(POLICIES)}, or all.")
]
StopAt = Annotated[
    str,
    typer.Option(
        "--stop-at", metavar="PLACES", help="service, coinjoin, both with a comma; or none."
    ),
]
Until = Annotated[
    str | None, typer.Option("--until", metavar="HEIGHT|DAY", help="The last block that counts.")
]


def follow(
    store: InStore,
    sources: FromSources,
    policy: ByPolicy = "all",
    stop_at: StopAt = "coinjoin",
    until: Until = None,
    asset: Annotated[
        str | None,
        typer.Option(metavar="CONTRACT", help="Of an account chain: a token, not its own coin."),
    ] = None,
    tags: TagFolder = None,
    as_json: AsJson = False,
) -> None:
    """Follow taint from its sources: exact, conserved, by policies side by side."""
    policies, stops = policies_of(policy), stops_of(stop_at)
    with refusals(as_json):
        from qazyna.tracing.follow.asking import follow as answered
        from qazyna.tracing.store.reading import Store

        opened = Store.open(store)
        named = found_in_books(opened, sources)
        if opened.manifest.kind == "account":
            found = _of_accounts(opened, named, policies, stops, until, asset, tags)
        elif asset is not None:
            raise Refused("one_asset", f"This chain has no asset but {opened.manifest.asset}.")
        else:
            asked = question(opened, named, policies, stops, until, tags)
            with progress("Following", opened.manifest.transactions) as seen:
                found = answered(opened, asked, seen)
        emit(found, as_json, lambda: _as_text(found))


def policies_of(asked: str) -> tuple[str, ...]:
    """The policies by their names; wrong usage where there is none of that name."""
    names = POLICIES if asked == "all" else tuple(dict.fromkeys(asked.split(",")))
    if wrong := [name for name in names if name not in POLICIES]:
        raise typer.BadParameter(
            f"“{wrong[0]}” is none of {', '.join(POLICIES)}, all.", param_hint="--policy"
        )
    return names


def stops_of(asked: str) -> frozenset[str]:
    """The places at which taint stops; wrong usage where there is none of that name."""
    names = frozenset(asked.split(","))
    if wrong := sorted(names - set(STOPS)):
        raise typer.BadParameter(
            f"“{wrong[0]}” is none of {', '.join(STOPS)}.", param_hint="--stop-at"
        )
    return names - {"none"}


Named = dict[str, tuple[str, ...] | None]
"""source -> its addresses, where it is a case"""


def found_in_books(store: Any, sources: list[str]) -> Named:
    """The sources as they were named, each case with its addresses. Refused (source_twice)."""
    if twice := sorted({name for name in sources if sources.count(name) > 1}):
        raise Refused("source_twice", f"{twice[0]} is named twice.", {"source": twice[0]})
    return {name: _of_a_case(store, name) for name in sources}


def question(
    store: Any,
    sources: Named,
    policies: tuple[str, ...],
    stops: frozenset[str],
    until: str | None,
    tags: Path | None,
) -> Any:
    """What is asked, its sources found in the store."""
    from qazyna.tracing.follow.asking import Question
    from qazyna.tracing.follow.question import height_of, source

    height = height_of(store, until)
    return Question(
        [source(store, name, height, case) for name, case in sources.items()],
        policies,
        height,
        "coinjoin" in stops,
        _places(store, stops, tags),
    )


def _of_accounts(
    store: Any,
    sources: Named,
    policies: tuple[str, ...],
    stops: frozenset[str],
    until: str | None,
    asset: str | None,
    tags: Path | None,
) -> dict[str, Any]:
    from qazyna.tracing.follow.account_store import answered
    from qazyna.tracing.follow.question import height_of

    places = _places(store, stops, tags)
    return answered(store, sources, policies, height_of(store, until), places, asset)


def _places(store: Any, stops: frozenset[str], tags: Path | None) -> Any:
    from qazyna.tracing.follow.places import known_places

    return known_places(
        store,
        tag_folder(tags),
        services_stop="service" in stops,
        mixers_stop="coinjoin" in stops,
    )


def _of_a_case(store: Any, name: str) -> tuple[str, ...] | None:
    """The addresses of a case of this home's books, if it is the name of one."""
    from qazyna.tracing.follow.account_store import is_transfer
    from qazyna.tracing.follow.question import is_output

    spelt = name.lower() if name.startswith(("0x", "0X")) else name
    if is_output(name) or is_transfer(name) or store.address_id(spelt) is not None:
        return None
    import os

    from qazyna.shell.home import Home
    from qazyna.shell.installation import open_books
    from qazyna.shell.queries.cases import addresses_of

    # A mistyped address must not make an installation.
    if not (Home.current().database.exists() or os.environ.get("DATABASE_URL")):
        return None
    with open_books() as books:
        found = addresses_of(books.connection, name, store.manifest.asset)
    if found is not None and not found:
        raise Refused(
            "no_address",
            f"Case {name} has no holding of {store.manifest.asset} with an address in its books.",
            {"case": name, "asset": store.manifest.asset},
        )
    return found


def _as_text(found: dict[str, Any]) -> None:
    from qazyna.shell.cli.text import section, table, title

    title(
        f"{', '.join(each['source'] for each in found['sources'])}: {found['chain']} up to block "
        f"{found['to_height']}"
    )
    typer.echo(f"Amounts in base units of {found['asset']}.")
    table(
        ("Policy", ">Seed", ">Unspent", ">Times seed", ">Fees", ">Stopped", ">Outputs", ""),
        (
            (
                name,
                f"{int(each['seed']):,}",
                f"{int(each['unspent_total']):,}",
                each["times_seed"] or "",
                f"{int(each['fees']):,}",
                f"{int(each['stopped_total']):,}",
                f"{len(each['unspent']):,}",
                "conserved" if each["conserved"] else "not conserved: marks whole outputs",
            )
            for name, each in found["policies"].items()
        ),
    )
    for name, each in found["policies"].items():
        section(f"{name}: where it is")
        table(
            ("Entity", "Name", ">Amount"),
            (
                (place["entity"] or "no address", place["label"] or "", f"{int(place['amount']):,}")
                for place in each["by_entity"][:_SHOWN]
            ),
        )
        if (more := len(each["by_entity"]) - _SHOWN) > 0:
            typer.echo(f"and {more:,} more: --json lists them all")
        for stop in each["stopped"][:_SHOWN]:
            typer.echo(f"stopped at {stop['txid']} ({stop['why']}): {int(stop['amount']):,}")
        if (more := len(each["stopped"]) - _SHOWN) > 0:
            typer.echo(f"stopped at {more:,} places more: --json lists them all")
        if each["crossed"]:
            typer.echo(f"{len(each['crossed']):,} times it went through what may be a coinjoin.")


_SHOWN = 12
