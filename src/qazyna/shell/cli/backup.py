"""Backups: everything in one encrypted file, and a home made of it again. Standbys."""

from pathlib import Path
from typing import Annotated

import typer

from qazyna.shell.cli.options import AsJson, InFile
from qazyna.shell.cli.output import REFUSED, emit, refusals

OutFile = Annotated[Path, typer.Argument(metavar="FILE", show_default=False)]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key",
        metavar="FILE",
        help="A file with a passphrase. Without it a recovery key is made and printed, once.",
    ),
]
KnownKey = Annotated[
    Path,
    typer.Option("--key", metavar="FILE", help="A file with the passphrase or recovery key."),
]

replica = typer.Typer(help="A standby that has every commit before it is answered.")


def backup(file: OutFile, key: KeyFile = None, as_json: AsJson = False) -> None:
    """Write the whole installation to one encrypted file, while work goes on."""
    from qazyna.shell.backup import back_up, read_key, recovery_key
    from qazyna.shell.installation import open_books

    with refusals(as_json):
        given = read_key(key.read_text(encoding="utf-8")) if key else recovery_key()
        with open_books() as books:
            made = back_up(books, file, given)
        document = {
            "file": str(made.file),
            "bytes": made.size,
            "sha256": made.sha256,
            "recovery_key": None if key else given,
            **made.manifest,
        }
        text = f"{made.file}: {made.size:,} bytes, {made.manifest['events']:,} events."
        if not key:
            text += f"\n\n  Recovery key:  {given}\n\nIt is shown this once. Keep it elsewhere."
        emit(document, as_json, text)


def restore(file: InFile, key: KnownKey, as_json: AsJson = False) -> None:
    """Make the home QAZYNA_HOME of a backup, and verify it by replay and by the log's root."""
    from qazyna.shell import backup as backups
    from qazyna.shell.home import Home
    from qazyna.shell.installation import open_books

    with refusals(as_json):
        home = Home.current()
        manifest = backups.restore(file, home, backups.read_key(key.read_text(encoding="utf-8")))
        with open_books() as books:
            found = backups.verified(books, manifest)
        document = {"home": str(home.path), "made_at": manifest["made_at"], **found}
        if found["ok"]:
            text = (
                f"{home.path}: {found['events']:,} events, equal to what was sealed and replayed."
            )
        else:
            text = "\n".join(
                [
                    "It was restored, but:",
                    *(f"  {p['where']}: {p['what']}" for p in found["problems"]),
                ]
            )
        emit(document, as_json, text)
        if not found["ok"]:
            raise typer.Exit(REFUSED)


@replica.command("make")
def replica_make(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Make and start a standby in a new home FOLDER. From then on commits wait for it."""
    from qazyna.shell.home import Home
    from qazyna.shell.postgres.replica import follow

    with refusals(as_json):
        primary, standby = Home.current(), Home(folder)
        follow(primary, standby)
        document = {"primary": str(primary.path), "standby": str(standby.path), "synchronous": True}
        emit(document, as_json, f"{standby.path} follows {primary.path}.")


@replica.command("promote")
def replica_promote(as_json: AsJson = False) -> None:
    """Make the standby in QAZYNA_HOME the one that writes. Its primary must be dead."""
    from qazyna.shell.home import Home
    from qazyna.shell.postgres.replica import promote

    with refusals(as_json):
        home = Home.current()
        promote(home)
        emit({"home": str(home.path), "promoted": True}, as_json, f"{home.path} stands alone now.")


@replica.command("release")
def replica_release(as_json: AsJson = False) -> None:
    """Let commits wait for no standby any more: it is gone."""
    from qazyna.shell.home import Home
    from qazyna.shell.postgres.replica import release

    with refusals(as_json):
        home = Home.current()
        release(home)
        emit({"home": str(home.path), "synchronous": False}, as_json, "Commits wait for nobody.")
