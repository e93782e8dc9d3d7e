"""Answers as text for people: tables, a timeline, clauses in words.

In a terminal a long cell is folded; in a pipe every row stays one line, and nothing is cut.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import typer

from qazyna.shell.queries.facts import in_a_few_words

Row = Sequence[str]

_WIDE = 10_000
"""The width of a page that nobody looks at: no line is ever folded."""


def aligned(rows: Iterable[Row]) -> list[str]:
    """Columns two blanks apart."""
    cells = [tuple(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]


def on_the_point(quantities: Iterable[str]) -> list[str]:
    """Decimals under one another, thousands set apart, no digit dropped.

    >>> on_the_point(["1500", "0.25"])
    ['1,500   ', '    0.25']
    """
    parts = [text.partition(".") for text in quantities]
    wholes = [f"{int(whole):,}" for whole, _, _ in parts]
    before = max(map(len, wholes), default=0)
    after = max((len(point + fraction) for _, point, fraction in parts), default=0)
    return [
        f"{whole:>{before}}{point + fraction:<{after}}"
        for whole, (_, point, fraction) in zip(wholes, parts, strict=True)
    ]


def spoken(name: str) -> str:
    """A name of the program as words: `forfeiture_became_final` -> `forfeiture became final`."""
    return name.replace("_", " ").replace("nav", "NAV")


def table(head: Row, rows: Iterable[Row]) -> None:
    """Print a table; a heading that begins with > is set to the right, with its column."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for title in head:
        right = title.startswith(">")
        made.add_column(Text(title.removeprefix(">")), justify="right" if right else "left")
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    console = Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False)
    with console.capture() as captured:
        console.print(made)
    lines = captured.get().splitlines()
    typer.echo("\n".join(line.rstrip() for line in lines))


def title(text: str) -> None:
    typer.secho(text, bold=True)


def section(text: str) -> None:
    typer.echo()
    title(text)


# the ledger


def balances_as_text(found: Sequence[dict[str, str]]) -> None:
    if not found:
        typer.echo("Nothing is held.")
        return
    quantities = on_the_point(each["quantity"] for each in found)
    table(
        ("Account", ">Quantity", "Asset", "Side"),
        (
            (each["account"], quantity, each["asset"], each["side"])
            for each, quantity in zip(found, quantities, strict=True)
        ),
    )


def entries_as_text(found: Sequence[dict[str, Any]]) -> None:
    if not found:
        typer.echo("No entries.")
        return
    postings = [(entry, posting) for entry in found for posting in entry["postings"]]
    quantities = on_the_point(posting["quantity"] for _, posting in postings)
    first = [entry["postings"][0] is posting for entry, posting in postings]
    table(
        ("Date", "Kind", ">Quantity", "Asset", "Debit", "Credit", "Entry"),
        (
            (
                entry["value_date"] if begins else "",
                entry["kind"] if begins else "",
                quantity,
                posting["asset"],
                posting["debit"],
                posting["credit"],
                entry["entry"] if begins else "",
            )
            for (entry, posting), quantity, begins in zip(postings, quantities, first, strict=True)
        ),
    )


# cases


def cases_as_text(found: Sequence[dict[str, Any]]) -> None:
    if not found:
        typer.echo("There are no cases.")
        return
    table(
        ("Case", "Seized", "Last event", ">Holdings", ">Events"),
        (
            (
                each["case"],
                each["seized_on"] or "",
                each["last_event_on"],
                f"{each['holdings']:,}",
                f"{each['events']:,}",
            )
            for each in found
        ),
    )


def case_as_text(found: dict[str, Any]) -> None:
    title(f"Case {found['case']}")
    balances = [(held, each) for held in found["holdings"] for each in held["balances"]]
    section("What is held")
    if balances:
        quantities = on_the_point(each["quantity"] for _, each in balances)
        table(
            ("Holding", ">Quantity", "Asset", "Account", "Side"),
            (
                (
                    held["holding"],
                    quantity,
                    each["asset"],
                    each["account"].removeprefix(each["book"] + "/"),
                    each["side"],
                )
                for (held, each), quantity in zip(balances, quantities, strict=True)
            ),
        )
    else:
        typer.echo("Nothing any more.")
    if orders := list(_orders(found)):
        section("Orders")
        table(("Order", "What", "Made", "Final", "Annulled"), orders)
    if found["exhibits"]:
        section("Exhibits")
        table(
            ("Exhibit", "Filed", "SHA-256"),
            ((each["exhibit"], each["added_on"], each["sha256"]) for each in found["exhibits"]),
        )
    section("What happened")
    table(
        ("Date", "Event", ""),
        (
            (each["on"], spoken(each["kind"]), in_a_few_words(each["facts"]))
            for each in found["events"]
        ),
    )


def _orders(found: dict[str, Any]) -> Iterator[Row]:
    for each in found["orders"]:
        what = f"forfeiture, {spoken(each['kind'])}" if each["kind"] else "forfeiture"
        dates = (each["ordered_on"], each["final_on"], each["annulled_on"])
        yield (each["order"], what, *(day or "" for day in dates))
    for each in found["sale_orders"]:
        yield (each["order"], "sale before the final order", each["ordered_on"], "", "")
    for each in found["awards"]:
        yield (each["award"], "award", each["awarded_on"], "", "")


# proposals and commands


def proposals_as_text(waiting: Sequence[dict[str, Any]]) -> None:
    if not waiting:
        typer.echo("Nothing waits.")
        return
    table(
        ("Proposal", "Kind", "By", "Approved by", "Proposed at"),
        (
            (
                each["proposal"],
                each["kind"],
                each["by"],
                ", ".join(each["approved_by"]) or "nobody yet",
                each["proposed_at"][:16].replace("T", " "),
            )
            for each in waiting
        ),
    )


def commands_as_text(found: Sequence[dict[str, Any]]) -> None:
    room = ""
    for line, each in zip(
        aligned((each["kind"], each["does"]) for each in found), found, strict=True
    ):
        if each["room"] != room:
            room = each["room"]
            section(room.capitalize())
        typer.echo(line)


def command_as_text(found: dict[str, Any]) -> None:
    title(found["kind"])
    typer.echo(found["does"])
    typer.echo()
    table(
        ("Field", "Type", ""),
        ((field["name"], field["type"], field["note"]) for field in found["fields"]),
    )


# the blueprint


def problems_as_text(name: str, problems: Sequence[Any]) -> None:
    if not problems:
        typer.echo(f"{name} is sound.")
        return
    title(f"{name}: {len(problems)} problem{'s' if len(problems) != 1 else ''}")
    table(
        (">Line", "Clause", "What is wrong, and the mend"),
        ((str(each.line), each.clause, each.message) for each in problems),
    )


def blueprint_as_text(shown: dict[str, Any]) -> None:
    found = shown["jurisdiction"]
    title(f"{found['name']} ({found['code']}): blueprint {shown['name']}")
    when = f"as of {shown['on']}" if shown["on"] else f"law since {shown['first']}"
    typer.echo(f"{when}; values in {found['currency']}; SHA-256 {shown['sha256']}")
    section("Custodians")
    for each in shown["custodians"]:
        typer.echo(f"{each['name']}: {each['title']}; {', '.join(map(spoken, each['holds']))}")
        typer.echo(f"    {_ground(each)}")
    section("Roles")
    for each in shown["roles"]:
        typer.echo(f"{each['name']}: {each['title']}")
        typer.echo(f"    {_ground(each)}")
    family = ""
    for clause in shown["clauses"]:
        if clause["clause"].partition(".")[0] != family:
            family = clause["clause"].partition(".")[0]
            section(family.capitalize())
        typer.echo(f"{clause['clause']}: {clause['means']}")
        for line in aligned(
            (f"    since {each['from']}", in_words(clause["unit"], each["value"]), _ground(each))
            for each in clause["values"]
        ):
            typer.echo(line)


def _ground(said: dict[str, Any]) -> str:
    """Source and date, or that it is assumed, and what is noted beside it."""
    note = said.get("note", "")
    if said.get("assumption"):
        return f"assumption: {note}" if note else "assumption"
    if "source" not in said:
        return note
    ground = f"{said['source']} (verified {said['verified']})"
    return f"{ground}; {note}" if note else ground


def in_words(unit: str, value: Any) -> str:
    """One answer of the law, as a person would say it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if unit == "curve":
        return "; ".join(f"{_percent(Decimal(below))} at {ratio}" for ratio, below in value)
    if unit == "vehicle":
        return _vehicle(value)
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if unit == "fraction":
        return _percent(Decimal(value))
    if unit == "days":
        return f"{value} day{'s' if str(value) != '1' else ''}"
    if unit == "limit":
        return _limit(value)
    if unit == "approvals":
        return _approvals(value)
    if unit == "money":
        return f"{Decimal(value):,f}"
    if unit == "par":
        return f"{value['value']} {value['currency']}"
    return str(value)


def _limit(value: dict[str, str]) -> str:
    most = value["bound"] == "max"
    bound, amber = Decimal(value["value"]), Decimal(value["amber"])
    near = bound * amber if most else bound / amber
    count = value["measure"] == "manager_count"
    shown, from_there = (
        f"{figure.normalize():f}" if count else _percent(figure) for figure in (bound, near)
    )
    of = spoken(value["class"])
    said = f"at {'most' if most else 'least'} {shown}"
    said += {
        "class_share": f" of the reserve in {of}",
        "manager_share": f" of the reserve with any one of the {of}",
        "manager_count": f" {of}",
    }.get(value["measure"], f": {spoken(value['measure'])}, {of}")
    if amber == 1:
        return said
    return f"{said}; amber {'above' if most else 'below'} {from_there}"


def _vehicle(value: dict[str, Any]) -> str:
    mix = ", ".join(f"{weight} {series}" for series, weight in value["mix"].items())
    shares = {key: Decimal(value[key]) for key in ("alpha", "management", "performance", "gate")}
    said = [f"{value['count']} × {spoken(value['kind'])} following {value.get('series') or mix}"]
    if shares["alpha"]:
        said.append(f"{_percent(shares['alpha'])} a year beyond it")
    said.append(f"fees {_percent(shares['management'])} a year")
    if shares["performance"]:
        said[-1] += f" and {_percent(shares['performance'])} of gains"
    if notice := value["notice_days"]:
        said.append(f"{notice} day{'s' if notice != 1 else ''} of notice")
    if shares["gate"] != 1:
        said.append(f"at most {_percent(shares['gate'])} given back on a dealing day")
    return "; ".join(said)


def _approvals(value: dict[str, Any]) -> str:
    count = value["approvals"]
    if not count:
        return "nobody's approval"
    roles = " or ".join(map(spoken, value["roles"]))
    return f"{count} approval{'s' if count != 1 else ''} of {roles}"


def _percent(fraction: Decimal) -> str:
    hundredths = (fraction * 100).quantize(Decimal("0.01")).normalize()
    return f"{hundredths:f} %"


def changes_as_text(more: dict[str, Any]) -> None:
    """How a statement differs from the published one, or from what was known at another time."""
    titles = {"restated": "Restated: what was published otherwise", "changed": "Changed since then"}
    for key, found in more.items():
        section(titles[key])
        if not found["differences"]:
            typer.echo("Nothing differs.")
        else:
            table(
                ("where", "asset", ">was", ">is", ">value was", ">value is"),
                (
                    (
                        each["account"] or each["section"],
                        each["asset"],
                        each["before"]["quantity"] or "",
                        each["after"]["quantity"] or "",
                        each["before"]["value"] or "unvalued",
                        each["after"]["value"] or "unvalued",
                    )
                    for each in found["differences"]
                ),
            )
        for event in found["events"]:
            why = event["reason"] or ", ".join(f"prices of {a}" for a in event["prices_of"])
            typer.echo(
                f"{event['recorded_at'][:19]}  {spoken(event['kind'])}  ({event['event']})  {why}"
            )
