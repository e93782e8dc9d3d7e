"""The folder of an exhibit: made, kept in a manifest by SHA-256, made again and compared.

BUNDLE/exhibit.pdf    the page that is filed
BUNDLE/*.csv          every output, place, stop and step that it sums up
BUNDLE/flow.svg       the picture of the flow
BUNDLE/data.json      what the page says, as data
BUNDLE/manifest.json  the question, what it rests on, the SHA-256 of every other file, and a salt

The SHA-256 of the manifest stands in the public log, and all of a blockchain is public: without the
salt, whoever suspected an address could make its exhibit and compare. Nothing else in a bundle is
drawn, and so all its other files are the same to the byte when they are made again.
"""

import json
import re
import secrets
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from qazyna.errors import Refused
from qazyna.shell.exhibits import words

FORMAT = 1
MANIFEST = "manifest.json"
ASKED = {"sources", "policies", "stop_at", "until", "title", "case", "question", "on", "language"}
"""What the question of a bundle says."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
PAGE = Path(__file__).with_name("exhibit.typ")


def make(folder: Path, files: Mapping[str, bytes], question: Mapping[str, Any]) -> dict[str, Any]:
    """Write the bundle; its manifest, which is written last. Refused (not_empty)."""
    if folder.exists() and any(folder.iterdir()):
        raise Refused(
            "not_empty", f"{folder} holds files already; name a new folder.", {"folder": folder}
        )
    whole = {**files, "exhibit.pdf": page(files)}
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in whole.items():
        (folder / name).write_bytes(content)
    manifest = {**manifest_of(whole, question), "salt": secrets.token_hex(16)}
    (folder / MANIFEST).write_text(_text(manifest), encoding="utf-8")
    return manifest


def manifest_of(files: Mapping[str, bytes], question: Mapping[str, Any]) -> dict[str, Any]:
    """What a bundle of these files says of itself."""
    return {
        "format": FORMAT,
        "program": program(),
        "question": dict(question),
        "inputs": json.loads(files["data.json"])["inputs"],
        "files": {name: sha256(content).hexdigest() for name, content in sorted(files.items())},
    }


def read(folder: Path) -> dict[str, Any]:
    """The manifest of a bundle. Refused (no_bundle)."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        manifest = {}
    if not is_one(manifest):
        raise Refused(
            "no_bundle",
            f"{folder} is no exhibit of format {FORMAT}: it has no manifest.json that says so.",
            {"folder": folder},
        )
    return manifest


def is_one(manifest: Any) -> bool:
    """Whether this is the manifest of a bundle: it may come from anywhere."""
    return (
        isinstance(manifest, dict)
        and manifest.get("format") == FORMAT
        and isinstance(manifest.get("question"), dict)
        and {
            "sources",
            "policies",
            "stop_at",
            "until",
            "title",
            "case",
            "question",
            "on",
            "language",
        }
        <= manifest["question"].keys()
        and {"program", "inputs"} <= manifest.keys()
        and isinstance(files := manifest.get("files"), dict)
        and all(isinstance(each, str) and _DIGEST.fullmatch(each) for each in files.values())
    )


def compare(
    folder: Path, manifest: Mapping[str, Any], again: Mapping[str, Any]
) -> list[dict[str, str]]:
    """Where the bundle's files differ from its manifest, and that from one made again."""
    problems = unsound(folder, manifest)
    for key in ("program", "inputs"):
        if manifest[key] != again[key]:
            problems.append(
                {"where": key, "what": f"The manifest says {manifest[key]}, here is {again[key]}."}
            )
    for name, digest in again["files"].items():
        if manifest["files"].get(name) != digest:
            problems.append({"where": name, "what": f"Made again it has SHA-256 {digest}."})
    return problems


def unsound(folder: Path, manifest: Mapping[str, Any]) -> list[dict[str, str]]:
    """Where the bundle's files differ from its manifest."""
    there = {each.name for each in folder.iterdir()}
    problems = []
    for name, digest in manifest["files"].items():
        if name not in there or not (folder / name).is_file():
            problems.append({"where": name, "what": "The file is missing."})
        elif (found := sha256((folder / name).read_bytes()).hexdigest()) != digest:
            problems.append(
                {"where": name, "what": f"The file has SHA-256 {found}, the manifest {digest}."}
            )
    extra = there - {*manifest["files"], MANIFEST}
    problems += [{"where": name, "what": "The manifest lacks it."} for name in sorted(extra)]
    return problems


def digest_of(folder: Path) -> str:
    """The SHA-256 by which a case takes the exhibit: that of its manifest, which has the others."""
    return sha256((folder / MANIFEST).read_bytes()).hexdigest()


def program() -> dict[str, str]:
    """Who made it."""
    return {"name": "qazyna", "version": version("qazyna"), "typst": version("typst")}


def page(files: Mapping[str, bytes]) -> bytes:
    """The PDF, from the data and the picture alone: no clock, no fonts but those typst brings."""
    import typst

    with tempfile.TemporaryDirectory(prefix="qazyna-exhibit-") as name:
        root = Path(name)
        for each in ("data.json", "flow.svg"):
            (root / each).write_bytes(files[each])
        language = json.loads(files["data.json"])["language"]
        (root / "words.json").write_text(words.text(language), encoding="utf-8")
        (root / "exhibit.typ").write_bytes(PAGE.read_bytes())
        made = typst.compile(
            root / "exhibit.typ",
            root=root,
            format="pdf",
            ignore_system_fonts=True,
            pdf_standards="a-2b",
        )
    return bytes(made)


def _text(manifest: Mapping[str, Any]) -> str:
    return json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
