"""`python -m bench [NAME …]`: measure the speeds that are promised, one module a claim.

Each prints what it measured, on what, against which floor or peer, and one ratio of one run.
Progress goes to standard error. Everything runs on this machine alone, in folders made for it, and
what was started is stopped. Exit status 1 says that a promise was missed.
"""

import sys
from importlib import import_module

from bench.common import Claim, note

NAMES = (
    "help",
    "single",
    "hordak",
    "rebuild",
    "register_import",
    "dashboard",
    "sealing",
    "archive",
    "performance",
    "choice",
)


def main(names: list[str]) -> int:
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        print(f"no such bench: {', '.join(unknown)}; there are {', '.join(NAMES)}", file=sys.stderr)
        return 2
    missed = 0
    for name in names or NAMES:
        note(f"{name} …")
        claim: Claim = import_module(f"bench.{name}").measure()
        print(claim.text(name), flush=True)
        missed += not claim.held
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
