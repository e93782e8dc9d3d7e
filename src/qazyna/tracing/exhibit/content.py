"""What an exhibit says, as plain data; the same for the same store and question, to the byte."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from qazyna.tracing.cluster.labels import clusterings
from qazyna.tracing.exhibit.evidence import MOST, days, named, steps
from qazyna.tracing.exhibit.picture import Box, draw, layers
from qazyna.tracing.exhibit.story import End, Story, story
from qazyna.tracing.follow.answer import document, not_spent, paths
from qazyna.tracing.follow.asking import Question, traced
from qazyna.tracing.store.reading import Store

SCALES = {"BTC": 8, "LTC": 8, "BCH": 8, "DOGE": 8, "ZEC": 8}
"""asset -> decimals of its base unit; of others amounts are told in base units"""

FIRST = ("fifo", "lifo", "haircut", "poison")
"""Which policy's flow is drawn, and whose places lead the table: the first that was asked for."""

SHOWN = 14
"""The page lists so many places; the tables list all."""

ENDS, DEEP = (9, 7, 5, 4, 3, 2), 7
"""So many ends are drawn; fewer, as long as the picture would be deeper than so many layers."""


WORDS = {
    "source": "source",
    "transaction": "transaction",
    "reward": "miner's reward",
    "not_spent": "not spent",
    "stopped: service": "stopped: service",
    "stopped: coinjoin": "stopped: coinjoin",
    "fee nobody claimed": "fee nobody claimed",
    "via": "via",
}
"""What the picture says, in English; a language has the same keys."""


@dataclass(frozen=True)
class Units:
    """How an asset's amounts are written."""

    asset: str
    scale: int

    @classmethod
    def of(cls, asset: str) -> "Units":
        return cls(asset, SCALES.get(asset, 0))

    @property
    def name(self) -> str:
        return self.asset if self.scale else f"base units of {self.asset}"

    def text(self, amount: int | str) -> str:
        """Plain digits, all decimals, thousands set apart."""
        return f"{Decimal(int(amount)).scaleb(-self.scale):,.{self.scale}f}"


def contents(
    store: Store,
    asked: Question,
    told: Mapping[str, Any],
    tags: Path,
    words: Mapping[str, str] = WORDS,
) -> dict[str, bytes]:
    """The files of a bundle beside its page and its manifest: tables, picture, `data.json`.

    `told` is what the store cannot know: case, title, question, day, program, rates, command,
    language. `words` are those of the picture in that language.
    """
    units = Units.of(store.manifest.asset)
    names = [each.name for each in asked.sources]
    traces = {policy: traced(store, asked, policy) for policy in asked.policies}
    answers = {
        policy: document(store, found, names, policy, asked.places)
        for policy, found in traces.items()
    }
    lead = next(policy for policy in FIRST if policy in traces)
    files = {
        "unspent.csv": _table(
            ("policy", "txid", "n", "address", "source", "amount"),
            (
                (policy, each["txid"], each["n"], each["address"], each["source"], each["amount"])
                for policy, answer in answers.items()
                for each in answer["unspent"]
            ),
        ),
        "entities.csv": _table(
            ("policy", "entity", "label", "category", "addresses", "amount"),
            (
                (policy, *(each[key] for key in _ENTITY))
                for policy, answer in answers.items()
                for each in answer["by_entity"]
            ),
        ),
        "stopped.csv": _table(
            ("policy", "txid", "n", "why", "source", "amount"),
            (
                (policy, each["txid"], each["n"], each["why"], each["source"], each["amount"])
                for policy, answer in answers.items()
                for each in answer["stopped"]
            ),
        ),
        "paths.csv": _table(
            ("policy", "from_txid", "to_txid", "source", "amount"),
            (
                (policy, each["from"], each["to"], each["source"], each["amount"])
                for policy, found in traces.items()
                for each in paths(store, found, names)
            ),
        ),
    }
    found = traces[lead]
    rests = not_spent(store, found).select("tx", "n", "address").unique()
    for most in ENDS:
        tale = story(found, rests, names, most)
        if len(layers(tale.edges)) <= DEEP:
            break
    drawn = steps(store, tale)
    files["flow.svg"] = picture(tale, units, drawn, words).encode()
    first, last = (store.manifest.heights or (0, 0))[0], _last(store, asked)
    gaps = [[low, min(high, last)] for low, high in store.manifest.gaps if low <= last]
    data = {
        **told,
        "chain": store.manifest.chain,
        "unit": units.name,
        "from_height": first,
        "to_height": last,
        **dict(zip(("from_day", "to_day"), days(store, first, last), strict=True)),
        "gaps": len(gaps),
        "missing": gaps[:MOST],
        "coinjoins_stop": asked.coinjoins_stop,
        "stops": [each.replace("_", " ") for each in asked.places.stops],
        "clustered": asked.places.clusters is not None,
        "lead": lead,
        "sources": [
            {
                "name": each.name,
                "kind": each.kind,
                "outputs": f"{len(each.outputs):,}",
                # A case's addresses come from private fields; without them nobody could check.
                "addresses": list(each.addresses) if each.kind == "case" else [],
            }
            for each in asked.sources
        ],
        "policies": [_policy(name, answers[name], units) for name in FIRST if name in answers],
        "places": _places(answers, lead, units),
        "places_in_all": len(answers[lead]["by_entity"]),
        "stopped": [
            {**each, "amount": units.text(each["amount"])}
            for each in sorted(answers[lead]["stopped"], key=lambda e: -int(e["amount"]))[:SHOWN]
        ],
        "stopped_in_all": len(answers[lead]["stopped"]),
        "untold": {"ends": tale.untold[0], "amount": units.text(tale.untold[1])},
        "lines": [
            {"amount": str(edge.amount), "via": [drawn[tx]["txid"] for tx in edge.via]}
            for edge in tale.edges
            if edge.via
        ],
        "steps": list(drawn.values())[:MOST],
        "steps_in_all": len(drawn),
        "named": named(store, asked.places, traces.values())[:MOST],
        "inputs": inputs(store, tags if len(asked.places.tags) else None),
        "files": {name: sha256(content).hexdigest() for name, content in sorted(files.items())},
    }
    text = json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return {**files, "data.json": text.encode()}


_ENTITY = ("entity", "label", "category", "addresses", "amount")


class _Lines(list[str]):
    """What a writer of CSV writes, a line each."""

    def write(self, line: str) -> None:
        self.append(line)


def _table(head: Sequence[str], rows: Any) -> bytes:
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return "".join(lines).encode()


def _last(store: Store, asked: Question) -> int:
    last = (store.manifest.heights or (0, 0))[1]
    return last if asked.until is None else min(asked.until, last)


def _policy(name: str, answer: Mapping[str, Any], units: Units) -> dict[str, Any]:
    return {
        "name": name,
        **{
            key: units.text(answer[key])
            for key in ("seed", "unspent_total", "fees", "stopped_total")
        },
        "times_seed": answer["times_seed"],
        "outputs": f"{len(answer['unspent']):,}",
        "transactions": f"{answer['transactions']:,}",
        "crossed": len(answer["crossed"]),
        "unbalanced": answer["unbalanced"],
        "conserved": answer["conserved"],
    }


def _places(answers: Mapping[str, Any], lead: str, units: Units) -> list[dict[str, Any]]:
    """The largest places by the leading policy, what the others say of them beside."""
    amounts = {
        policy: {each["entity"]: each["amount"] for each in answer["by_entity"]}
        for policy, answer in answers.items()
    }
    return [
        {
            "entity": each["entity"],
            "label": each["label"],
            "category": each["category"],
            "addresses": each["addresses"],
            "amounts": {
                policy: units.text(amounts[policy].get(each["entity"], 0)) for policy in answers
            },
        }
        for each in answers[lead]["by_entity"][:SHOWN]
    ]


def picture(
    tale: Story, units: Units, drawn: Mapping[int, Mapping[str, Any]], words: Mapping[str, str]
) -> str:
    """The flow as SVG. `drawn` are its transactions, as `steps` tells them."""
    boxes = {}
    led_to = {edge.end for edge in tale.edges}
    for key, what in tale.behind.items():
        if isinstance(what, End):
            boxes[key] = _end(what, drawn, words)
        elif isinstance(what, str):
            boxes[key] = Box("source", words["source"], _short(what))
        else:
            # Fees come to a miner from all over the block, and so on no line.
            title = words["transaction" if key in led_to else "reward"]
            step = drawn[what]
            boxes[key] = Box("tx", f"{title} {step['number']}", f"{step['txid'][:10]}…")
    amounts = {edge.amount: units.text(edge.amount) for edge in tale.edges}
    if units.scale:
        amounts = {each: text.rstrip("0").rstrip(".") for each, text in amounts.items()}
    return draw(tale.edges, boxes, amounts, words["via"])


def _end(what: End, drawn: Mapping[int, Mapping[str, Any]], words: Mapping[str, str]) -> Box:
    txid = drawn[what.tx]["txid"]
    if what.kind == "end":
        return Box("end", words["not_spent"], _short(what.name or txid))
    return Box("stop", words[what.name or ""], _short(txid))


def _short(name: str) -> str:
    return name if len(name) <= 26 else f"{name[:13]}…{name[-11:]}"


def inputs(store: Store, tags: Path | None) -> dict[str, Any]:
    """What the trace rests on: sources as ingested, and the files that were read, by SHA-256."""
    files = [
        store.path / "parts" / part.name / f"{name}.parquet"
        for part in store.manifest.parts
        for name in ("blocks", "tx", "inputs", "outputs")
    ]
    digests = [f"{file.parent.name}/{file.name} {_digest(file)}\n" for file in files]
    known = clusterings(store.path)
    return {
        "sources": [
            {key: each.get(key) for key in ("name", "sha256", "records")}
            for each in store.manifest.sources
        ],
        "tables": len(files),
        "tables_sha256": sha256("".join(digests).encode()).hexdigest(),
        "clusters_sha256": _digest(known[-1].folder / "ids.parquet") if known else None,
        "tags_sha256": _digest(tags / "tags.parquet") if tags else None,
    }


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


__all__ = ["Units", "contents", "inputs", "picture"]
