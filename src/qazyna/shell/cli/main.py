"""`qazyna`: every command there is. What each needs is imported when it runs."""

from pathlib import Path
from typing import Annotated, Any

import typer

from qazyna.shell.cli.output import REFUSED, emit, note, progress, refusals

app = typer.Typer(
    name="qazyna",
    help="A state's digital-asset reserve: from the seizure of a wallet to units in funds.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
demo = typer.Typer(help="The Kazakhstan demo.", no_args_is_help=True)
imports = typer.Typer(help="Take in files: all rows or none.", no_args_is_help=True)
case = typer.Typer(help="Cases.", no_args_is_help=True)
ledger = typer.Typer(help="The ledger.", no_args_is_help=True)
law = typer.Typer(help="The blueprint: the law as dated data.", no_args_is_help=True)
users = typer.Typer(help="Who may act, and in which roles.", no_args_is_help=True)
for name, group in (
    ("demo", demo),
    ("import", imports),
    ("case", case),
    ("ledger", ledger),
    ("blueprint", law),
    ("user", users),
):
    app.add_typer(group, name=name)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
As = Annotated[str, typer.Option("--as", metavar="USER", help="Who acts; the owner by default.")]
Key = Annotated[str | None, typer.Option("--key", help="Idempotency key: the same key acts once.")]
JsonFile = Annotated[
    Path, typer.Option("--json-file", help="The command's fields as JSON; - reads standard input.")
]
AsOf = Annotated[str, typer.Option("--as-of", help="A day: 2026-06-30.")]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", help="What was recorded by then: a day or an instant.")
]
OWNER = "owner"


def main() -> None:
    """The entry point."""
    app()


# an installation


@app.command()
def init(
    blueprint: Annotated[
        str | None, typer.Option(help="A shipped blueprint's name, or a file.")
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


@app.command()
def up(
    with_demo: Annotated[bool, typer.Option("--demo", help="Load the demo first.")] = False,
    host: str = "127.0.0.1",
    port: int = 8000,
    detach: Annotated[bool, typer.Option("--detach", help="Return once it answers.")] = False,
    as_json: AsJson = False,
) -> None:
    """Serve the pages. The database goes on until `qazyna down`."""
    from qazyna.shell import demonstration, serving
    from qazyna.shell.installation import open_books

    with refusals(as_json):
        with open_books() as books:
            login = demonstration.load(books) if with_demo else None
            address = serving.prepare(books, host, port)
        document = {"address": address, "login": login}
        text = f"Qazyna is at {address}\n" + (
            f"  demo login: {login['user']}\n  password:   {login['password']}\n" if login else ""
        )
        serving.serve(
            books, host, port, detach, said=lambda: emit(document, as_json, text.rstrip())
        )


@app.command()
def down(as_json: AsJson = False) -> None:
    """Stop serving, and stop the embedded database."""
    from qazyna.shell import postgres, serving
    from qazyna.shell.home import Home

    home = Home.current()
    with refusals(as_json):
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


# files


def _import(kind: str, file: Path, actor: str, as_json: bool, **options: Any) -> None:
    from qazyna.shell import importing
    from qazyna.shell.installation import open_books

    with refusals(as_json), open_books() as books, progress(file.name) as report:
        take_in = getattr(importing, f"import_{kind}_file")
        answer = take_in(books.connection, file, actor=actor, report=report, **options)
        text = f"{answer['file']}: {answer['accepted']} accepted, {answer['already_known']} known."
        emit(answer, as_json, text)


@imports.command("register")
def import_register(file: Path, actor: As = OWNER, as_json: AsJson = False) -> None:
    """A register of seized holdings (CSV or XLSX), as history."""
    _import("register", file, actor, as_json)


@imports.command("prices")
def import_prices(
    file: Path,
    asset: Annotated[
        str | None, typer.Option(help="What a file prices that does not say so itself.")
    ] = None,
    currency: Annotated[str, typer.Option(help="The currency of such a file.")] = "USD",
    actor: As = OWNER,
    as_json: AsJson = False,
) -> None:
    """Prices and rates: our long form, or a public layout."""
    _import("price", file, actor, as_json, asset=asset, currency=currency)


@imports.command("venues")
def import_venues(file: Path, actor: As = OWNER, as_json: AsJson = False) -> None:
    """Shut venues."""
    _import("venue", file, actor, as_json)


# acting


@app.command()
def run(
    kind: str, json_file: JsonFile, actor: As = OWNER, key: Key = None, as_json: AsJson = False
) -> None:
    """Do what needs nobody's approval."""
    from qazyna.shell import acting
    from qazyna.shell.installation import open_books

    with refusals(as_json), open_books() as books:
        done = acting.run(books.connection, kind, _read(json_file), actor=actor, key=key)
        emit(done.as_json(), as_json, _told(done.as_json()))


@app.command()
def propose(
    kind: str, json_file: JsonFile, actor: As = OWNER, key: Key = None, as_json: AsJson = False
) -> None:
    """Propose what others must approve."""
    from qazyna.shell import acting
    from qazyna.shell.installation import open_books

    with refusals(as_json), open_books() as books:
        answer = acting.propose(books.connection, kind, _read(json_file), actor=actor, key=key)
        emit(
            answer, as_json, f"Proposal {answer['proposal']} awaits {answer['needs']} approval(s)."
        )


@app.command()
def approve(proposal: str, actor: As = OWNER, key: Key = None, as_json: AsJson = False) -> None:
    """Approve a proposal; the last approval that it needs executes it."""
    from qazyna.shell import acting
    from qazyna.shell.installation import open_books

    with refusals(as_json), open_books() as books:
        answer = acting.approve(books.connection, proposal, actor=actor, key=key)
        emit(answer, as_json, f"Proposal {proposal} is {answer['status']}.")


@app.command()
def reject(
    proposal: str,
    reason: Annotated[str, typer.Option()],
    actor: As = OWNER,
    as_json: AsJson = False,
) -> None:
    """Reject a proposal, and say why."""
    from qazyna.shell import acting
    from qazyna.shell.installation import open_books

    with refusals(as_json), open_books() as books:
        answer = acting.reject(books.connection, proposal, reason, actor=actor)
        emit(answer, as_json, f"Proposal {proposal} is {answer['status']}.")


@app.command()
def proposals(as_json: AsJson = False) -> None:
    """Proposals that wait for somebody."""
    from qazyna.shell import acting
    from qazyna.shell.installation import open_books

    with refusals(as_json), open_books() as books:
        waiting = acting.waiting(books.connection)
        lines = [f"{p['proposal']}  {p['kind']}  by {p['by']}" for p in waiting]
        emit({"proposals": waiting}, as_json, "\n".join(lines) or "Nothing waits.")


@app.command()
def commands(
    kind: Annotated[str | None, typer.Argument(help="One kind of command.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="The reference page.")] = False,
    as_json: AsJson = False,
) -> None:
    """What can be run or proposed, and the fields that each takes."""
    from qazyna.errors import Refused
    from qazyna.shell import command_list

    with refusals(as_json):
        if markdown:
            typer.echo(command_list.markdown(), nl=False)
            return
        found = [c for c in command_list.described() if kind in (None, c["kind"])]
        if not found:
            raise Refused("unknown_command", f"There is no command {kind!r}.", {"kind": kind})
        lines = [
            f"{c['kind']:<26} {c['does']}"
            + "".join(
                f"\n    {f['name']}: {f['type']}" + ("" if f["required"] else " (optional)")
                for f in c["fields"]
                if kind
            )
            for c in found
        ]
        emit({"commands": found}, as_json, "\n".join(lines))


@users.command("add")
def user_add(
    name: str,
    role: Annotated[list[str], typer.Option(help="A role of the blueprint; repeatable.")],
    actor: As = OWNER,
    password: Annotated[
        bool, typer.Option("--password", help="Ask for a password for the pages.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Appoint somebody to roles."""
    from qazyna.shell import acting
    from qazyna.shell.installation import open_books

    with refusals(as_json), open_books() as books:
        chosen = typer.prompt("Password", hide_input=True) if password else None
        answer = acting.appoint(books, name, role, actor=actor, password=chosen)
        emit(answer, as_json, f"{name}: {', '.join(role)}.")


@users.command("list")
def user_list(as_json: AsJson = False) -> None:
    """Who holds which roles."""
    from qazyna.shell import acting
    from qazyna.shell.installation import open_books

    with refusals(as_json), open_books() as books:
        found = acting.users(books.connection)
        lines = [f"{user['user']}: {', '.join(user['roles'])}" for user in found]
        emit({"users": found}, as_json, "\n".join(lines))


def _read(file: Path) -> str:
    from qazyna.errors import Refused

    if str(file) == "-":
        return typer.get_text_stream("stdin").read()
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("unreadable", f"{file} cannot be read: {error}.") from None


def _told(document: dict[str, Any]) -> str:
    return (
        "\n".join(
            f"{event['on']}  {event['kind']}  {event['stream']}@{event['version']}"
            for event in document["done"]["events"]
        )
        or "Nothing changed."
    )


# looking


@app.command()
def statement(as_of: AsOf, known_at: KnownAt = None, as_json: AsJson = False) -> None:
    """The reserve, custody, flows and limits as of a day."""
    from qazyna import clock
    from qazyna.shell.installation import open_books
    from qazyna.shell.queries.statement import statement as build

    with refusals(as_json):
        day = clock.day(as_of)
        then = clock.instant(known_at) if known_at else None
        with open_books() as books:
            found = build(books.connection, day, then)
            emit(found.as_json(), as_json, lambda: _print_statement(found))


def _print_statement(found: Any) -> None:
    from qazyna.reports.text import as_text

    typer.echo(as_text(found), nl=False)


@case.command("show")
def case_show(case_id: str, as_json: AsJson = False) -> None:
    """One case: its holdings, orders and what happened, in order."""
    from qazyna.shell.installation import open_books
    from qazyna.shell.queries.cases import case as find

    with refusals(as_json), open_books() as books:
        found = find(books.connection, case_id)
        lines = [f"Case {case_id}"]
        lines += [
            f"  holding {h['holding']}: {q['quantity']} {q['asset']} at {q['account']}"
            for h in found["holdings"]
            for q in h["balances"]
        ]
        lines += [f"  {e['on']}  {e['kind']}" for e in found["events"]]
        emit(found, as_json, "\n".join(lines))


@ledger.command("balances")
def ledger_balances(
    as_of: Annotated[str | None, typer.Option("--as-of")] = None,
    known_at: KnownAt = None,
    account: Annotated[str, typer.Option(help="The beginning of an account's path.")] = "",
    as_json: AsJson = False,
) -> None:
    """What every account holds, as of a day."""
    from qazyna import clock
    from qazyna.shell.installation import open_books
    from qazyna.shell.queries.ledger import balances

    with refusals(as_json):
        day = clock.day(as_of) if as_of else None
        then = clock.instant(known_at) if known_at else None
        with open_books() as books:
            found = balances(books.connection, day, then, account)
            lines = [f"{b['quantity']:>28} {b['asset']:<6} {b['account']}" for b in found]
            emit({"balances": found}, as_json, "\n".join(lines) or "Nothing is held.")


@ledger.command("entries")
def ledger_entries(
    account: Annotated[str, typer.Option(help="The beginning of an account's path.")] = "",
    since: Annotated[str | None, typer.Option("--from")] = None,
    until: Annotated[str | None, typer.Option("--to")] = None,
    limit: Annotated[int | None, typer.Option(help="At most so many.")] = None,
    as_json: AsJson = False,
) -> None:
    """Entries and their postings, oldest first."""
    from qazyna import clock
    from qazyna.shell.installation import open_books
    from qazyna.shell.queries.ledger import entries

    with refusals(as_json):
        first = clock.day(since) if since else None
        last = clock.day(until) if until else None
        with open_books() as books:
            found = entries(books.connection, account, first, last, limit)
            lines = [
                f"{e['value_date']} {e['kind']:<9} {p['quantity']:>24} {p['asset']:<6} "
                f"Dr {p['debit']}  Cr {p['credit']}"
                for e in found
                for p in e["postings"]
            ]
            emit({"entries": found}, as_json, "\n".join(lines) or "No entries.")


@app.command()
def rebuild(
    check: Annotated[bool, typer.Option("--check", help="Compare; write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Replay all events, and find every table equal to what they say."""
    from qazyna.shell.installation import open_books
    from qazyna.shell.store import replay

    if not check:
        raise typer.BadParameter("only --check is offered: what is written is never rewritten.")
    with refusals(as_json), open_books() as books, progress("events") as report:
        found = replay.check(books.connection, report)
        text = f"{found.events} events, {found.entries} entries: " + (
            "every table is what they say."
            if not found.found
            else f"{found.found} differences.\n"
            + "\n".join(f"  {d['where']}: {d['what']}" for d in found.differences)
        )
        emit(found.as_json(), as_json, text)
    if found.found:
        raise typer.Exit(REFUSED)


@law.command("check")
def blueprint_check(file: str, as_json: AsJson = False) -> None:
    """Every problem of a blueprint at once, with its line and the mend."""
    from qazyna import blueprint
    from qazyna.shell.law_files import blueprint_file

    with refusals(as_json):
        path = blueprint_file(file)
        try:
            problems = blueprint.check(path.read_text("utf-8"))
        except UnicodeDecodeError as error:
            problems = (blueprint.Problem(1, "", f"The file is not UTF-8 text ({error.reason})."),)
        document = {"ok": not problems, "problems": [p.as_json() for p in problems]}
        lines = [f"line {p.line}, {p.clause}: {p.message}" for p in problems]
        emit(document, as_json, "\n".join(lines) or f"{path.name} is sound.")
    if problems:
        raise typer.Exit(REFUSED)


@law.command("show")
def blueprint_show(
    file: Annotated[
        str | None, typer.Argument(help="A name or file; else the one adopted.")
    ] = None,
    on: Annotated[str | None, typer.Option("--on", help="As it stood that day.")] = None,
    as_json: AsJson = False,
) -> None:
    """The clauses of a blueprint, with their values, dates and sources."""
    from qazyna import blueprint, clock
    from qazyna.shell.law_files import blueprint_file

    with refusals(as_json):
        day = clock.day(on) if on else None
        if file:
            path = blueprint_file(file)
            found = blueprint.parse(path.read_text("utf-8"), path.stem)
        else:
            from qazyna.shell.installation import open_books
            from qazyna.shell.store.reading import current_blueprint

            with open_books() as books:
                found = current_blueprint(books.connection)
        document = blueprint.show(found, day)
        emit(document, as_json, lambda: _show_clauses(document))


def _show_clauses(document: dict[str, Any]) -> None:
    import json

    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))


__all__ = ["app", "main", "note"]
