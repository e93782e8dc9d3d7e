"""`trace tags`: who is said to own addresses."""

import csv
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from qazyna.errors import Refused
from qazyna.shell.cli.options import AsJson
from qazyna.shell.cli.output import MOST_FINDINGS, emit, progress, refusals

tags = typer.Typer(help="Who is said to own addresses, and how surely.", no_args_is_help=True)

TagFolder = Annotated[
    Path | None,
    typer.Option("--tags", metavar="DIR", help="Where tags are kept; in the home, if not said."),
]


def folder(given: Path | None) -> Path:
    """The folder of tags: the one named, or the home's."""
    from qazyna.shell.home import Home

    return given if given is not None else Home.current().path / "tags"


@tags.command("import")
def take_in(
    source: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR",
            help="TagPacks, actor packs, lists of sanctioned addresses, registers of venues.",
        ),
    ] = None,
    from_home: Annotated[
        bool,
        typer.Option("--from-home", help="The shut venues of this home's books, by address."),
    ] = False,
    kept: TagFolder = None,
    as_json: AsJson = False,
) -> None:
    """Import all tags of a folder; malformed entries are reported, the others are taken."""
    if (source is None) != from_home:
        raise typer.BadParameter("name a folder, or --from-home.", param_hint="DIR")
    with refusals(as_json), tempfile.TemporaryDirectory(prefix="qazyna-venues-") as empty:
        from qazyna.tracing.tags import book

        read = _from_home(Path(empty)) if source is None else source
        with progress("Reading") as bar:
            found = book.take_in(read, folder(kept), bar)
        found["file"] = "venues of this home" if source is None else found["file"]
        emit(found, as_json, lambda: _as_text(found))


def _from_home(where: Path) -> Path:
    """The register of this home's venues as a file. Refused (no_addresses) where it names none."""
    from qazyna.shell.installation import open_books
    from qazyna.shell.queries import venues

    with open_books() as books:
        rows = venues.register(books.connection)
    if not rows:
        raise Refused(
            "no_addresses",
            "No venue in these books has an address. `qazyna import venues` takes them in the "
            "column `addresses`; the addresses of licensed venues come as a register (CSV).",
        )
    with (where / "venues.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([venues.REGISTER, *rows])
    return where / "venues.csv"


def _as_text(found: dict[str, Any]) -> None:
    typer.echo(
        f"{found['file']}: of {found['rows']:,} entries in {found['files']:,} files, "
        f"{found['accepted']:,} accepted and {found['already_known']:,} known already. "
        f"{found['tags']:,} tags and {found['actors']:,} actors in {found['folder']}; "
        f"on {found['conflicts']:,} addresses tags name different owners."
    )
    for each in found["findings"][:MOST_FINDINGS]:
        taken = "kept" if each["taken"] else "not taken"
        typer.echo(f"  {each['file']}:{each['line']}: {each['message']} [{each['code']}, {taken}]")
    if (more := len(found["findings"]) - MOST_FINDINGS) > 0:
        typer.echo(f"  and {more:,} more: --json lists them all")


@tags.command("show")
def show(
    address: Annotated[str, typer.Argument(metavar="ADDRESS")],
    kept: TagFolder = None,
    as_json: AsJson = False,
) -> None:
    """Every tag on an address, surest first, and which name would be taken."""
    with refusals(as_json):
        from qazyna.tracing.tags import book

        known = book.load(folder(kept))
        tags = known.on([address])
        found = {
            "address": address,
            "name": book.naming(tags, address),
            "tags": tags.drop("key").to_dicts(),
        }
        emit(found, as_json, lambda: _show(found))


def _show(found: dict[str, Any]) -> None:
    from qazyna.shell.cli.text import table, title

    name = found["name"]
    title(f"{found['address']}: {name['label'] if name else 'no tag'}")
    if name:
        typer.echo(f"Because: {name['why']}.")
    table(
        (">Confidence", "Label", "Actor", "Categories", "Source"),
        (
            (
                str(tag["confidence"]),
                tag["label"],
                tag["actor"] or "",
                ", ".join(tag["categories"]),
                tag["source"],
            )
            for tag in found["tags"]
        ),
    )
