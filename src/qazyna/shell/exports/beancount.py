"""The books as a ledger that beancount reads."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from qazyna.ledger.archive import Recorded, written
from qazyna.ledger.entry import Account, Posting
from qazyna.money import Asset
from qazyna.shell.exports.names import beancount_account, beancount_commodity

_HEAD = """\
; The books of Qazyna, as a ledger for beancount.
; Assets: where everything is. Equity: whose it is (a credit balance, hence the minus).
; Both sum to nothing, in every book and every commodity; docs/exports.md says how to read them.

option "title" "Qazyna"

"""


def ledger(recorded: Iterable[Recorded], assets: Mapping[str, Asset]) -> Iterator[str]:
    """The text of the ledger, piece by piece; an account opens on the day it is first used."""
    yield _HEAD
    for asset in assets.values():
        yield f"1900-01-01 commodity {beancount_commodity(asset.code)}\n"
        yield f"  code: {_quoted(asset.code)}\n"
        if asset.name:
            yield f"  name: {_quoted(asset.name)}\n"
    yield "\n"
    opened: set[Account] = set()
    for one in recorded:
        for posting in one.entry.postings:
            for account in (posting.debit, posting.credit):
                if account not in opened:
                    opened.add(account)
                    yield _open(account, one.entry.value_date)
        yield _transaction(one, assets)


def _open(account: Account, on: date) -> str:
    return (
        f"{on.isoformat()} open {beancount_account(account)}\n  path: {_quoted(account.path)}\n\n"
    )


def _transaction(one: Recorded, assets: Mapping[str, Asset]) -> str:
    entry = one.entry
    lines = [
        f'{entry.value_date.isoformat()} * "{entry.kind}"',
        f"  entry: {_quoted(written(one.ref))}",
        f'  event: "{one.event_kind}"',
        f'  flow: "{entry.flow}"',
        f'  recorded: "{one.recorded_at.isoformat()}"',
    ]
    if entry.value is not None:
        lines.append(f'  value: "{entry.value.amount:f} {entry.value.currency}"')
        lines.append(f"  valued-by: {_quoted(entry.value.source)}")
    if entry.effective is not None:
        lines.append(f"  effective: {entry.effective.isoformat()}")
    if entry.reverses is not None:
        lines.append(f"  reverses: {_quoted(written(entry.reverses))}")
    for posting in entry.postings:
        lines += _postings(posting, assets[posting.asset])
    return "\n".join(lines) + "\n\n"


def _postings(posting: Posting, asset: Asset) -> Iterator[str]:
    amount, name = asset.text(posting.amount), beancount_commodity(posting.asset)
    yield f"  {beancount_account(posting.debit)}  {amount} {name}"
    yield f"  {beancount_account(posting.credit)}  -{amount} {name}"
    if posting.authority is not None:
        yield f'    authority: "{posting.authority.kind}"'
        yield f"    granted-by: {_quoted(written(posting.authority.event))}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
