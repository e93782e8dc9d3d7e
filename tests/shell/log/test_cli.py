"""The commands of docs/log.md, one after the other, on an installation of their own."""

import json

import pytest
from typer.testing import CliRunner

from qazyna.shell import postgres
from qazyna.shell.cli.main import app


@pytest.fixture
def qazyna(home, monkeypatch):
    monkeypatch.setenv("QAZYNA_HOME", str(home.path))
    monkeypatch.delenv("QAZYNA_LOG_ORIGIN", raising=False)

    def run(*words, exits=0):
        done = CliRunner().invoke(app, [*map(str, words), "--json"])
        assert exits == done.exit_code, (words, done.output, done.exception)
        return json.loads(done.stdout)

    return run


def test_from_the_first_seal_to_a_bundle_verified_without_a_server(qazyna, home, tmp_path):
    assert {"origin", "size", "root", "note"} <= qazyna("log", "checkpoint").keys()
    sealed = qazyna("log", "seal")
    checkpoint = qazyna("log", "checkpoint")
    assert (sealed["size"], sealed["root"]) == (checkpoint["size"], checkpoint["root"])
    assert [checkpoint["origin"], str(checkpoint["size"]), checkpoint["root"]] == checkpoint[
        "note"
    ].split("\n")[:3]
    kept = tmp_path / "kept"
    kept.write_text(checkpoint["note"], encoding="utf-8")

    told = qazyna("log", "verify", "--against", kept)
    assert (True, []) == (told["ok"], told["problems"])
    assert {"size", "root", "ok", "problems"} <= told.keys()
    told = qazyna("verify", "--database", "--against", kept)
    assert {"ok", "checked", "problems"} <= told.keys()
    assert {"leaves", "entries", "events"} == told["checked"].keys()
    assert ([], 0) == (told["problems"], told["unsealed"])

    proof = tmp_path / "proof.json"
    proof.write_text(json.dumps(qazyna("log", "prove", "law@1")), encoding="utf-8")
    size = checkpoint["size"]
    assert [] == qazyna("log", "consistency", size, size)["proof"]
    assert (
        "no_such_checkpoint" == (qazyna("log", "consistency", 1, size, exits=1)["refused"]["code"])
    )
    bundle = tmp_path / "bundle"
    assert size == qazyna("log", "export", bundle)["size"]

    postgres.stop(home)
    key = checkpoint["key"]
    assert qazyna("verify", bundle, "--key", key, "--against", kept)["ok"]
    assert qazyna("verify", proof, "--key", key)["ok"]
    assert not postgres.is_running(home)

    (bundle / "tile" / "0" / f"000.p/{size}").write_bytes(bytes(32 * size))
    told = qazyna("verify", bundle, exits=1)
    assert not told["ok"]
    assert {"where", "what"} == told["problems"][0].keys()
    qazyna("verify", tmp_path / "nowhere", exits=1)
