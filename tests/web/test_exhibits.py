"""The exhibits of a case on its page: who filed what, what it says, and its files."""

import io
import zipfile
from datetime import date
from hashlib import sha256

import pytest

from qazyna.shell import acting
from qazyna.shell.exhibits.filing import file_in
from tests.support_exhibits import QUESTION, made
from tests.web.served import addresses, client, text

ON = date(2025, 4, 2)


@pytest.fixture
def bundle(tmp_path):
    return made(tmp_path, "--case", "C-1")


@pytest.fixture
def filed(seized, bundle):
    """The digest of an exhibit of C-1 that was filed with its files."""
    return file_in(seized, bundle, exhibit="E-1", on=ON, actor="ann")["sha256"]


def test_it_says_what_it_is_who_filed_it_and_what_it_found(filed):
    page = client("ann").get("/cases/C-1")
    said = text(page)
    assert "E-1: The <coins>" in said
    assert "Filed on 2 April 2025 by ann" in said
    assert QUESTION in said
    assert filed in said
    assert "FIFO0.000010000.00000990" in said
    assert "<coins>" not in page.content.decode()


def test_every_file_is_given_as_it_was_filed(filed, bundle):
    here = client("ann")
    files = [each for each in addresses(here.get("/cases/C-1")) if each.startswith("/documents/")]
    given = {sha256(here.get(each).content).hexdigest() for each in files}
    assert {sha256(each.read_bytes()).hexdigest() for each in bundle.iterdir()} == given
    assert {each.rpartition("/")[2] for each in files} == given


def test_the_whole_of_it_is_one_file(filed, bundle):
    here = client("ann")
    (address,) = (e for e in addresses(here.get("/cases/C-1")) if e.startswith("/exhibits/"))
    given = here.get(address)
    with zipfile.ZipFile(io.BytesIO(given.content)) as archive:
        inside = {name.rpartition("/")[2]: archive.read(name) for name in archive.namelist()}
    assert {each.name: each.read_bytes() for each in bundle.iterdir()} == inside
    assert given["Content-Disposition"].startswith("attachment")
    assert "no-store" in given["Cache-Control"]


def test_who_may_not_see_what_is_private_sees_that_it_was_filed(filed):
    here = client("cy")
    page = here.get("/cases/C-1")
    said = text(page)
    assert "E-1" in said
    assert filed in said
    for private in ("The <coins>", QUESTION, "FIFO", "thief"):
        assert private not in said
    assert not [each for each in addresses(page) if each.startswith(("/documents", "/exhibits"))]
    assert 403 == here.get(f"/exhibits/{filed}.zip").status_code


def test_one_whose_files_are_elsewhere_says_so(seized):
    fields = (
        '{"case": "C-1", "exhibit": "E-2", "title": "Seen", '
        f'"sha256": "{"0a" * 32}", "added_on": "2025-04-02"}}'
    )
    acting.run(seized, "add_exhibit", fields, actor="ann")
    said = text(client("ann").get("/cases/C-1"))
    assert "are not kept here" in said
    assert 404 == client("ann").get(f"/exhibits/{'0a' * 32}.zip").status_code


def test_a_file_that_is_no_manifest_is_no_exhibit(filed, bundle):
    page = sha256((bundle / "exhibit.pdf").read_bytes()).hexdigest()
    assert 404 == client("ann").get(f"/exhibits/{page}.zip").status_code


def test_a_case_without_one_has_no_section_of_them(seized):
    assert "Exhibits" not in text(client("ann").get("/cases/C-1"))
