"""Terms from a file: checked whole, each problem at the line where it stands."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from qazyna.clock import day
from qazyna.errors import Refused
from qazyna.office.table import Findings
from qazyna.programme.terms import Terms, TermsFrom, plain_decimal

Lines = Mapping[str, int]


def read_terms(findings: Findings, said: Any, lines: Lines) -> Terms | None:
    """The terms; None, and what is wrong with them noted, where they are none."""
    if not isinstance(said, dict):
        findings.add(1, "", "unreadable", "Terms are one object: {“gate”: “0.25”, …}.")
        return None
    try:
        return Terms.model_validate(said)
    except ValidationError as error:
        for each in error.errors():
            where = [str(step) for step in each["loc"]]
            findings.add(_line(lines, where), ".".join(where), "bad_terms", _told(each["msg"]))
        return None


def read_versions(findings: Findings, said: Any, lines: Lines) -> tuple[TermsFrom, ...]:
    """Terms as they stand, or a list of versions, each with the day since which it applies."""
    if not isinstance(said, list):
        terms = read_terms(findings, said, lines)
        return (TermsFrom(since=date.min, terms=terms),) if terms else ()
    found = []
    for number, each in enumerate(said, start=1):
        if not isinstance(each, dict) or set(each) - {"document_ref"} != {"since", "terms"}:
            findings.add(
                1, f"{number}", "bad_terms", "Each version has “since”, a day, and “terms”."
            )
            continue
        since = read_day(findings, 1, f"{number}.since", each["since"])
        terms = read_terms(findings, each["terms"], lines)
        if since and terms:
            found.append(TermsFrom(since=since, terms=terms))
    if [each.since for each in found] != sorted({each.since for each in found}):
        findings.add(1, "since", "out_of_order", "Versions stand by date, each day once.")
    if not said:
        findings.add(1, "", "no_rows", "The list of versions is empty.")
    return tuple(found)


def read_day(findings: Findings, line: int, column: str, text: object) -> date | None:
    """A value date; None, and a finding, for anything else."""
    try:
        return day(text if isinstance(text, str) else str(text))
    except Refused as no:
        findings.refused(line, column, no)
        return None


def read_number(
    findings: Findings, line: int, column: str, text: object, what: str
) -> Decimal | None:
    """A number in plain digits; None, and a finding, for anything else."""
    try:
        return plain_decimal(text if isinstance(text, str) else str(text), what)
    except Refused as no:
        findings.refused(line, column, no)
        return None


def read_cents(findings: Findings, line: int, column: str, text: object) -> int | None:
    """An amount of money in cents; None, and a finding, where it is none."""
    found = read_number(findings, line, column, text, "an amount of money")
    if found is None:
        return None
    cents = found.scaleb(2)
    if cents != cents.to_integral_value():
        findings.add(
            line, column, "wrong_scale", f"{text} has more than two decimals: money is in cents."
        )
        return None
    return int(cents)


def in_cents(cents: int) -> str:
    """Cents as an amount of money.

    >>> in_cents(1250), in_cents(-5)
    ('12.50', '-0.05')
    """
    whole, part = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{part:02}"


def _line(lines: Lines, where: list[str]) -> int:
    return next((lines[step] for step in reversed(where) if step in lines), 1)


def _told(message: str) -> str:
    text = message.removeprefix("Value error, ")
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
