"""How venues are ranked on real blocks, among the addresses in them that public tags name.

    python -m bench.venues_blocks FOLDER [--tags PACKS] [--services N] [--seed N]

FOLDER holds blocks of Bitcoin as nodes keep them; PACKS are tag packs, those that come with the
project if not said. What is learnt is learnt on the made chain of `bench.trace_venues` alone, and
never on these blocks, so it is judged on what it has not seen. Every cluster that was paid counts;
there is no least number of payments, for in a few blocks nobody has many. The tagged are few, and
which of the others are exchanges nobody says: read the ranks, and the numbers behind the areas.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import polars as pl

from bench.common import note
from bench.trace_venues import made_table
from qazyna.shell.installation import DATA
from qazyna.tracing.cluster.running import cluster
from qazyna.tracing.entity.model import BASELINE, LEARNT, SCORECARD, pr_auc, ways
from qazyna.tracing.entity.sight import Sight
from qazyna.tracing.ingest.running import Settings, ingest_raw_blocks
from qazyna.tracing.store.reading import Store
from qazyna.tracing.tags import book
from qazyna.tracing.venues import candidates, table


def measure(blocks: Path, packs: Path, services: int, seed: int, folder: Path) -> dict[str, Any]:
    """Rank all clusters of the blocks; where the tagged ones come out, by each way."""
    note("  reading the blocks …")
    ingest_raw_blocks(folder / "store", [blocks], Settings("bitcoin", "BTC"))
    store = Store.open(folder / "store")
    made = cluster(store, named=False)
    book.take_in(packs, folder / "tags")
    sight = Sight(store, book.load(folder / "tags"), made)
    rows = table(sight, sight.events(candidates(sight, 1)))
    note("  learning on a made chain …")
    rows = rows.with_columns(
        pl.Series(name, score.to_numpy())
        for name, score in ways(made_table(services, seed, folder / "made"), rows).items()
    )
    names = (BASELINE, SCORECARD, LEARNT)
    tagged = rows.filter(pl.col("category").is_not_null())
    truth = (tagged["category"] == "exchange").to_numpy()
    return {
        "blocks": store.blocks(["height"]).select(pl.len()).collect().item(),
        "clusters": len(rows),
        "tagged": len(tagged),
        "exchanges": int(truth.sum()),
        "chance": float(truth.mean()) if len(truth) else None,
        "ways": {
            name: {
                "pr_auc_among_tagged": pr_auc(truth, tagged[name].to_numpy()),
                "ranks_of_exchanges": _ranks(rows, tagged.filter(pl.Series(truth)), name),
                "ranks_of_others": _ranks(rows, tagged.filter(pl.Series(~truth)), name),
            }
            for name in names
        },
    }


def _ranks(rows: pl.DataFrame, some: pl.DataFrame, name: str) -> list[int]:
    """Places among all clusters: one more than how many score higher."""
    return sorted(1 + int((rows[name] > score).sum()) for score in some[name].to_list())


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("blocks", type=Path, metavar="FOLDER")
    parser.add_argument("--tags", type=Path, default=DATA / "tracing" / "tags", metavar="PACKS")
    parser.add_argument("--services", type=int, default=40, help="of each type of the made chain")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="qazyna-bench-") as folder:
        found = measure(asked.blocks, asked.tags, asked.services, asked.seed, Path(folder))
    if asked.json:
        json.dump(found, sys.stdout, indent=1)
        return
    print(
        f"{found['blocks']:,} blocks, {found['clusters']:,} clusters, {found['tagged']} of them "
        f"tagged, {found['exchanges']} as exchanges"
    )
    for name, way in found["ways"].items():
        print(
            f"{name:<22} PR-AUC among the tagged {way['pr_auc_among_tagged']:.3f} (by chance "
            f"{found['chance']:.3f}); ranks of exchanges {way['ranks_of_exchanges']}, of the other "
            f"tagged {way['ranks_of_others']}"
        )


if __name__ == "__main__":
    main()
