"""A bundle filed in a case: its files are checked, kept with the books, and given out again."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from qazyna.errors import Refused
from qazyna.seizure.exhibits import AddExhibit
from qazyna.shell import acting
from qazyna.shell.exhibits import bundle
from qazyna.shell.store.commit import Connection

MOST = 64 * 2**20
"""Bytes of a bundle that the books keep; of a larger one they take the digest alone."""


def file_in(
    connection: Connection,
    folder: Path,
    *,
    exhibit: str,
    on: date,
    case: str | None = None,
    title: str | None = None,
    actor: str,
    key: str | None = None,
) -> dict[str, Any]:
    """File a bundle in a case, its own by default, under a name, with all its files.

    Refused: no_bundle, altered_exhibit, no_case_named, other_case, too_large; and what
    `add_exhibit` refuses.
    """
    manifest = bundle.read(folder)
    made_for = manifest["question"].get("case")
    if case is None and made_for is None:
        raise Refused(
            "no_case_named",
            f"{folder} was made for no case; say --case.",
            {"bundle": folder},
        )
    if case is not None and made_for not in (None, case):
        raise Refused(
            "other_case",
            f"{folder} was made for case {made_for}, which its page says; make one for {case}.",
            {"bundle": folder, "made_for": made_for, "case": case},
        )
    files = _sound(folder, manifest)
    digest = bundle.digest_of(folder)
    asked = AddExhibit(
        case=case or made_for,
        exhibit=exhibit,
        title=title or manifest["question"]["title"],
        sha256=digest,
        added_on=on,
    )
    done = acting.act(connection, asked, actor=actor, key=key, documents=list(files.items()))
    return {"case": asked.case, "exhibit": exhibit, "sha256": digest, "kept": len(files)} | (
        done.as_json()
    )


def _sound(folder: Path, manifest: Mapping[str, Any]) -> dict[str, bytes]:
    """All files of a bundle, each as the manifest says it. Refused (altered_exhibit, too_large)."""
    size = sum(each.stat().st_size for each in folder.iterdir() if each.is_file())
    if size > MOST:
        raise Refused(
            "too_large",
            f"{folder} has {size:,} bytes, and the books keep {MOST:,} of a bundle. Keep it "
            "elsewhere, and file its digest with `qazyna run add_exhibit`.",
            {"bundle": folder, "bytes": size, "most": MOST},
        )
    problems = bundle.unsound(folder, manifest)
    if problems:
        said = "; ".join(f"{each['where']}: {each['what']}" for each in problems)
        raise Refused(
            "altered_exhibit",
            f"{folder} is not as it was made, so it is no exhibit: {said} Make it again with "
            "`qazyna trace exhibit`.",
            {"bundle": folder, "problems": problems},
        )
    names = (bundle.MANIFEST, *manifest["files"])
    return {name: (folder / name).read_bytes() for name in names}


Content = Callable[[str], bytes | None]
"""SHA-256 in hexadecimal -> the file that the books keep under it, if they do."""


def kept(digest: str, content: Content) -> dict[str, str] | None:
    """Name -> SHA-256 of each file of a bundle; None where the books keep none of that digest."""
    told = _read(content(digest))
    if told is None or not bundle.is_one(told):
        return None
    return {bundle.MANIFEST: digest, **told["files"]}


def says(files: Mapping[str, str], content: Content) -> dict[str, Any] | None:
    """What its page says, as data; None where that is not kept."""
    return _read(content(files["data.json"])) if "data.json" in files else None


def _read(text: bytes | None) -> dict[str, Any] | None:
    try:
        found = json.loads(text or b"")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def zipped(name: str, files: Mapping[str, bytes]) -> bytes:
    """The bundle as one ZIP file, the same to the byte each time: a folder `name` in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, text in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{name}/{each}")  # its time is 1980, whenever it is made
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text)
    return made.getvalue()
