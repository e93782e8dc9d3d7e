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
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from time import perf_counter

from bench.entries import ASSETS, Books, books
from qazyna.ledger import archive
from qazyna.ledger.archive import Granted, Recorded
from qazyna.ledger.entry import Account
from qazyna.money import Asset
from qazyna.shell.exports import beancount, hledger
from qazyna.shell.exports.names import hledger_code, hledger_path

ENTRIES, EXPORTED, RUNS = 1_000_000, 100_000, 3
TIMES_HLEDGER, TIMES_BEANCOUNT = 10, 20

KNOWN = {asset.code: asset for asset in ASSETS}


def main(entries: int = ENTRIES, exported: int = EXPORTED) -> bool:
    """Print the figures; whether the claim holds."""
    with tempfile.TemporaryDirectory(prefix="qazyna-bench-") as name:
        folder = Path(name)
        large, small = folder / "large", folder / "small"
        _archive(large, entries)
        _archive(small, exported)
        _export(folder / "hledger", exported, hledger.journal)
        _export(folder / "beancount", exported, beancount.ledger)

        ours = [sys.executable, "-m", "bench.archive", "sheet", str(large)]
        read = _timed("qazyna", entries, ours)
        best: dict[str, float] = {}
        if program := shutil.which("hledger"):
            command = [program, "-f", str(folder / "hledger"), "balance", "--flat", "-N"]
            command += ["-O", "csv", "--layout=bare"]
            best["hledger"] = _timed("hledger", exported, command)
            same = _hledgers(command) == _ours(small)
            print(f"  hledger and qazyna come to the same balances: {'yes' if same else 'NO'}")
            if not same:
                return False
        if program := shutil.which("bean-check", path=str(Path(sys.executable).parent)):
            command = [program, "--no-cache", str(folder / "beancount")]
            best["beancount"] = _timed("beancount", exported, command)
    held = True
    for name, wanted in (("hledger", TIMES_HLEDGER), ("beancount", TIMES_BEANCOUNT)):
        if name not in best:
            print(f"  {name} is not here: no ratio")
            continue
        ratio = read / best[name]
        held &= ratio >= wanted
        print(f"  {ratio:.1f} x the rate of {name} (claimed: {wanted} x)")
    return held


def sheet(file: str) -> None:
    """Verify an archive, and say what it comes to."""
    with Path(file).open("rb") as lines:
        found = archive.verify(lines)
    print(f"{found.entries} entries, {found.postings} postings, {len(found.held)} balances")


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


def _archive(file: Path, entries: int) -> None:
    # Twice through the same books: grants come first, and are known only when all is made.
    _, again = books(entries)
    made, told = books(entries)
    granted = (one for one in again if isinstance(one, Granted))
    with file.open("w", encoding="utf-8") as out:
        out.writelines(archive.write(ASSETS, granted, _entries(told), _held(made)))


def _held(made: Books) -> Iterator[tuple[Account, str, int]]:
    yield from made.balances


def _export(
    file: Path, entries: int, text: Callable[[Iterable[Recorded], dict[str, Asset]], Iterator[str]]
) -> None:
    _, told = books(entries)
    with file.open("w", encoding="utf-8") as out:
        out.writelines(text(_entries(told), KNOWN))


def _entries(told: Iterable[Recorded | Granted]) -> Iterator[Recorded]:
    return (one for one in told if isinstance(one, Recorded))


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
    if sys.argv[1:2] == ["sheet"]:
        sheet(sys.argv[2])
    else:
        sys.exit(0 if main(*map(int, sys.argv[1:])) else 1)
