"""A candidate: what it says of itself, on what evidence, and its returns month by month."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256
from itertools import pairwise
from typing import Annotated, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from qazyna.errors import Refused
from qazyna.plan import Name
from qazyna.programme.terms import Money, Terms

_MONTH = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])", re.ASCII)
_RETURN = re.compile(r"-?\d{1,3}(\.\d{1,10})?", re.ASCII)


def _month(value: object) -> object:
    if isinstance(value, str) and not _MONTH.fullmatch(value):
        raise ValueError("write a month as 2024-01")
    return value


def _a_return(value: object) -> object:
    if isinstance(value, str):
        if not _RETURN.fullmatch(value) or Decimal(value) < -1:
            raise ValueError("write a return as a fraction, -0.034; nothing falls below -1")
        return Decimal(value)
    return value


Month = Annotated[str, BeforeValidator(_month)]
"""A calendar month, `2024-01`."""

Return = Annotated[Decimal, Field(ge=-1, le=999), BeforeValidator(_a_return)]
"""A simple return over a month, net of fees, as a fraction."""

Returns: TypeAlias = tuple[tuple[Month, Return], ...]

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of a file's bytes."""
Text = Annotated[str, Field(min_length=1, max_length=4000)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Document(_Part):
    """A document by what it is and by the SHA-256 of its bytes."""

    title: Name
    sha256: Digest


class Reference(_Part):
    """Somebody who was asked about the candidate, and what was said."""

    who: Name
    said: Text


class Kinds(_Part):
    """In what those chosen must differ."""

    strategy: Name
    domicile: Country
    custodian: Name
    administrator: Name


class Standing(_Part):
    """What eligibility is decided on."""

    licence: Name | None = None
    """Who licensed it, and under which number."""
    assets: Money
    """Under management, in the currency of the blueprint's statements."""
    custodian_independent: bool
    administrator_independent: bool
    auditor: Name | None = None
    aml_programme: bool
    sanctions_screening: bool
    insured: bool


class Candidate(BaseModel):
    """A candidate as the round knows it. Its label stands for it wherever its name must not."""

    label: str
    event: int
    """the event of the round that entered it"""
    name: str
    entered_on: date
    kinds: Kinds
    standing: Standing
    terms: Terms
    returns: Returns
    returns_sha256: str
    documents: tuple[Document, ...]
    answered: dict[str, tuple[int, int]]
    """section -> questions answered, and asked"""
    references: int
    failed: tuple["Failed", ...]
    withdrawn: str = ""
    """why, if it was"""
    admitted_as: str = ""
    """the manager that it became"""

    @property
    def stands(self) -> bool:
        """Whether it is eligible and still in the round."""
        return not self.failed and not self.withdrawn


class Failed(_Part):
    """A criterion that a candidate does not meet, and the clause that asks it."""

    clause: str
    why: str


def months_in_order(returns: Returns, today: date) -> None:
    """Refuse returns with a month twice, out of order, left out or not over yet."""
    months = [month for month, _ in returns]
    for before, month in pairwise(months):
        if month != next_month(before):
            raise Refused(
                "months_out_of_order",
                f"After {before} comes {next_month(before)}, and the returns say {month}: give "
                "every month once, oldest first, none left out.",
                {"after": before, "given": month},
            )
    if months and months[-1] >= today.isoformat()[:7]:
        raise Refused(
            "date_in_future",
            f"The month {months[-1]} is not over: its return cannot be known.",
            {"month": months[-1]},
        )


def next_month(month: str) -> str:
    """
    >>> next_month("2024-12")
    '2025-01'
    """
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"


def digest_of(returns: Sequence[tuple[str, Decimal]]) -> str:
    """SHA-256 of the returns as lines `2024-01,0.0213`: whoever holds the series can check it."""
    return sha256("".join(f"{month},{value:f}\n" for month, value in returns).encode()).hexdigest()
