"""Exhibits of a case: what was filed, by its SHA-256."""

import pytest
from pydantic import ValidationError

from qazyna.seizure.case import Case
from qazyna.seizure.exhibits import AddExhibit
from tests.support import do, world
from tests.support_cases import seize

FILED = {
    "case": "C-1",
    "exhibit": "E-1",
    "title": "Where it went",
    "sha256": "0a" * 32,
    "added_on": "2025-04-01",
}


def test_a_case_knows_its_exhibits():
    there = world()
    do(there, seize(case="C-1"))
    (happened,) = do(there, AddExhibit.model_validate(FILED))

    (found,) = there.find(Case, "C-1").exhibits.items()
    assert ("E-1", "0a" * 32) == (found[0], found[1].sha256)
    assert (2, "2025-04-01") == (found[1].version, found[1].added_on.isoformat())
    assert () == happened.entries()


def test_its_title_may_name_persons_and_so_is_private():
    there = world()
    do(there, seize(case="C-1"))
    (happened,) = do(there, AddExhibit.model_validate(FILED))
    assert {"title"} == happened.private


@pytest.mark.parametrize("digest", ["", "0A" * 32, "0a" * 31, "0a" * 32 + "\n"])
def test_a_digest_is_64_small_hexadecimal_digits(digest):
    with pytest.raises(ValidationError):
        AddExhibit.model_validate({**FILED, "sha256": digest})
