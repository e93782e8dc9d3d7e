"""One case told in few words: commands whose usual answers are given, and the rest said."""

from typing import Any

from qazyna.disposition.interlocutory import OrderInterlocutorySale
from qazyna.disposition.sale import Dispose
from qazyna.forfeiture.awards import MakeAward
from qazyna.forfeiture.orders import OrderForfeiture, RecordFinality
from qazyna.seizure.taking import Seize

CASE: dict[str, Any] = {"case": "C-1", "holding": "1"}


def seize(quantity: str = "10", asset: str = "BTC", **said: Any) -> Seize:
    usual = {**CASE, "seized_on": "2025-03-03", "authority": "AFM"}
    return Seize.model_validate({**usual, "asset": asset, "quantity": quantity, **said})


def order(quantity: str = "10", asset: str = "BTC", **said: Any) -> OrderForfeiture:
    item = {"holding": "1", "asset": asset, "quantity": quantity}
    usual = {
        "case": "C-1",
        "order_ref": "F-1",
        "order_kind": "conviction",
        "ordered_on": "2025-06-02",
        "scope": (item,),
    }
    return OrderForfeiture.model_validate({**usual, **said})


def final(**said: Any) -> RecordFinality:
    usual = {"case": "C-1", "order_ref": "F-1", "final_on": "2025-07-07"}
    return RecordFinality.model_validate({**usual, **said})


def leave(quantity: str = "10", asset: str = "BTC", **said: Any) -> OrderInterlocutorySale:
    usual = {
        **CASE,
        "order_ref": "S-1",
        "ordered_on": "2025-04-01",
        "parties_heard_on": "2025-03-20",
        "asset": asset,
        "quantity": quantity,
    }
    return OrderInterlocutorySale.model_validate({**usual, **said})


def sell(quantity: str = "10", proceeds: str | None = "500000", **said: Any) -> Dispose:
    usual = {
        **CASE,
        "asset": "BTC",
        "quantity": quantity,
        "mechanism": "auction",
        "disposed_on": "2025-09-01",
        "proceeds": proceeds,
        "proceeds_currency": "USD",
    }
    return Dispose.model_validate({**usual, **said})


def early(quantity: str = "10", proceeds: str = "500000", **said: Any) -> Dispose:
    usual = {"mechanism": "interlocutory_sale", "disposed_on": "2025-04-02", "sale_ref": "S-1"}
    return sell(quantity, proceeds, **{**usual, **said})


def award(*parties: str, quantity: str = "10", asset: str = "BTC", **said: Any) -> MakeAward:
    item = {
        "holding": "1",
        "asset": asset,
        "quantity": quantity,
        "parties": tuple({"party": party} for party in parties or ("V-1",)),
    }
    usual = {"case": "C-1", "award_ref": "A-1", "awarded_on": "2025-08-04", "items": (item,)}
    return MakeAward.model_validate({**usual, **said})
