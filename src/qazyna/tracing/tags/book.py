"""All tags that were imported, as two Parquet files in one folder, and what they say together.

FOLDER/tags.parquet     rows of `tag.TAGS`
FOLDER/actors.parquet   rows of `tag.ACTORS`
FOLDER/rejects.jsonl    what was not taken, one finding a line
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from qazyna.errors import Refused
from qazyna.tracing.store.reading import Store
from qazyna.tracing.tags import lists, packs
from qazyna.tracing.tags.tag import ACTORS, IDENTITY, TAGS, key

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Book:
    """The tags and the actors they name."""

    tags: pl.DataFrame
    actors: pl.DataFrame

    def on(self, addresses: Iterable[str]) -> pl.DataFrame:
        """The tags on any of these addresses, surest first."""
        keys = pl.DataFrame(
            {"key": [key(each) for each in addresses]}, schema=pl.Schema({"key": pl.String})
        )
        found = self.tags.join(keys.unique(), on="key", how="semi")
        return found.sort(
            ["confidence", "lastmod", "label", "source"],
            descending=[True, True, False, False],
            nulls_last=True,
        )

    def title(self, actor: str | None) -> str | None:
        """What an actor is called, None if no actor of that id is known."""
        if actor is None:
            return None
        found = self.actors.filter(pl.col("id") == actor)["label"]
        return str(found[0]) if len(found) else None


def load(folder: Path) -> Book:
    """The tags in a folder; none where nothing was imported."""
    frames = []
    for name, schema in (("tags", TAGS), ("actors", ACTORS)):
        file = folder / f"{name}.parquet"
        frames.append(pl.read_parquet(file) if file.exists() else pl.DataFrame(schema=schema))
    return Book(*frames)


def take_in(
    source: Path, folder: Path, progress: Callable[[int], None] = lambda done: None
) -> dict[str, Any]:
    """Import all packs, lists and registers of a folder (or one file) into the tags in `folder`.

    What is known already is left as it is; what is malformed is told, and not taken unless said.
    Answers what was read, what was new, and on how many addresses tags now conflict. Refused
    (no_tags).
    """
    if not source.exists():
        raise Refused("no_tags", f"There is no {source}.", {"source": source})
    paths = sorted(_readable(source))
    known = load(folder)
    tags, actors, findings = [known.tags], [known.actors], []
    rows, told, files = 0, 0, 0
    for number, path in enumerate(paths, 1):
        name = path.relative_to(source).as_posix() if source.is_dir() else path.name
        read = _read(path, name)
        progress(number)
        if read is None:
            continue
        files += 1
        rows, told = rows + read.rows, told + len(read.tags) + len(read.actors)
        findings += read.findings
        tags.append(pl.DataFrame(read.tags, schema=TAGS))
        actors.append(pl.DataFrame(read.actors, schema=ACTORS))
    if not files:
        raise Refused(
            "no_tags",
            f"{source} holds no TagPack (.yaml), no list sanctioned_addresses_….txt and no "
            f"register of venues (.csv with {', '.join(lists.REGISTER)}).",
            {"source": source},
        )
    book = Book(
        pl.concat(tags).unique(list(IDENTITY), keep="first", maintain_order=True),
        pl.concat(actors).unique("id", keep="last", maintain_order=True),
    )
    new = len(book.tags) - len(known.tags) + len(book.actors) - len(known.actors)
    _write(folder, book, findings)
    return {
        "file": str(source),
        "files": files,
        "rows": rows,
        "accepted": new,
        "already_known": told - new,
        "findings": findings,
        "tags": len(book.tags),
        "actors": len(book.actors),
        "conflicts": len(conflicts(book)),
        "folder": str(folder),
    }


def _readable(source: Path) -> Iterable[Path]:
    return (each for each in source.rglob("*") if each.is_file()) if source.is_dir() else [source]


def _read(path: Path, name: str) -> packs.Read | None:
    if path.suffix in (".yaml", ".yml"):
        return packs.read(path, name)
    if lists.SANCTIONED.fullmatch(path.name):
        return lists.sanctioned(path, name)
    if path.suffix == ".csv":
        return lists.register(path, name)
    return None


def _write(folder: Path, book: Book, findings: Sequence[dict[str, Any]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in (("tags", book.tags), ("actors", book.actors)):
        before = folder / f"{name}.parquet.new"
        frame.write_parquet(before)
        before.replace(folder / f"{name}.parquet")
    lines = [json.dumps(each, ensure_ascii=False) + "\n" for each in findings]
    (folder / "findings.jsonl").write_text("".join(lines), encoding="utf-8")


def _named() -> pl.Expr:
    """Whom a tag means: its actor, else its label without regard to case."""
    return pl.coalesce(pl.col("actor"), pl.col("label").str.to_lowercase())


def conflicts(book: Book) -> pl.DataFrame:
    """Addresses on which tags name different owners: key, and how many owners are named."""
    return (
        book.tags.filter(pl.col("key").is_not_null())
        .group_by("key")
        .agg(_named().n_unique().alias("owners"))
        .filter(pl.col("owners") > 1)
        .sort("key")
    )


def naming(tags: pl.DataFrame, own: str | None = None) -> dict[str, Any] | None:
    """The name of a cluster by the tags on its addresses, why it is that, and what speaks against.

    A tag counts if it names its whole cluster, or stands on the address asked about (`own`). The
    surest wins; of equally sure ones the owner whom more tags name, then the later, then by letter.
    None if no tag counts.
    """
    if own is not None:
        counts = pl.col("definer") | (pl.col("key") == key(own))
    else:
        counts = pl.col("definer")
    heard = tags.filter(counts).with_columns(_named().alias("owner"))
    if heard.is_empty():
        return None
    owners = (
        heard.group_by("owner")
        .agg(
            pl.col("confidence").max().alias("best"),
            pl.len().alias("tags"),
            pl.col("lastmod").max().alias("latest"),
        )
        .sort(
            ["best", "tags", "latest", "owner"],
            descending=[True, True, True, False],
            nulls_last=True,
        )
    )
    first = owners.row(0, named=True)
    ours = heard.filter(pl.col("owner") == first["owner"])
    ours = ours.sort(
        ["confidence", "lastmod", "label", "source"],
        descending=[True, True, False, False],
        nulls_last=True,
    )
    best = ours.row(0, named=True)
    said = ours["categories"].list.first().drop_nulls()
    return {
        "label": best["label"],
        "actor": best["actor"],
        "category": said[0] if len(said) else best["abuse"],
        "confidence": best["confidence"],
        "why": (
            f"{best['confidence_name'] or 'unknown'} ({best['confidence']}) of {best['source']}, "
            f"on {best['address']}; {first['tags']} of {len(heard)} tags that count name this owner"
        ),
        "against": [
            {"owner": row["owner"], "confidence": row["best"], "tags": row["tags"]}
            for row in owners.iter_rows(named=True)
            if row["owner"] != first["owner"]
        ],
    }


def cluster_names(book: Book, store: Store, labels: Array) -> dict[int, dict[str, Any]]:
    """cluster -> label, actor, category, confidence, status: of the best tag, as `naming` has it.

    `labels`: the cluster of each address id. Only tags that name their whole cluster count.
    """
    heard = book.tags.filter(pl.col("definer") & pl.col("address").is_not_null())
    if heard.is_empty():
        return {}
    heard = heard.with_columns(id=pl.Series(store.address_ids(heard["address"])))
    heard = heard.filter(pl.col("id") < len(labels))
    heard = heard.with_columns(
        _named().alias("owner"), cluster=pl.Series(labels[heard["id"].to_numpy()])
    )
    best = heard.sort(
        ["confidence", "lastmod", "label", "source"],
        descending=[True, True, False, False],
        nulls_last=True,
    )
    owners = (
        best.group_by("cluster", "owner", maintain_order=True)
        .agg(
            pl.col("confidence").max(),
            pl.len().alias("tags"),
            pl.col("lastmod").max(),
            pl.col("label", "actor", "abuse", "status").first(),
            pl.col("categories").list.first().drop_nulls().first().alias("category"),
        )
        .sort(
            ["confidence", "tags", "lastmod", "owner"],
            descending=[True, True, True, False],
            nulls_last=True,
        )
        .group_by("cluster", maintain_order=True)
        .first()
        .with_columns(pl.coalesce("category", "abuse").alias("category"))
    )
    kept = ("label", "actor", "category", "confidence", "status")
    return {row["cluster"]: {key: row[key] for key in kept} for row in owners.to_dicts()}
