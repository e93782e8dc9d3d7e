"""A tag: one source's word about one address."""

import re
from hashlib import sha256
from typing import Any

import polars as pl
from btclib.b32 import witness_from_address
from btclib.exceptions import BTClibValueError

CONFIDENCE = {
    "override": 100,
    "ownership": 100,
    "ledger_immanent": 100,
    "manual_transaction": 90,
    "service_api": 70,
    "forensic": 70,
    "forensic_investigation": 70,
    "authority_data": 60,
    "trusted_provider": 50,
    "service_data": 50,
    "trusted_transaction": 50,
    "untrusted_transaction": 40,
    "web_crawl": 20,
    "heuristic": 10,
    "unknown": 5,
}
"""GraphSense's scale: how sure the way of learning makes what was learnt. 100 is proven."""

TAGS: dict[str, Any] = {
    "key": pl.String,
    "address": pl.String,
    "tx_hash": pl.String,
    "label": pl.String,
    "currency": pl.String,
    "actor": pl.String,
    "categories": pl.List(pl.String),
    "abuse": pl.String,
    "confidence": pl.UInt8,
    "confidence_name": pl.String,
    "definer": pl.Boolean,
    "lastmod": pl.String,
    "source": pl.String,
    "origin": pl.String,
    "status": pl.String,
    "file": pl.String,
}
"""`key` is what an address is looked up by. `definer`: the tag names the address's whole cluster.
`origin`: pack, sanctions or register; `status`: of a venue, as its register says it."""

ACTORS: dict[str, Any] = {
    "id": pl.String,
    "label": pl.String,
    "categories": pl.List(pl.String),
    "jurisdictions": pl.List(pl.String),
    "uri": pl.String,
}

IDENTITY = ("key", "tx_hash", "label", "currency", "actor", "source", "origin", "status")
"""Tags that agree in these are one tag, told twice."""

_DIGITS = {
    letter: value
    for value, letter in enumerate("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
}
_BASE58 = re.compile(r"[1-9A-HJ-NP-Za-km-z]{25,62}")
_BECH32 = re.compile(r"(bc|ltc)1[02-9ac-hj-np-z]{11,71}", re.IGNORECASE)
_HEX = re.compile(r"0x[0-9a-fA-F]{40}")
_SPELT = {
    "BTC": (_BASE58, _BECH32),
    "LTC": (_BASE58, _BECH32),
    "ETH": (_HEX,),
    "DASH": (_BASE58,),
    "ZEC": (_BASE58,),
}


def key(address: str) -> str:
    """The spelling by which an address is found: where upper case means nothing, it is lower."""
    return address.lower() if _HEX.fullmatch(address) or _BECH32.fullmatch(address) else address


def misspelt(address: str | None, currency: str) -> str | None:
    """Why no address of that currency can be spelt so, None if it can.

    Judged by its letters, and for Bitcoin by its checksum too.
    """
    forms = _SPELT.get(currency)
    if address is None or forms is None:
        return None
    if not any(form.fullmatch(address) for form in forms):
        return f"{address!r} is not spelt as an address of {currency}."
    if currency == "BTC" and not _sound(address):
        return f"{address!r} has a wrong checksum."
    return None


def _sound(address: str) -> bool:
    """Whether the checksum of a Bitcoin address is right."""
    if _BECH32.fullmatch(address):
        try:
            return bool(witness_from_address(address)[0] is not None)
        except (BTClibValueError, ValueError):
            return False
    number = 0
    for letter in address:
        number = number * 58 + _DIGITS[letter]
    try:
        octets = number.to_bytes(25, "big")
    except OverflowError:
        return False
    return sha256(sha256(octets[:21]).digest()).digest()[:4] == octets[21:]


def tag(**fields: Any) -> dict[str, Any]:
    """A row of TAGS; what is not said is null."""
    row: dict[str, Any] = {**dict.fromkeys(TAGS), "categories": [], "definer": False, **fields}
    row["key"] = None if row["address"] is None else key(row["address"])
    return row
