"""Make the files of the Kazakhstan demo.

python data/make/kazakhstan_demo.py [FOLDER]

Everything individual is illustrative; the totals are the public figures that PROVENANCE.md gives.
"""

import sys
from pathlib import Path

from common import DATA, REGISTER_COLUMNS, write_csv
from demo_register import register
from demo_venues import VENUE_COLUMNS, venues

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA / "demo" / "kazakhstan"
    shut = venues()
    write_csv(folder / "venues.csv", VENUE_COLUMNS, shut)
    write_csv(folder / "register.csv", REGISTER_COLUMNS, register(shut))
