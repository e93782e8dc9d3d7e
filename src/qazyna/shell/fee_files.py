"""The fee check of a fund from files, without a database."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from qazyna.programme.fees import files, shadow, venture
from qazyna.programme.fees.comparing import Charge
from qazyna.programme.fees.report import report
from qazyna.shell.adapters.documents import read_document, read_rows


def check_files(
    terms: Path,
    navs: Path | None,
    flows: Path | None,
    charged: Path | None,
    tolerance: Decimal = Decimal(0),
) -> dict[str, Any]:
    """Fees charged and recomputed. Without a file of NAVs the flows are a venture fund's; without
    flows it is one unit from the first NAV on."""
    fund = files.read_fund(terms.name, *read_document(terms))
    charges: list[Charge] = []
    if charged is not None:
        charges = files.read_charges(charged.name, *read_rows(charged))
    if navs is None and flows is not None:
        told = files.read_flows(flows.name, *read_rows(flows), fund)
        found, waterfall, notes = venture.check(
            fund.terms_on, fund.commitment, told, charges, tolerance
        )
        return report(found, notes, currency=fund.currency, waterfall=waterfall)
    if navs is None:
        raise ValueError("neither NAVs nor flows")
    valuations = files.read_valuations(navs.name, *read_rows(navs))
    dealings = [shadow.Dealing(valuations[0].on, Decimal(1))]
    if flows is not None:
        dealings = files.read_dealings(flows.name, *read_rows(flows), valuations)
    checked, notes = shadow.check(fund.terms_on, valuations, dealings, charges, tolerance)
    if flows is None:
        notes.append(f"no flows are told: one unit is held from {valuations[0].on} on")
    return report(checked, notes, currency=fund.currency)
