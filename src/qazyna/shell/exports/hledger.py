"""The books as a journal that hledger reads."""

from collections.abc import Iterable, Iterator, Mapping

from qazyna.ledger.archive import Recorded, written
from qazyna.ledger.entry import Account, Posting
from qazyna.money import Asset
from qazyna.shell.exports.names import hledger_account, hledger_commodity, hledger_tag

_HEAD = """\
; The books of Qazyna, as a journal for hledger.
; assets: where everything is. equity: whose it is (a credit balance, hence the minus).
; Both sum to nothing, in every book and every commodity; docs/exports.md says how to read them.

decimal-mark .

"""


def journal(recorded: Iterable[Recorded], assets: Mapping[str, Asset]) -> Iterator[str]:
    """The text of the journal, piece by piece."""
    yield _HEAD
    for asset in assets.values():
        sample = f"1000.{'0' * asset.scale}"
        yield f"commodity {sample} {hledger_commodity(asset.code)}\n"
    yield "\n"
    declared: set[Account] = set()
    for one in recorded:
        for posting in one.entry.postings:
            for account in (posting.debit, posting.credit):
                if account not in declared:
                    declared.add(account)
                    yield f"account {hledger_account(account)}\n"
        yield _transaction(one, assets)


def _transaction(one: Recorded, assets: Mapping[str, Asset]) -> str:
    entry = one.entry
    lines = [
        f"{entry.value_date.isoformat()} * {entry.kind}",
        f"    ; entry: {hledger_tag(written(one.ref))}, event: {one.event_kind}, "
        f"flow: {entry.flow}, recorded: {one.recorded_at.isoformat()}",
    ]
    if entry.value is not None:
        lines.append(
            f"    ; value: {entry.value.amount:f} {entry.value.currency}, "
            f"valued-by: {hledger_tag(entry.value.source)}"
        )
    if entry.effective is not None:
        lines.append(f"    ; effective: {entry.effective.isoformat()}")
    if entry.reverses is not None:
        lines.append(f"    ; reverses: {hledger_tag(written(entry.reverses))}")
    for posting in entry.postings:
        lines += _postings(posting, assets[posting.asset])
    return "\n".join(lines) + "\n\n"


def _postings(posting: Posting, asset: Asset) -> Iterator[str]:
    amount, name = asset.text(posting.amount), hledger_commodity(posting.asset)
    yield f"    {hledger_account(posting.debit)}  {amount} {name}"
    yield f"    {hledger_account(posting.credit)}  -{amount} {name}"
    if posting.authority is not None:
        by = hledger_tag(written(posting.authority.event))
        yield f"    ; authority: {posting.authority.kind}, granted-by: {by}"
