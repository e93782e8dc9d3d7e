"""Who sees what: everything needs a login, and private fields an office."""

import re

import pytest

from tests.web.served import client, text

SECRET = "bc1q"


@pytest.fixture
def with_address(demo):
    """The event, the case and the address of a seizure that has one."""
    return demo.execute(
        """SELECT seq, substr(stream, 6), private->'address'->>'value' FROM books.event
           WHERE kind = 'seized' AND private ? 'address' ORDER BY seq LIMIT 1"""
    ).fetchone()


@pytest.mark.parametrize(
    "address",
    [
        *("/", "/cases", "/journal", "/venues", "/managers", "/blueprint", "/proposals"),
        *("/entries/1", "/events/1", "/classes/gold", "/prices/BTC", "/charts/value.svg"),
        *("/custody/claimants/BTC", "/documents/" + "0" * 64),
    ],
)
def test_nothing_is_shown_to_who_is_not_signed_in(demo, address):
    page = client().get(address)
    assert (302, f"/login?next={address}") == (page.status_code, page["Location"])


def test_only_the_sign_of_life_and_the_log_are_open(demo):
    """Every address there is, asked by nobody in particular (the log: tests/web/test_log_pages)."""
    from qazyna.shell.web.urls import urlpatterns

    assert {"ok": True} == client().get("/health").json()
    opened = {"health", "login", "logout"}
    for pattern in urlpatterns:
        if pattern.name in opened or pattern.name.startswith("log-") or pattern.name == "log":
            continue
        asked = re.sub(r"<int:\w+>", "1", re.sub(r"<(str|path):\w+>", "x", str(pattern.pattern)))
        page = client().get(f"/{asked}")
        # A script is named by its digest, and there is none of that name; a decision is posted.
        other = {"chart-script": 404, "approve": 405, "reject": 405}
        assert other.get(pattern.name, 302) == page.status_code, asked


def test_a_wrong_password_lets_nobody_in(demo):
    page = client().post("/login", {"username": "demo", "password": "not this"})
    assert 200 == page.status_code
    assert "do not belong together" in text(page)


@pytest.mark.parametrize(
    ("name", "sees"), [("auditor", True), ("registrar", True), ("demo", False)]
)
def test_private_fields_are_for_those_whose_office_it_is(demo, with_address, name, sees):
    seq, case, address = with_address
    for page in (client(name).get(f"/events/{seq}"), client(name).get(f"/cases/{case}")):
        assert sees == (address in text(page))
        assert sees != ("sealed" in text(page))


def test_no_page_of_the_list_leaks_an_address(demo, with_address):
    _, case, address = with_address
    here = client("demo")
    for place in ("/cases", f"/cases?q={case}", "/journal", "/"):
        assert address not in here.get(place).content.decode()


def test_a_document_is_given_to_an_auditor_alone(demo):
    (digest,) = demo.execute(
        "SELECT encode(sha256, 'hex') FROM books.document WHERE name = 'kazakhstan'"
    ).fetchone()
    assert 403 == client("demo").get(f"/documents/{digest}").status_code
    given = client("auditor").get(f"/documents/{digest}")
    assert 200 == given.status_code
    assert b"[jurisdiction]" in given.content
    assert given["Content-Disposition"].startswith("attachment")


def test_pages_run_no_script_but_ours_and_are_kept_by_no_cache(demo):
    page = client("demo").get("/")
    policy = page["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert "no-store" in page["Cache-Control"]
