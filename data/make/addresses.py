"""Addresses that are valid for their network and belong to nobody.

Each is the encoding of the first twenty bytes of SHA-256 of a numbered phrase, put where the hash
of a key or a script stands. No key or script is known that hashes to them, so nothing sent there
could be moved; the demo shows them as addresses and never pays one.

Formats: Base58Check as in Bitcoin's and TRON's addresses, Bech32 as in BIP 173.
"""

from hashlib import sha256

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
BECH32_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)

PAY_TO_KEY_HASH, PAY_TO_SCRIPT_HASH, TRON = b"\x00", b"\x05", b"\x41"


def nobodys_hash(number: int) -> bytes:
    """Return twenty bytes that follow from the number alone."""
    return sha256(f"qazyna demo {number}".encode()).digest()[:20]


def base58check(version: bytes, payload: bytes) -> str:
    """Encode a version and a payload with their four-byte checksum."""
    data = version + payload
    data += sha256(sha256(data).digest()).digest()[:4]
    number, digits = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        digits = BASE58[digit] + digits
    leading_zeros = len(data) - len(data.lstrip(b"\x00"))
    return BASE58[0] * leading_zeros + digits


def bech32_checksum(prefix: str, values: list[int]) -> list[int]:
    """Return the six five-bit values that complete a Bech32 string (BIP 173)."""
    spread = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    check = 1
    for value in [*spread, *values, 0, 0, 0, 0, 0, 0]:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(BECH32_GENERATORS):
            check ^= generator if top >> bit & 1 else 0
    check ^= 1
    return [check >> 5 * (5 - place) & 31 for place in range(6)]


def pay_to_witness_key_hash(program: bytes) -> str:
    """Encode a twenty-byte program of witness version 0 for Bitcoin's main network."""
    # 160 bits are 32 groups of five exactly, so no padding is needed.
    bits = int.from_bytes(program, "big")
    values = [0] + [bits >> 5 * (31 - place) & 31 for place in range(32)]
    values += bech32_checksum("bc", values)
    return "bc1" + "".join(BECH32[value] for value in values)


def bitcoin_address(number: int) -> str:
    """Return the numbered main-network address; the three common forms take turns."""
    form, digest = number % 3, nobodys_hash(number)
    if form == 0:
        return base58check(PAY_TO_KEY_HASH, digest)
    if form == 1:
        return pay_to_witness_key_hash(digest)
    return base58check(PAY_TO_SCRIPT_HASH, digest)


def tron_address(number: int) -> str:
    """Return the numbered TRON address, on which USDT moves."""
    return base58check(TRON, nobodys_hash(number))
