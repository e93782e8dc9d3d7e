"""Running quantities: both sides move together, and nothing falls below zero."""

from datetime import date

import pytest

from qazyna.errors import InvariantBroken
from qazyna.ledger import entry
from qazyna.ledger.book import Balances
from qazyna.ledger.entry import Account

ON = date(2026, 1, 5)
VENUE = Account("C-1/1", "restrained", "Venue 017")
COINS = Account("C-1/1", "custody", "AFM")
CLAIMANTS = Account("C-1/1", "claimants")


def held(balances: Balances) -> dict[str, int]:
    return {f"{account.path} {asset}": amount for account, asset, amount in balances}


def test_what_is_received_is_somewhere_and_somebodys():
    balances = Balances()
    balances.post([entry.receive(ON, "BTC", 5, VENUE, CLAIMANTS)])

    assert {"C-1/1/restrained/Venue 017 BTC": 5, "C-1/1/claimants BTC": 5} == held(balances)


def test_a_move_changes_the_place_and_not_the_title():
    balances = Balances()
    balances.post([entry.receive(ON, "BTC", 5, VENUE, CLAIMANTS)])
    balances.post([entry.move(ON, "BTC", 5, COINS, VENUE)])

    assert {"C-1/1/custody/AFM BTC": 5, "C-1/1/claimants BTC": 5} == held(balances)
    assert [(COINS, 5)] == balances.locations("C-1/1", "BTC")
    assert [(CLAIMANTS, 5)] == balances.titles("C-1/1", "BTC")


def test_nothing_falls_below_zero():
    balances = Balances({(VENUE, "BTC"): 5, (CLAIMANTS, "BTC"): 5})

    with pytest.raises(InvariantBroken, match="would hold -1"):
        balances.post([entry.move(ON, "BTC", 6, COINS, VENUE)])


def test_assets_and_books_do_not_mix():
    balances = Balances({(COINS, "BTC"): 5, (CLAIMANTS, "BTC"): 5})

    assert 0 == balances.of(COINS, "ETH")
    assert [] == balances.locations("C-1/2", "BTC")
