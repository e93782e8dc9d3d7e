"""The fee check of one fund as plain data: for the command line, and for a page."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from qazyna.programme.fees.comparing import Checked
from qazyna.programme.fees.exact import NOTHING, to_cents


def report(
    checked: Sequence[Checked],
    estimates: Sequence[str],
    *,
    manager: str | None = None,
    currency: str | None = None,
    waterfall: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Every fee period, the sums of those whose charge is known, and what differs."""
    return {
        "manager": manager,
        "currency": currency,
        "fees": [each.as_json() for each in checked],
        "totals": {
            fee: _total([each for each in checked if each.fee == fee])
            for fee in dict.fromkeys(each.fee for each in checked)
        },
        "waterfall": list(waterfall),
        "findings": [found for each in checked if (found := each.finding())],
        "estimates": list(estimates),
    }


def _total(checked: Sequence[Checked]) -> dict[str, str | None]:
    known = [each for each in checked if each.charged is not None]
    charged = sum((each.charged or NOTHING for each in known), NOTHING)
    beside = sum((each.recomputed for each in known), NOTHING)
    recomputed = sum((each.recomputed for each in checked), NOTHING)
    return {
        "charged": _told(charged) if known else None,
        "recomputed": _told(recomputed),
        "difference": _told(charged - beside) if known else None,
    }


def _told(amount: Decimal) -> str:
    return format(to_cents(amount), "f")
