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
    store: Store, asked: Question, told: Mapping[str, Any], tags: Path
) -> dict[str, bytes]:
    """The files of a bundle beside its page and its manifest: tables, picture, `data.json`.

    `told` is what the store cannot know: case, title, question, day, program, rates, command.
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
    files["flow.svg"] = picture(store, tale, units).encode()
    data = {
        **told,
        "chain": store.manifest.chain,
        "unit": units.name,
        "from_height": (store.manifest.heights or (0, 0))[0],
        "to_height": _last(store, asked),
        "gaps": sum(low <= _last(store, asked) for low, _ in store.manifest.gaps),
        "coinjoins_stop": asked.coinjoins_stop,
        "stops": [each.replace("_", " ") for each in asked.places.stops],
        "clustered": asked.places.clusters is not None,
        "lead": lead,
        "sources": [
            {"name": each.name, "kind": each.kind, "outputs": f"{len(each.outputs):,}"}
            for each in asked.sources
        ],
        "policies": [_policy(name, answer, units) for name, answer in answers.items()],
        "places": _places(answers, lead, units),
        "places_in_all": len(answers[lead]["by_entity"]),
        "stopped": [
            {**each, "amount": units.text(each["amount"])}
            for each in sorted(answers[lead]["stopped"], key=lambda e: -int(e["amount"]))[:SHOWN]
        ],
        "stopped_in_all": len(answers[lead]["stopped"]),
        "untold": {"ends": tale.untold[0], "amount": units.text(tale.untold[1])},
        "lines": _lines(store, tale),
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


def picture(store: Store, tale: Story, units: Units) -> str:
    """The flow as SVG."""
    txids = _txids(store, tale)
    boxes = {}
    led_to = {edge.end for edge in tale.edges}
    for key, what in tale.behind.items():
        if isinstance(what, End):
            boxes[key] = _end(what, txids)
        elif isinstance(what, str):
            boxes[key] = Box("source", "source", _short(what))
        else:
            # Fees come to a miner from all over the block, and so on no line.
            title = "transaction" if key in led_to else "miner's reward"
            boxes[key] = Box("tx", title, f"{txids[what][:10]}…")
    amounts = {edge.amount: units.text(edge.amount) for edge in tale.edges}
    if units.scale:
        amounts = {each: text.rstrip("0").rstrip(".") for each, text in amounts.items()}
    return draw(tale.edges, boxes, amounts)


def _end(what: End, txids: Mapping[int, str]) -> Box:
    if what.kind == "end":
        return Box("end", "not spent", _short(what.name or txids[what.tx]))
    return Box("stop", what.name or "", _short(txids[what.tx]))


def _short(name: str) -> str:
    return name if len(name) <= 26 else f"{name[:13]}…{name[-11:]}"


def _txids(store: Store, tale: Story) -> dict[int, str]:
    wanted = {tx for edge in tale.edges for tx in edge.via}
    wanted |= {what.tx for what in tale.behind.values() if isinstance(what, End)}
    wanted |= {what for what in tale.behind.values() if isinstance(what, int)}
    ids = sorted(wanted)
    return dict(zip(ids, store.txids(ids).to_list(), strict=True))


def _lines(store: Store, tale: Story) -> list[dict[str, Any]]:
    """The transactions that stand on a line of the picture, whole."""
    txids = _txids(store, tale)
    return [
        {"amount": str(edge.amount), "via": [txids[tx] for tx in edge.via]}
        for edge in tale.edges
        if edge.via
    ]


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
