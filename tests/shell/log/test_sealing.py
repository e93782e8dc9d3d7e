"""Every leaf gets one place, once, whoever seals; what was sealed is proven by others' programs."""

import json
import threading
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import psycopg
import pytest
from tlog_scales import reader as scales
from tlog_scales import signing as scales_signing
from tlog_scales import tiles as scales_tiles
from tlog_scales.backend import LocalBackend

from qazyna.errors import Refused
from qazyna.log.checkpoint import Checkpoint, Submission, accept, cosign
from qazyna.log.merkle import EMPTY_ROOT, leaf_hash, verify_consistency
from qazyna.log.note import COSIGNATURE, Signer
from qazyna.office.appointment import Appoint
from qazyna.shell.home import Home
from qazyna.shell.log import bundle, reading, signing
from qazyna.shell.log.database import verify_log
from qazyna.shell.log.export import export
from qazyna.shell.log.proving import consistency, prove
from qazyna.shell.log.sealing import seal
from qazyna.shell.store.commit import execute
from tests.shell.store.opened import adopt, opened


@pytest.fixture
def books(own_database):
    with opened(own_database.url()) as connection:
        adopt(connection)
        yield connection


@pytest.fixture
def own_home(tmp_path):
    return Home(tmp_path / "home").create()


def appoint_many(connection, count, start=0):
    for n in range(start, start + count):
        execute(connection, Appoint(user=f"u{n}", roles=("auditor",)), actor="owner")


def committed(connection):
    (events,) = connection.execute("SELECT count(*) FROM books.event").fetchone()
    (entries,) = connection.execute("SELECT count(*) FROM books.entry").fetchone()
    return events + entries


def test_sealing_takes_all_that_is_committed_and_then_nothing(lived, log_home):
    done = seal(lived, log_home)
    assert committed(lived) == done.added == done.size
    assert (done.size, 0) == (seal(lived, log_home).size, seal(lived, log_home).added)
    assert 0 == reading.unsealed(lived)
    assert [] == verify_log(lived, None).problems


def test_the_entries_of_an_event_follow_it(lived, log_home):
    seal(lived, log_home)
    told = [json.loads(leaf) for leaf in reading.leaves(lived, 0, reading.head(lived).size)]
    at = [n for n, leaf in enumerate(told) if leaf["leaf"] == "entry"]
    assert at
    for n in at:
        assert told[n]["stream"] == told[n - 1]["stream"]
        assert told[n]["version"] == told[n - 1]["version"]


def test_an_open_transaction_holds_its_own_rows_back(books, own_home, own_database):
    seal(books, own_home)
    with opened(own_database.url()) as other:
        with other.transaction():
            execute(other, Appoint(user="slow", roles=("auditor",)), actor="owner")
            assert 0 == seal(books, own_home).added
        assert 1 == seal(books, own_home).added


def test_two_who_seal_at_once_seal_each_leaf_once(books, own_home, own_database):
    appoint_many(books, 20)
    added, failed = [], []

    def run():
        try:
            with opened(own_database.url()) as connection:
                added.append(seal(connection, own_home).added)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == failed
    assert committed(books) == sum(added) == reading.head(books).size
    assert [] == verify_log(books, None).problems


def test_every_size_that_was_signed_leads_to_every_later_one(books, own_home):
    sizes = []
    for step in range(6):
        appoint_many(books, 3 + step * 2, start=step * 50)
        sizes.append(seal(books, own_home).size)
    for first in sizes:
        for second in sizes:
            if first <= second:
                before, after, proof = consistency(books, first, second)
                verify_consistency(first, second, before, after, proof)
    with pytest.raises(Refused) as no:
        consistency(books, sizes[0] + 1, sizes[-1])
    assert "no_such_checkpoint" == no.value.code


def test_what_was_known_is_the_last_batch_by_then(books, own_home):
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    assert 0 == reading.known_at(books, long_ago).position
    first = seal(books, own_home)
    at = reading.head(books).sealed_at
    assert reading.Known(first.size, False) == reading.known_at(books, at)
    appoint_many(books, 1)
    second = seal(books, own_home)
    assert reading.Known(first.size, True) == reading.known_at(books, at)
    later = datetime.now(UTC) + timedelta(hours=1)
    assert reading.Known(second.size, False) == reading.known_at(books, later)


def test_another_home_cannot_sign_the_log(books, own_home, tmp_path):
    seal(books, own_home)
    with pytest.raises(Refused) as no:
        seal(books, Home(tmp_path / "other").create())
    assert "another_log_key" == no.value.code


def test_the_key_is_for_its_owner_alone(own_home):
    signing.signer_of(own_home)
    assert 0o600 == (own_home.keys / signing.SECRET).stat().st_mode & 0o777


def test_an_altered_past_is_not_signed(books, own_home, own_database):
    appoint_many(books, 3)
    seal(books, own_home)
    with psycopg.connect(own_database.url("postgres"), autocommit=True) as root:
        root.execute("ALTER TABLE books.sealed DISABLE TRIGGER ALL")
        root.execute("UPDATE books.sealed SET hash = sha256('x') WHERE position = 1")
    appoint_many(books, 1, start=90)
    with pytest.raises(Refused) as no:
        seal(books, own_home)
    assert "log_altered" == no.value.code


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE books.sealed SET hash = sha256('x')",
        "DELETE FROM books.sealed",
        "UPDATE books.batch SET root = sha256('x')",
        "TRUNCATE books.signature",
        "DELETE FROM books.subtree",
        "UPDATE books.signer SET role = 'witness'",
        "INSERT INTO books.sealed (position, batch, event, hash)"
        " SELECT 1000, size, max(seq), sha256('x') FROM books.batch, books.event"
        " WHERE size > 0 GROUP BY size",
        "INSERT INTO books.batch (size, root, below, first, previous_below, previous_at)"
        " SELECT size + 5, sha256('x'), (below::text::bigint + 1)::text::xid8, size, below,"
        " sealed_at FROM books.batch ORDER BY size DESC LIMIT 1",
    ],
)
def test_no_dml_of_the_owner_touches_the_log(lived, log_home, database, statement):
    seal(lived, log_home)
    with (
        psycopg.connect(database.url("qazyna_owner")) as owner,
        owner.transaction(force_rollback=True),
        pytest.raises(psycopg.errors.IntegrityError),
    ):
        owner.execute(statement)
        owner.execute("SET CONSTRAINTS ALL IMMEDIATE")


# the others' program reads what we write


def read_by_scales(folder, key):
    reader = scales.TilesReader(LocalBackend(folder))
    checkpoint = reader.get_checkpoint()
    vkey = scales_signing.Vkey.from_string(key)
    signed = scales_signing.VkeySet(vkey).verify(checkpoint.signatures, checkpoint)
    assert signed, "the independent reader does not accept the signature"
    assert reader.calculate_root_hash() == checkpoint.root_hash
    return reader, checkpoint


def test_an_independent_reader_accepts_tiles_proofs_and_checkpoints(books, own_home, tmp_path):
    folder = tmp_path / "log"
    appoint_many(books, 300)
    early = seal(books, own_home)
    export(books, own_home, folder)
    appoint_many(books, 230, start=300)
    late = seal(books, own_home)
    export(books, own_home, folder)
    key = str(signing.log_key(books))

    reader, checkpoint = read_by_scales(folder, key)
    assert (late.size, late.root) == (checkpoint.size, checkpoint.root_hash)
    for index in (0, 255, 256, late.size - 1):
        entry = reader.get_entry(index)
        reader.get_inclusion_proof(index, late.size).check(
            scales_tiles.leaf_hash(entry), checkpoint.root_hash
        )
    theirs = reader.get_consistency_proof(early.size, late.size)
    _, _, ours = consistency(books, early.size, late.size)
    assert list(theirs.node_hashes) == ours
    theirs.check(early.root, late.root)
    assert bundle.verify(folder, [key]).ok


def test_our_proof_is_theirs(books, own_home, tmp_path):
    appoint_many(books, 12)
    done = seal(books, own_home)
    export(books, own_home, tmp_path / "log")
    reader, _ = read_by_scales(tmp_path / "log", str(signing.log_key(books)))
    for told in map(json.loads, reading.leaves(books, 0, done.size)):
        proof, leaf = prove(books, own_home, f"{told['stream']}@{told['version']}")
        theirs = reader.get_inclusion_proof(proof.index, done.size)
        assert list(proof.path) == list(theirs.node_hashes)
        theirs.check(leaf_hash(leaf), done.root)
        proof.verify(leaf, signing.log_key(books))


# bundles


@pytest.fixture
def bundled(lived, log_home, tmp_path):
    seal(lived, log_home)
    export(lived, log_home, tmp_path / "bundle")
    return tmp_path / "bundle"


def test_a_bundle_is_verified_without_a_database(bundled, lived):
    verdict = bundle.verify(bundled, [str(signing.log_key(lived))])
    assert [] == verdict.problems
    assert committed(lived) == verdict.leaves == verdict.events + verdict.entries
    assert verdict.notes["key"]["held"]


def test_a_bundle_under_another_key_is_not_believed(bundled):
    other = Signer("qazyna/other", bytes(32)).verifier
    assert not bundle.verify(bundled, [str(other)]).ok


def flipped(place, at=-1):
    data = bytearray(place.read_bytes())
    data[at] ^= 1
    place.write_bytes(bytes(data))


@pytest.mark.parametrize("what", ["tile/0", "tile/entries", "checkpoint"])
def test_a_bundle_in_which_one_bit_differs_is_found(bundled, what):
    places = [p for p in sorted(bundled.rglob("*")) if p.is_file() and what in str(p)]
    assert places
    for place in places:
        before = place.read_bytes()
        for at in (0, len(before) // 2, -2):
            flipped(place, at)
            assert not bundle.verify(bundled).ok, (place, at)
            place.write_bytes(before)
    assert bundle.verify(bundled).ok


def test_a_bundle_from_which_a_file_is_missing_is_found(bundled):
    for place in [p for p in bundled.rglob("*") if p.is_file() and p.name != "keys"]:
        before = place.read_bytes()
        place.unlink()
        assert not bundle.verify(bundled).ok, place
        place.write_bytes(before)


def test_a_log_that_did_not_grow_from_the_one_exported_is_refused(bundled, books, tmp_path):
    seal(books, Home(tmp_path / "home2").create())
    with pytest.raises(Refused) as no:
        export(books, Home(tmp_path / "home2"), bundled)
    assert "another_log" == no.value.code


def test_a_single_proof_stands_alone(lived, log_home, tmp_path):
    seal(lived, log_home)
    proof, leaf = prove(lived, log_home, "case/C-1@1#1")
    told = {
        "proof": str(proof),
        "leaf": leaf.decode(),
        "keys": [str(signing.log_key(lived))],
    }
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    assert bundle.verify(file).ok
    told["leaf"] = told["leaf"].replace("C-1", "C-2", 1)
    file.write_text(json.dumps(told), encoding="utf-8")
    assert not bundle.verify(file).ok


@pytest.mark.parametrize(
    "name", ["0", "99999999", "case/C-1@99", "case/C-1@1#9", "nonsense", "@", "x@#"]
)
def test_what_is_not_there_cannot_be_proven(lived, log_home, name):
    with pytest.raises(Refused) as no:
        prove(lived, log_home, name)
    assert "no_such_entry" == no.value.code


# witnesses

WITNESS = Signer("witness.example/w1", sha256(b"w1").digest(), COSIGNATURE)


def test_a_witness_signs_what_grew_and_its_signature_is_kept_and_shown(books, own_home, tmp_path):
    signing.add_witness(books, str(WITNESS.verifier))
    seen = None
    for step in range(3):
        appoint_many(books, 7, start=step * 10)
        size = seal(books, own_home).size
        asked = str(signing.submission(books, own_home, seen.size if seen else 0))
        seen = accept(Submission.parse(asked), signing.log_key(books), seen)
        answer = cosign(seen.text, WITNESS, 1_800_000_000 + step).line() + "\n"
        origin = signing.log_key(books).name
        assert [WITNESS.name] == signing.add_cosignatures(books, origin, size, answer)
    export(books, own_home, tmp_path / "log")
    keys = [str(signing.log_key(books)), str(WITNESS.verifier)]
    verdict = bundle.verify(tmp_path / "log", keys)
    assert verdict.ok
    assert {WITNESS.name: 1_800_000_002} == verdict.notes["witnesses"]
    vkey = scales_signing.Vkey.from_string(str(WITNESS.verifier))
    _, checkpoint = read_by_scales(tmp_path / "log", keys[0])
    assert scales_signing.VkeySet(vkey).verify(checkpoint.signatures, checkpoint)


def test_a_false_cosignature_is_refused_and_a_strangers_passed_over(books, own_home):
    size = seal(books, own_home).size
    signing.add_witness(books, str(WITNESS.verifier))
    origin = signing.log_key(books).name
    stranger = Signer("witness.example/w2", bytes(32), COSIGNATURE)
    text = Checkpoint(origin, size, reading.head(books).root).text
    assert [] == signing.add_cosignatures(books, origin, size, cosign(text, stranger, 1).line())
    with pytest.raises(Refused) as no:
        signing.add_cosignatures(books, origin, size, cosign(text + "more\n", WITNESS, 1).line())
    assert "bad_cosignature" == no.value.code
    empty = Checkpoint(origin, 0, EMPTY_ROOT)
    assert size != empty.size
