"""`qazyna trace exhibit`: a trace as a folder to file, that anyone can make again."""

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from qazyna.errors import Refused
from qazyna.shell.cli.law import Language
from qazyna.shell.cli.options import AsJson, DecidedOn
from qazyna.shell.cli.output import REFUSED, emit, refusals
from qazyna.shell.cli.trace.following import (
    ByPolicy,
    InStore,
    StopAt,
    Until,
    found_in_books,
    policies_of,
    question,
    stops_of,
)
from qazyna.shell.cli.trace.tagging import TagFolder
from qazyna.shell.cli.trace.tagging import folder as tag_folder


def exhibit(
    store: InStore,
    sources: Annotated[
        list[str] | None,
        typer.Option("--from", metavar="SOURCE", help="As for `trace follow`."),
    ] = None,
    policy: ByPolicy = "all",
    stop_at: StopAt = "coinjoin",
    until: Until = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="BUNDLE", help="The folder to make.")
    ] = None,
    title: Annotated[
        str, typer.Option(metavar="TEXT", help="What it is called.")
    ] = "Where the coins are",
    case: Annotated[str | None, typer.Option(metavar="CASE", help="The case it is for.")] = None,
    asked: Annotated[
        str | None, typer.Option("--question", metavar="TEXT", help="What it is to answer.")
    ] = None,
    language: Annotated[
        Language, typer.Option("--lang", help="The language of the court.")
    ] = Language.EN,
    on: DecidedOn = None,
    tags: TagFolder = None,
    verify: Annotated[
        Path | None,
        typer.Option("--verify", metavar="BUNDLE", help="Make that one again and compare."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make an exhibit of a trace, or make one again and compare every file."""
    if verify is not None:
        if sources or out:
            raise typer.BadParameter("a bundle says itself what was asked.", param_hint="--verify")
        with refusals(as_json):
            _verify(verify, store, tags, as_json)
        return
    if not sources or out is None:
        raise typer.BadParameter("--from and --out are needed, or --verify.")
    stops, policies = stops_of(stop_at), policies_of(policy)
    with refusals(as_json):
        from qazyna.shell.exhibits import bundle
        from qazyna.tracing.store.reading import Store

        wanted = {
            # A case's addresses stand in the bundle, for who checks it has no books to ask.
            "sources": found_in_books(Store.open(store), sources),
            "policies": list(policies),
            "stop_at": sorted(stops),
            "until": until,
            "title": title,
            "case": case,
            "question": asked,
            "language": language.value,
            "on": (on or datetime.now(UTC).date()).isoformat(),
        }
        made = bundle.make(out, _files(store, wanted, tags), wanted)
        digest = bundle.digest_of(out)
        found = {"bundle": str(out), "sha256": digest, **made}
        emit(found, as_json, lambda: _told(out, digest, made))


def _verify(folder: Path, store: Path, tags: Path | None, as_json: bool) -> None:
    from qazyna.shell.exhibits import bundle

    manifest = bundle.read(folder)
    wanted = manifest["question"]
    files = _files(store, wanted, tags)
    again = bundle.manifest_of({**files, "exhibit.pdf": bundle.page(files)}, wanted)
    problems = bundle.compare(folder, manifest, again)
    found = {
        "bundle": str(folder),
        "sha256": bundle.digest_of(folder),
        "ok": not problems,
        "files": len(manifest["files"]),
        "problems": problems,
    }
    lines = [f"{each['where']}: {each['what']}" for each in problems]
    told = lines or [f"{folder}: all {found['files']} files are the same when made again."]
    emit(found, as_json, "\n".join(told))
    if problems:
        raise typer.Exit(REFUSED)


def _files(store: Path, wanted: dict[str, Any], tags: Path | None) -> dict[str, bytes]:
    """All files of a bundle but the page and the manifest."""
    from qazyna.shell.exhibits import bundle, words
    from qazyna.shell.exhibits.rates import measured
    from qazyna.tracing.exhibit.content import contents
    from qazyna.tracing.store.reading import Store

    opened = Store.open(store)
    if opened.manifest.kind != "utxo":
        raise Refused(
            "account_chain",
            f"An exhibit is of a chain of outputs; {opened.manifest.chain} is one of accounts. "
            "`qazyna trace follow --json` tells its flow.",
            {"chain": opened.manifest.chain},
        )
    stops = frozenset(wanted["stop_at"])
    asked = question(opened, wanted["sources"], wanted["policies"], stops, wanted["until"], tags)
    told = {
        **{key: wanted[key] for key in ("title", "case", "question", "on", "language")},
        "program": bundle.program(),
        "rates": measured(),
        "command": _command(wanted, bool(len(asked.places.tags))),
    }
    return contents(opened, asked, told, tag_folder(tags), words.picture(wanted["language"]))


def _command(wanted: dict[str, Any], tagged: bool) -> str:
    """The command that makes it, as somebody would type it."""
    words = ["qazyna", "trace", "exhibit", "--store", "DIR"]
    words += ["--tags", "TAGS"] if tagged else []
    for name in wanted["sources"]:
        words += ["--from", name]
    words += ["--policy", ",".join(wanted["policies"])]
    words += ["--stop-at", ",".join(wanted["stop_at"]) or "none"]
    for option in ("until", "title", "case", "question", "on"):
        if wanted[option] is not None:
            words += [f"--{option}", str(wanted[option])]
    words += ["--lang", wanted["language"]]
    return shlex.join([*words, "--out", "BUNDLE"])


def _told(out: Path, digest: str, made: dict[str, Any]) -> None:
    typer.echo(f"{out}: exhibit.pdf and {len(made['files']) - 1} files that it rests on.")
    typer.echo(f"SHA-256 of its manifest, by which a case takes it: {digest}")
