"""The transparency log: sealing, checkpoints, proofs, and verifying what one was given."""

from pathlib import Path
from typing import Annotated, Any

import typer

from qazyna.shell.cli.options import AsJson
from qazyna.shell.cli.output import REFUSED, emit, note, progress, refusals

log = typer.Typer(help="The transparency log.", no_args_is_help=True)

Against = Annotated[
    Path | None,
    typer.Option("--against", metavar="FILE", help="A checkpoint kept from earlier."),
]
Keys = Annotated[
    list[str] | None,
    typer.Option(
        "--key",
        metavar="KEY",
        help="A public key you hold: the log's, or a witness's who must sign.",
    ),
]
Size = Annotated[int, typer.Argument(min=0, metavar="SIZE", show_default=False)]


@log.command("seal")
def seal(
    every: Annotated[
        float | None, typer.Option(min=1, metavar="SECONDS", help="Go on sealing, so often.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Give what is committed its place in the log, and sign the new checkpoint."""
    import time

    from qazyna.log.note import encode
    from qazyna.shell.installation import open_books
    from qazyna.shell.log.sealing import seal as run

    with refusals(as_json), open_books() as books:
        while True:
            done = run(books.connection, books.home)
            document = {"sealed": done.added, "size": done.size, "root": encode(done.root)}
            text = f"{done.added:,} leaves sealed; the log has {done.size:,}."
            if every is None or done.added:
                emit(document, as_json, text)
            if every is None:
                return
            time.sleep(every)


@log.command("checkpoint")
def checkpoint(
    size: Annotated[
        int | None, typer.Option(min=0, metavar="SIZE", help="That of an earlier batch.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The newest signed checkpoint. Keep it outside: it is what nobody can take back."""
    from qazyna.log.checkpoint import Checkpoint
    from qazyna.log.note import encode
    from qazyna.shell.installation import open_books
    from qazyna.shell.log.reading import unsealed
    from qazyna.shell.log.signing import latest, log_key

    with refusals(as_json), open_books() as books:
        signed = latest(books.connection, books.home, size)
        told = Checkpoint.parse(signed.text)
        document = {
            "origin": told.origin,
            "size": told.size,
            "root": encode(told.root),
            "note": str(signed),
            "key": str(log_key(books.connection)),
            "unsealed": unsealed(books.connection),
        }
        emit(document, as_json, lambda: typer.echo(str(signed), nl=False))


@log.command("prove")
def prove(
    entry: Annotated[str, typer.Argument(metavar="ENTRY", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """That an entry (its number, or case/C-1@3#1) or event (case/C-1@3) is in the log."""
    from qazyna.shell.installation import open_books
    from qazyna.shell.log.proving import document as told
    from qazyna.shell.log.proving import prove as run
    from qazyna.shell.log.signing import log_key, witnesses

    with refusals(as_json), open_books() as books:
        proof, leaf = run(books.connection, books.home, entry)
        keys = [log_key(books.connection), *witnesses(books.connection)]
        document = {"entry": entry, **told(proof, leaf, keys)}
        emit(document, as_json, lambda: typer.echo(str(proof), nl=False))


@log.command("consistency")
def consistency(first: Size, second: Size, as_json: AsJson = False) -> None:
    """That the log of SECOND leaves grew from that of FIRST; both are sizes of checkpoints."""
    from qazyna.log.note import encode
    from qazyna.shell.installation import open_books
    from qazyna.shell.log.proving import consistency as run

    with refusals(as_json), open_books() as books:
        before, after, proof = run(books.connection, first, second)
        document = {
            "first": {"size": first, "root": encode(before)},
            "second": {"size": second, "root": encode(after)},
            "proof": [encode(each) for each in proof],
        }
        emit(document, as_json, "\n".join(document["proof"]) or "Nothing to prove.")


@log.command("verify")
def verify_log(against: Against = None, as_json: AsJson = False) -> None:
    """Compute every hash, batch and signature of the log again, and lay it beside the books."""
    from qazyna.log.note import encode
    from qazyna.shell.installation import open_books
    from qazyna.shell.log.database import verify_log as run
    from qazyna.shell.log.reading import head

    with refusals(as_json), open_books() as books, progress("leaves") as report:
        verdict = run(books.connection, against, report)
        now = head(books.connection)
        document = {
            "size": now.size,
            "root": encode(now.root),
            "ok": verdict.ok,
            "problems": verdict.problems,
            "found": verdict.found,
            **verdict.notes,
        }
        emit(document, as_json, lambda: _say(verdict, f"a log of {now.size:,} leaves"))
    if not verdict.ok:
        raise typer.Exit(REFUSED)


@log.command("export")
def export(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Write the log as a folder of tiles: to be served as it lies, and verified by anyone."""
    from qazyna.log.note import encode
    from qazyna.shell.installation import open_books
    from qazyna.shell.log.export import export as run

    with refusals(as_json), open_books() as books, progress("leaves") as report:
        told = run(books.connection, books.home, folder, report)
        document = {
            "folder": str(folder),
            "origin": told.origin,
            "size": told.size,
            "root": encode(told.root),
        }
        emit(document, as_json, f"{told.size:,} leaves of {told.origin} in {folder}.")


@log.command("fetch")
def fetch(
    address: Annotated[str, typer.Argument(metavar="URL", show_default=False)],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Fetch the log that is served at an address into a folder, to be verified there."""
    from qazyna.log.note import encode
    from qazyna.shell.log.carrying import fetch as run

    with refusals(as_json), progress("leaves") as report:
        told = run(address, folder, report)
        document = {
            "folder": str(folder),
            "origin": told.origin,
            "size": told.size,
            "root": encode(told.root),
        }
        text = f"{told.size:,} leaves of {told.origin} in {folder}, not verified yet."
        emit(document, as_json, text)


@log.command("witness")
def witness(
    add: Annotated[
        str | None, typer.Option("--add", metavar="KEY", help="Listen to this witness.")
    ] = None,
    ask: Annotated[
        int | None,
        typer.Option("--ask", min=0, metavar="SIZE", help="An add-checkpoint request, from SIZE."),
    ] = None,
    cosignatures: Annotated[
        Path | None,
        typer.Option("--cosignatures", metavar="FILE", help="What witnesses answered; - reads it."),
    ] = None,
    size: Annotated[
        int | None, typer.Option(min=0, metavar="SIZE", help="The checkpoint they answered about.")
    ] = None,
    send: Annotated[
        str | None,
        typer.Option("--send", metavar="URL", help="Ask the witness there, and keep its answer."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Witnesses: whose key is listened to, what to ask them, and what they answered."""
    import sys

    from qazyna.shell.installation import open_books
    from qazyna.shell.log import signing
    from qazyna.shell.log.reading import head

    with refusals(as_json), open_books() as books:
        connection = books.connection
        if add is not None:
            signing.add_witness(connection, add)
        kept: list[str] = []
        if cosignatures is not None:
            answer = (
                sys.stdin.read() if str(cosignatures) == "-" else cosignatures.read_text("utf-8")
            )
            origin = signing.ensure_key(connection, books.home).name
            at = head(connection, size).size
            kept = signing.add_cosignatures(connection, origin, at, answer)
        document: dict[str, Any] = {}
        if send is not None:
            from qazyna.shell.log.witnessing import send as carry

            done = carry(connection, books.home, send)
            kept += done.kept
            document["sent"] = {"url": send, "size": done.size, "old": done.old}
        document["witnesses"] = [str(key) for key in signing.witnesses(connection)]
        document["kept"] = kept
        if ask is not None:
            document["request"] = str(signing.submission(connection, books.home, ask))
            emit(document, as_json, lambda: typer.echo(document["request"], nl=False))
        else:
            text = "\n".join(document["witnesses"]) or "No witness is known."
            signed = "".join(f"{name} signed.\n" for name in kept)
            emit(document, as_json, signed + text)


def verify(
    bundle: Annotated[Path | None, typer.Argument(metavar="BUNDLE", show_default=False)] = None,
    database: Annotated[
        bool, typer.Option("--database", help="The database of this installation.")
    ] = False,
    keys: Keys = None,
    against: Against = None,
    as_json: AsJson = False,
) -> None:
    """Verify a bundle from `log export` or a proof, with no database; or the database itself."""
    if (bundle is None) != database:
        raise typer.BadParameter("name a bundle, or ask for --database")
    with refusals(as_json), progress("leaves") as report:
        if bundle is not None:
            from qazyna.shell.log.bundle import verify as run

            verdict = run(bundle, keys or (), against, report)
            what = str(bundle)
            if not verdict.notes.get("key", {}).get("held", True):
                note("The key came with the bundle: compare it with one you hold (--key).")
        else:
            from qazyna.shell import postgres
            from qazyna.shell.installation import open_books
            from qazyna.shell.log.database import verify_database

            with open_books() as books:
                owner = postgres.connection("qazyna_owner", books.home)
                verdict = verify_database(books.connection, owner, against, report)
            what = "the database"
        emit(verdict.as_json(), as_json, lambda: _say(verdict, what))
    if not verdict.ok:
        raise typer.Exit(REFUSED)


def _say(verdict: Any, what: str) -> None:
    told = verdict.as_json()["checked"]
    counts = ", ".join(f"{count:,} {name}" for name, count in told.items() if count)
    typer.echo(f"{what}: {counts or 'nothing'} checked.")
    if unsealed := verdict.notes.get("unsealed"):
        typer.echo(f"  {unsealed:,} rows are not sealed yet.")
    for problem in verdict.problems:
        typer.echo(f"  {problem['where']}: {problem['what']}")
    if (more := verdict.found - len(verdict.problems)) > 0:
        typer.echo(f"  and {more:,} more")
    typer.echo("Nothing is wrong." if verdict.ok else f"{verdict.found:,} problems.")
