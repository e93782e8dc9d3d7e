"""`python -m bench [NAME …]`: measure the speeds that are promised, one module a claim.

Each prints what it measured, on what, against which floor or peer, and one ratio of one run; at
the end stands a table of all. Progress goes to standard error. Everything runs on this machine
alone, in folders made for it, and what was started is stopped. Exit status 1 says that a promise
was missed.
"""

import sys
import traceback
from importlib import import_module

from bench.common import Claim, note, table

NAMES = (
    "help",
    "single",
    "hordak",
    "bulk",
    "rebuild",
    "register_import",
    "dashboard",
    "sealing",
    "archive",
    "asof",
    "performance",
    "choice",
    "compare",
    "simulate",
    "trace_follow",
    "trace_ingest",
    "trace_cluster",
)


def main(names: list[str]) -> int:
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        print(f"no such bench: {', '.join(unknown)}; there are {', '.join(NAMES)}", file=sys.stderr)
        return 2
    claims: dict[str, Claim | None] = {}
    for name in names or NAMES:
        note(f"{name} …")
        try:
            claim: Claim = import_module(f"bench.{name}").measure()
        except Exception:  # the others are measured all the same
            traceback.print_exc()
            claims[name] = None
        else:
            claims[name] = claim
            print(claim.text(name), flush=True)
    print(table(claims))
    return 0 if all(claim and claim.held for claim in claims.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
