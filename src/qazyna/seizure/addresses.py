"""Addresses: is this one a place where that asset can be at all?

A slip in an address loses the asset for good, so every network's own checksum is checked, and an
address of another network is named as such.
"""

from functools import lru_cache

from btclib.b32 import witness_from_address
from btclib.b58 import h160_from_address
from btclib.base58 import decode as b58decode
from btclib.exceptions import BTClibValueError
from eth_utils.address import is_checksum_address

from qazyna.errors import Refused


def _bitcoin_network(address: str) -> str | None:
    """The network of a Bitcoin address by its own checksum, or None if it is no such address."""
    try:
        if address.lower().startswith(("bc1", "tb1", "bcrt1")):
            network = witness_from_address(address)[2]
        else:
            network = h160_from_address(address)[2]
    except BTClibValueError:
        return None
    return "Bitcoin" if network == "mainnet" else f"a Bitcoin test network ({network})"


_BASE58_VERSIONS = {0x41: "Tron", 0x30: "Litecoin", 0x32: "Litecoin", 0x1E: "Dogecoin"}


def _base58_network(address: str) -> str | None:
    try:
        return _BASE58_VERSIONS.get(b58decode(address, 21)[0])
    except BTClibValueError:
        return None


def _ethereum_network(address: str) -> str | None:
    body = address[2:]
    if address[:2] != "0x" or len(body) != 40:
        return None
    if any(c not in "0123456789abcdefABCDEF" for c in body):
        return None
    # Without mixed case there is no checksum to check (EIP-55).
    plain = body in (body.lower(), body.upper())
    return "Ethereum" if plain or is_checksum_address(address) else None


def network_of(address: str) -> str | None:
    """The network the address is valid on, its checksum included; None if on none known here."""
    return _ethereum_network(address) or _bitcoin_network(address) or _base58_network(address)


_NETWORKS = {
    "BTC": ("Bitcoin",),
    "ETH": ("Ethereum",),
    # Tether was issued on all three.
    "USDT": ("Tron", "Ethereum", "Bitcoin"),
}


@lru_cache(maxsize=4096)
def _problem(asset: str, address: str) -> tuple[str, str] | None:
    networks = _NETWORKS.get(asset)
    if networks is None:
        return None
    network = network_of(address)
    if network in networks:
        return None
    if network is None:
        return (
            "bad_address",
            f"“{address[:100]}” is no address of {' or '.join(networks)}: it is cut short, "
            "misspelt, or its checksum does not hold. Copy it again from the order.",
        )
    return (
        "wrong_network",
        f"{address} is an address of {network}; {asset} is on {' or '.join(networks)}.",
    )


def check(asset: str, address: str) -> None:
    """Refuse an address that cannot be one of the asset's. What has no chain has none to check."""
    found = _problem(asset, address)
    if found:
        raise Refused(*found, {"asset": asset, "address": address[:100]})
