"""What a gate pays on a dealing date: of files, without a database."""

from pathlib import Path
from typing import Annotated, Any

import typer

from qazyna.shell.cli.options import AsJson
from qazyna.shell.cli.output import emit, refusals

TermsFile = Annotated[
    Path,
    typer.Option(
        "--terms",
        metavar="FILE",
        help="JSON: the fund's terms, its nav and dealing_date.",
        show_default=False,
    ),
]
RequestsFile = Annotated[
    Path,
    typer.Option(
        "--requests",
        metavar="FILE",
        help="JSON, CSV or XLSX: id, amount, and perhaps requested_on, carried, investor, holding.",
        show_default=False,
    ),
]


def gate(terms: TermsFile, requests: RequestsFile, as_json: AsJson = False) -> None:
    """Who is paid how much on a dealing date, and what is carried over."""
    with refusals(as_json):
        from qazyna.programme import gate_file
        from qazyna.shell.adapters.documents import read_document, read_rows

        dealing = gate_file.read_dealing(terms.name, *read_document(terms))
        asked = gate_file.read_requests(requests.name, *read_rows(requests), dealing)
        found = gate_file.answer(dealing, asked)
        emit(found, as_json, lambda: _as_text(found))


def _as_text(found: dict[str, Any]) -> None:
    from qazyna.shell.cli.text import table, title

    title(
        f"Dealing date {found['dealing_date']}: {found['requested']} asked for, "
        f"at most {found['cap']} paid"
    )
    paid = {each["id"]: each["amount"] for each in found["filled"]}
    left = {each["id"]: each["amount"] for each in found["carried"]}
    table(
        ("Request", ">Asked for", ">Paid", ">Carried"),
        (
            (name, _sum(paid.get(name), left.get(name)), paid.get(name, ""), left.get(name, ""))
            for name in dict.fromkeys((*paid, *left))
        ),
    )


def _sum(*amounts: str | None) -> str:
    from decimal import Decimal

    return str(sum(Decimal(each) for each in amounts if each))
