"""An archive into a verified balance sheet in memory, against hledger and beancount.

The claim: 1,000,000 entries at 10 times the rate of hledger and 20 times that of beancount, both on
100,000 of the same entries exported. Each is a program of its own, timed from its start to its end,
the best of some runs. Hledger reads, and sums to balances; beancount reads, books and checks
(`bean-check`, without its cache); ours reads, verifies every rule, and sums to balances.

Both slow down with the number of accounts, hledger more than in proportion. So the claim is held
on books that are kind to them, a hundred cases met again and again; as books are, with a few
accounts for every holding, is measured too.
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

from bench.common import Claim, note
from bench.entries import ASSETS, SEED, books
from qazyna.ledger import archive
from qazyna.ledger.archive import Granted, Recorded
from qazyna.shell.exports import beancount, hledger
from qazyna.shell.exports.names import hledger_code, hledger_path

ENTRIES, EXPORTED, CASES = 1_000_000, 100_000, 100
WIDE, WIDE_EXPORTED = 500_000, 20_000
TIMES = {"hledger": 10, "beancount": 20}

RUNS, LONG = 3, 30.0
"""Each runs so often, unless it has taken so many seconds already."""

KNOWN = {asset.code: asset for asset in ASSETS}

SHEET = """
import sys
from qazyna.ledger.archive import verify
with open(sys.argv[1], "rb") as lines:
    sheet = verify(lines)
for account, asset, amount in sheet.held:
    print(account.path, sheet.assets[asset].text(amount), asset)
"""


def measure() -> Claim:
    details: list[str] = []
    narrow = _compare(ENTRIES, EXPORTED, CASES, details)
    _compare(WIDE, WIDE_EXPORTED, None, details)
    promised = " and ".join(f"{times} x the rate of {name}" for name, times in TIMES.items())
    said = ", ".join(f"{times:.1f} x {name}" for name, times in narrow.items())
    return Claim(
        promise=f"an archive of {ENTRIES:,} entries, verified, at {promised}",
        measured=said or "nothing: neither of them is here",
        against=f"{promised}, on {EXPORTED:,} of the same entries",
        data=f"entries of {CASES:,} cases (seed {SEED})",
        ratio=min((narrow[name] / TIMES[name] for name in narrow), default=0.0),
        details=details,
    )


def _compare(
    entries: int, exported: int, cases: int | None, details: list[str]
) -> dict[str, float]:
    """How many times the rate of each of the others that is here."""
    with tempfile.TemporaryDirectory(prefix="qazyna-bench-") as name:
        folder = Path(name)
        note("  making books")
        _make(folder, entries, exported, cases)
        commands = {}
        if program := shutil.which("hledger"):
            balance = [program, "-f", str(folder / "hledger"), "balance", "--flat", "-N"]
            commands["hledger"] = [*balance, "-O", "csv"]
            if cases and _hledgers([*commands["hledger"], "--layout=bare"]) != _ours(folder):
                raise AssertionError("hledger comes to other balances")
        if program := shutil.which("bean-check", path=str(Path(sys.executable).parent)):
            commands["beancount"] = [program, "--no-cache", str(folder / "beancount")]
        rate, said = _rate(entries, [sys.executable, "-c", SHEET, str(folder / "large")])
        size = (folder / "large").stat().st_size // entries
        accounts = f"{'few' if cases else 'many'} accounts"
        details.append(f"{accounts}: qazyna {said}, of {size} bytes each")
        found = {}
        for name, command in commands.items():
            other, said = _rate(exported, command)
            found[name] = rate / other
            details.append(f"{accounts}: {name} {said}; {found[name]:.1f} x its rate")
        return found


def _make(folder: Path, entries: int, exported: int, cases: int | None) -> None:
    """The books as an archive, and the first part of the same for all three."""
    for name, count in (("small", exported), ("large", entries)):
        made, told = books(count, cases)
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


def _rate(entries: int, command: list[str]) -> tuple[float, str]:
    """Entries a second, and the same in words."""
    taken: list[float] = []
    while len(taken) < RUNS and sum(taken) < LONG:
        begun = perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        taken.append(perf_counter() - begun)
    rate = entries / min(taken)
    return rate, f"{entries:,} entries in {min(taken):.2f} s, {rate:,.0f} entries/s"


def _hledgers(command: list[str]) -> dict[tuple[str, str], str]:
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = [row for row in csv.reader(io.StringIO(said)) if row[0] != "account"]
    return {
        (hledger_path(name), hledger_code(commodity)): str(
            KNOWN[hledger_code(commodity)].amount(quantity.removeprefix("-"))
        )
        for name, commodity, quantity in rows
    }


def _ours(folder: Path) -> dict[tuple[str, str], str]:
    with (folder / "small").open("rb") as lines:
        found = archive.verify(lines)
    return {(account.path, asset): str(amount) for account, asset, amount in found.held}
