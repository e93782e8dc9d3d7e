"""What hledger and beancount make of an export: each run as the program it is."""

import csv
import io
import subprocess
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

from qazyna.ledger.entry import Account
from qazyna.shell.exports.names import (
    beancount_account,
    beancount_commodity,
    hledger_code,
    hledger_path,
)

Balances = Mapping[tuple[Account, str], int]
Told = dict[tuple[str, str], str]
"""By path and asset: the quantity in the asset's own unit."""


def _said(*command: object) -> str:
    """What a program prints; that it complains is a failure."""
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, encoding="utf-8", timeout=120
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def hledger_accepts(program: str, file: Path) -> None:
    """All of its checks: declared accounts and commodities, balanced, in order of date."""
    _said(program, "-f", file, "check", "--strict", "ordereddates")


def hledger_balances(program: str, file: Path, as_of: date) -> Told:
    """What hledger says every account holds at the end of a day, both sides positive."""
    until = (as_of + timedelta(days=1)).isoformat()
    said = _said(
        *(program, "-f", file, "balance", "--end", until, "--flat", "--no-total"),
        *("--layout=bare", "-O", "csv"),
    )
    told: Told = {}
    for name, commodity, quantity in list(csv.reader(io.StringIO(said)))[1:]:
        title = name.startswith("equity:")
        assert title == quantity.startswith("-"), f"{name} {quantity}"
        told[hledger_path(name), hledger_code(commodity)] = plain(quantity.removeprefix("-"))
    return told


def plain(quantity: str) -> str:
    """Without idle zeros."""
    return quantity.rstrip("0").rstrip(".") if "." in quantity else quantity


def beancount_agrees(
    program: str,
    file: Path,
    balances: Mapping[date, Balances],
    *,
    opened: Iterable[tuple[date, Account, str]],
    scales: Mapping[str, int],
) -> None:
    """Have beancount itself assert, without tolerance, what every account holds on each day, and
    that it holds nothing of what it is not said to hold."""
    opened = list(opened)
    lines = [f'include "{file.name}"']
    for as_of, held in balances.items():
        morning = (as_of + timedelta(days=1)).isoformat()
        for since, account, code in opened:
            if since <= as_of:
                amount = held.get((account, code), 0)
                sign = "-" if account.side == "title" and amount else ""
                name = beancount_commodity(code)
                quantity = f"{sign}{shifted(amount, scales[code])}"
                lines.append(
                    f"{morning} balance {beancount_account(account)} {quantity} ~ 0 {name}"
                )
    asserted = file.with_name("asserted.beancount")
    asserted.write_text("\n".join(lines) + "\n", encoding="utf-8")
    _said(program, "--no-cache", asserted)


def shifted(amount: int, scale: int) -> str:
    """Base units in the asset's own unit, by moving the point: apart from how the code does it."""
    digits = str(amount).zfill(scale + 1)
    return f"{digits[:-scale]}.{digits[-scale:]}" if scale else digits
