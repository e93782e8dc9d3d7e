"""The log as a page, for who is signed in and for who is not."""

import json

import pytest

from qazyna.log.checkpoint import cosign
from qazyna.log.note import COSIGNATURE, Signer
from qazyna.log.proof import Proof
from qazyna.shell.home import Home
from qazyna.shell.log import signing
from qazyna.shell.log.sealing import seal
from tests.web.served import addresses, client, text

WITNESS = Signer("witness.example/w1", bytes(range(32)), COSIGNATURE)


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home").create()


@pytest.fixture
def sealed(seized, home):
    """Ten BTC seized, and all of it sealed."""
    seal(seized, home)
    return seized


def test_before_the_first_checkpoint_there_is_nothing_to_fetch(empty):
    assert "Nothing is sealed yet" in text(client().get("/log"))
    for path in ("checkpoint", "keys", "tile/0/000.p/1", "proof/0"):
        assert 404 == client().get(f"/log/{path}").status_code


def test_a_citizen_sees_size_root_key_and_how_to_check(sealed):
    page = client().get("/log")
    note = client().get("/log/checkpoint").content.decode()
    origin, size, root = note.split("\n")[:3]
    key = client().get("/log/keys").content.decode().split()[0]
    assert 200 == page.status_code
    said = text(page)
    for figure in (origin, size, root, key, "nothing is waiting"):
        assert figure in said
    assert f"qazyna verify LOG --against checkpoint-kept --key '{key}'" in said
    assert "No witness is listened to yet" in said
    assert "Journal" not in said  # the other pages are not for everybody


def test_what_waits_is_counted(sealed, home):
    from qazyna.office.appointment import Appoint
    from qazyna.shell.store.commit import execute

    execute(sealed, Appoint(user="bob", roles=("auditor",)), actor="owner")
    assert "1 event or entry, waiting" in text(client().get("/log"))
    seal(sealed, home)
    assert "nothing is waiting" in text(client().get("/log"))


def test_a_witness_is_shown_with_when_it_signed(sealed, home):
    signing.add_witness(sealed, str(WITNESS.verifier))
    assert "never yet" in text(client().get("/log"))
    note = signing.latest(sealed, home)
    line = cosign(note.text, WITNESS, 1_780_000_000).line()
    origin, size, _ = note.text.split("\n")[:3]
    signing.add_cosignatures(sealed, origin, int(size), line)
    said = text(client().get("/log"))
    assert "never yet" not in said
    assert "2026-05-28\u00a020:26:40\u00a0UTC".replace("\u00a0", " ") in said
    assert line in client().get("/log/checkpoint").content.decode()
    assert str(WITNESS.verifier) in client().get("/log/keys").content.decode()


@pytest.mark.parametrize("kind", ["entries", "events"])
def test_an_event_and_an_entry_lead_to_their_proof(sealed, kind):
    row = "n.id, position FROM books.sealed JOIN books.entry n ON n.id = entry"
    if kind == "events":
        row = "e.seq, position FROM books.sealed JOIN books.event e ON e.seq = event"
    number, position = sealed.execute(f"SELECT {row} ORDER BY 1 DESC LIMIT 1").fetchone()
    page = client("ann").get(f"/{kind}/{number}")
    assert f"Leaf {position} of the log" in text(page)
    leads = addresses(page)
    assert {f"/log/proof/{position}", f"/log/proof/{position}.json"} <= set(leads)
    proof = Proof.parse(client().get(f"/log/proof/{position}").content.decode())
    told = json.loads(client().get(f"/log/proof/{position}.json").content)
    assert str(proof) == told["proof"]
    proof.verify(told["leaf"].encode(), signing.log_key(sealed))


def test_what_is_not_sealed_says_so(seized):
    (number,) = seized.execute("SELECT max(id) FROM books.entry").fetchone()
    assert "Not in the log yet" in text(client("ann").get(f"/entries/{number}"))
