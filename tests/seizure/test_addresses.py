"""Addresses: every network's own checksum, and the name of the network that it is of."""

import pytest

from qazyna.errors import Refused
from qazyna.seizure.addresses import check, network_of

VALID = [
    ("1PLrdvFgVfFBF7iTRhvgLBkSUbq6uyxihY", "Bitcoin"),
    ("3QXkR6K1vo1xNH7gUQgJTk5J9r7yKicfAr", "Bitcoin"),
    ("bc1q3wc90veyz7eyxy4u89m774kquluan47g2myx8m", "Bitcoin"),
    ("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "Bitcoin"),
    ("bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr", "Bitcoin"),
    ("tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", "a Bitcoin test network (testnet)"),
    ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "Ethereum"),
    ("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "Ethereum"),
    ("TZ362vx61pcGWCkRHZHZKgcLkqBuppujEA", "Tron"),
]


@pytest.mark.parametrize(("address", "network"), VALID)
def test_the_network_of_a_valid_address(address, network):
    assert network == network_of(address)


REFUSED = [
    ("BTC", "1PLrdvFgVfFBF7iTRhvgLBkSUbq6uyxihZ", "bad_address"),
    ("BTC", "1PLrdvFgVfFBF7iTRhvgLBkSUbq6uyxih", "bad_address"),
    ("BTC", "bc1q3wc90veyz7eyxy4u89m774kquluan47g2myx8q", "bad_address"),
    ("BTC", "bc1q3wc90veyz7eyxy4u89m774kquluan47g2myx8M", "bad_address"),
    ("BTC", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut", "bad_address"),
    ("BTC", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", "wrong_network"),
    ("BTC", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "wrong_network"),
    ("BTC", "TZ362vx61pcGWCkRHZHZKgcLkqBuppujEA", "wrong_network"),
    ("ETH", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", "bad_address"),
    ("ETH", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeA", "bad_address"),
    ("ETH", "1PLrdvFgVfFBF7iTRhvgLBkSUbq6uyxihY", "wrong_network"),
    ("BTC", "кошелёк", "bad_address"),
    ("BTC", "0", "bad_address"),
]


@pytest.mark.parametrize(("asset", "address", "code"), REFUSED)
def test_an_address_that_cannot_be_the_assets_is_refused(asset, address, code):
    with pytest.raises(Refused) as caught:
        check(asset, address)

    assert code == caught.value.code


@pytest.mark.parametrize(
    "address",
    [
        "TZ362vx61pcGWCkRHZHZKgcLkqBuppujEA",
        "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
        "1PLrdvFgVfFBF7iTRhvgLBkSUbq6uyxihY",
    ],
)
def test_tether_is_on_three_networks(address):
    check("USDT", address)


def test_what_has_no_chain_has_no_address_to_check():
    check("USD", "IBAN KZ00 0000")
