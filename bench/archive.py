"""An archive into a verified balance sheet, against other ledgers: `python -m bench.archive`.

The claim: 1,000,000 entries at 10 times the rate of hledger and 20 times that of beancount, both on
100,000 of the same entries exported. Each is a program of its own, timed from its start to its end,
one after the other, the best of three. Hledger reads and sums to balances; beancount reads, books
and checks (`bean-check`, without its cache); ours reads, verifies every rule, and sums to balances.
"""

import csv
import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from time import perf_counter

from bench.entries import ASSETS, books
from qazyna.ledger import archive
from qazyna.ledger.archive import Granted, Recorded
from qazyna.shell.exports import beancount, hledger
from qazyna.shell.exports.names import hledger_code, hledger_path

ENTRIES, EXPORTED, RUNS = 1_000_000, 100_000, 3
TIMES_HLEDGER, TIMES_BEANCOUNT = 10, 20

KNOWN = {asset.code: asset for asset in ASSETS}


SHEET = """
import sys
from qazyna.ledger.archive import verify
with open(sys.argv[1], "rb") as lines:
    sheet = verify(lines)
for account, asset, amount in sheet.held:
    print(account.path, sheet.assets[asset].text(amount), asset)
"""


def main(entries: int = ENTRIES, exported: int = EXPORTED) -> bool:
    """Print the figures; whether the claim holds."""
    with tempfile.TemporaryDirectory(prefix="qazyna-bench-") as name:
        folder = Path(name)
        _make(folder, entries, exported)
        rate = _timed("qazyna", entries, [sys.executable, "-c", SHEET, str(folder / "large")])
        held = True
        if program := shutil.which("hledger"):
            command = [program, "-f", str(folder / "hledger"), "balance", "--flat", "-N"]
            command += ["-O", "csv", "--layout=bare"]
            held &= _beats(rate, "hledger", _timed("hledger", exported, command), TIMES_HLEDGER)
            same = _hledgers(command) == _ours(folder / "small")
            print(f"  hledger and qazyna come to the same balances: {'yes' if same else 'NO'}")
            held &= same
        else:
            print("  hledger is not here: no ratio")
        if program := shutil.which("bean-check", path=str(Path(sys.executable).parent)):
            command = [program, "--no-cache", str(folder / "beancount")]
            other = _timed("beancount", exported, command)
            held &= _beats(rate, "beancount", other, TIMES_BEANCOUNT)
        else:
            print("  beancount is not here: no ratio")
        return held


def _make(folder: Path, entries: int, exported: int) -> None:
    """The books as an archive, and the first part of the same for all three."""
    for name, count in (("small", exported), ("large", entries)):
        made, told = books(count)
        told = list(told)
        grants = [one for one in told if isinstance(one, Granted)]
        recorded = [one for one in told if isinstance(one, Recorded)]
        _write(folder / name, archive.write(ASSETS, grants, recorded, made.balances))
        if name == "small":
            _write(folder / "hledger", hledger.journal(recorded, KNOWN))
            _write(folder / "beancount", beancount.ledger(recorded, KNOWN))


def _write(file: Path, text: Iterable[str]) -> None:
    with file.open("w", encoding="utf-8") as out:
        out.writelines(text)


def _timed(name: str, entries: int, command: list[str]) -> float:
    """Entries a second, by the best of some runs."""
    seconds = []
    for _ in range(RUNS):
        began = perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds.append(perf_counter() - began)
    rate = entries / min(seconds)
    print(f"  {name}: {entries:,} entries in {min(seconds):.2f} s, {rate:,.0f} entries/s")
    return rate


def _beats(rate: float, name: str, other: float, wanted: int) -> bool:
    print(f"  {rate / other:.1f} x the rate of {name} (claimed: {wanted} x)")
    return rate >= wanted * other


def _hledgers(command: list[str]) -> dict[tuple[str, str], str]:
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = [row for row in csv.reader(io.StringIO(said)) if row[0] != "account"]
    return {
        (hledger_path(name), hledger_code(commodity)): str(
            KNOWN[hledger_code(commodity)].amount(quantity.removeprefix("-"))
        )
        for name, commodity, quantity in rows
    }


def _ours(file: Path) -> dict[tuple[str, str], str]:
    with file.open("rb") as lines:
        found = archive.verify(lines)
    return {(account.path, asset): str(amount) for account, asset, amount in found.held}


if __name__ == "__main__":
    sys.exit(0 if main(*map(int, sys.argv[1:])) else 1)
