"""An installation: made, served, stopped, filled with the demo."""

from typing import Annotated

import typer

from qazyna.shell.cli.options import AsJson
from qazyna.shell.cli.output import emit, progress, refusals

demo = typer.Typer(help="The Kazakhstan demo.", no_args_is_help=True)


def init(
    blueprint: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE", help="A shipped blueprint's name, or a file; kazakhstan if none."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make an installation in QAZYNA_HOME: its database, its law, the public prices."""
    from qazyna.shell.installation import open_books
    from qazyna.shell.store.reading import current_blueprint

    with refusals(as_json), open_books(blueprint) as books:
        current = current_blueprint(books.connection)
        document = {
            "home": str(books.home.path),
            "blueprint": current.name,
            "sha256": current.sha256,
        }
        emit(document, as_json, f"{books.home.path} lives by the blueprint {current.name}.")


def up(
    with_demo: Annotated[bool, typer.Option("--demo", help="Load the demo first.")] = False,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = 8000,
    detach: Annotated[bool, typer.Option("--detach", help="Return once it answers.")] = False,
    seal_every: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            min=0,
            envvar="QAZYNA_SEAL_EVERY",
            help="Seal the log so often; 0: leave it to others.",
        ),
    ] = 60,
    as_json: AsJson = False,
) -> None:
    """Serve the pages, and keep sealing the log. The database goes on until `qazyna down`."""
    from qazyna.shell import demonstration, serving
    from qazyna.shell.installation import open_books

    with refusals(as_json):
        with open_books() as books, progress("the demo") as report:
            login = demonstration.load(books, report) if with_demo else None
            address = serving.prepare(books, host, port)
        document = {"address": address, "login": login}
        text = f"Qazyna is at {address}\n" + (
            f"  demo login: {login['user']}\n  password:   {login['password']}\n" if login else ""
        )
        serving.serve(
            books,
            host,
            port,
            detach,
            said=lambda: emit(document, as_json, text.rstrip()),
            seal_every=seal_every,
        )


def down(as_json: AsJson = False) -> None:
    """Stop serving, and stop the embedded database."""
    from qazyna.shell import postgres, serving
    from qazyna.shell.home import Home

    with refusals(as_json):
        home = Home.current()
        served = serving.stop(home)
        stopped = postgres.stop(home)
        emit(
            {"home": str(home.path), "web_stopped": served, "database_stopped": stopped},
            as_json,
            "Stopped." if served or stopped else "Nothing was running.",
        )


@demo.command("load")
def demo_load(as_json: AsJson = False) -> None:
    """Load the Kazakhstan demo; a second time changes nothing."""
    from qazyna.shell import demonstration
    from qazyna.shell.installation import open_books

    with refusals(as_json), open_books() as books, progress("the demo") as report:
        login = demonstration.load(books, report)
        text = f"The demo is loaded. Log in as {login['user']} with {login['password']}"
        emit({"loaded": True, "login": login}, as_json, text)
