"""Names that other programs accept, and the way back from each to ours.

An account's path becomes `assets:…` where it says where something is and `equity:…` where it says
whose it is; each step of the path is one step of the name. What a program does not accept in a name
is written otherwise, so that two paths never share a name and every name can be read back.
"""

import re
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote

from qazyna.ledger import chart
from qazyna.ledger.entry import Account

ROOTS: Final = {"location": "assets", "title": "equity"}
"""A title's balance is a credit, hence written with a minus: with the assets it sums to nothing."""

_MANY: Final = 1 << 16


# ── hledger: any letters, single spaces; a colon parts, a semicolon comments, two spaces end ──────

_UNSAFE: Final = re.compile(r"[%:;\"\x00-\x1f\x7f]|^\s|\s$|(?<=\s)\s|[^\S ]")
_UNSAFE_IN_QUOTES: Final = re.compile(r"[%;\"\x00-\x1f\x7f]|[^\S ]")
_UNSAFE_IN_TAG: Final = re.compile(r"[%,;\[\]\x00-\x1f\x7f]|^\s|\s$|[^\S ]")


def _percent(found: re.Match[str]) -> str:
    return quote(found[0], safe="")


@lru_cache(_MANY)
def hledger_account(account: Account) -> str:
    """`C-17/1/custody/AFM` -> `assets:C-17:1:custody:AFM`; the rest percent-encoded."""
    steps = (_UNSAFE.sub(_percent, step) or "%" for step in account.path.split("/"))
    return ":".join((ROOTS[account.side], *steps))


def hledger_path(name: str) -> str:
    """The path that an account's name stands for."""
    steps = name.split(":")[1:]
    return "/".join("" if step == "%" else unquote(step) for step in steps)


@lru_cache(_MANY)
def hledger_commodity(code: str) -> str:
    """Letters stand as they are, everything else in quotes."""
    return code if re.fullmatch("[A-Za-z]+", code) else f'"{_UNSAFE_IN_QUOTES.sub(_percent, code)}"'


def hledger_code(name: str) -> str:
    """The asset that a commodity's name stands for."""
    return unquote(name.removeprefix('"').removesuffix('"'))


def hledger_tag(text: str) -> str:
    """The text as the value of a tag, which ends at a comma and may hold no date in brackets."""
    return _UNSAFE_IN_TAG.sub(_percent, text)


# ── beancount: steps of letters, digits and dashes that begin with a capital or a digit ───────────

_WORDS: Final = {
    word: word.capitalize()
    for word in (*chart.LOCATIONS, *chart.TITLES, *chart.BOOKS)
    if word != "case"
}
_CAPITALS: Final = {capital: word for word, capital in _WORDS.items()}

_OTHER: Final = "X-u-"
"""Goes before a step that begins with neither a capital nor a digit."""


@lru_cache(_MANY)
def beancount_account(account: Account) -> str:
    """`C-17/1/custody/AFM` -> `Assets:C-17:1:Custody:AFM`; a space is `--`, the rest `-u2e-`."""
    steps = map(_step, account.path.split("/"))
    return ":".join((ROOTS[account.side].capitalize(), *steps))


def _step(text: str) -> str:
    if text in _WORDS:
        return _WORDS[text]
    plain = (text[:1].isalpha() and text[:1].isupper()) or text[:1].isdecimal()
    escaped = "".join(_character(text, at) for at in range(len(text)))
    return escaped if plain and text not in _CAPITALS else _OTHER + escaped


def _character(text: str, at: int) -> str:
    this, following = text[at], text[at + 1 : at + 2]
    if _kept(this):
        return this
    if this == "-" and at and _kept(following) and following != "u":
        return this
    return "--" if this == " " else f"-u{ord(this):x}-"


def _kept(character: str) -> bool:
    return character.isalpha() or character.isdecimal()


_ESCAPES: Final = re.compile(r"--|-u([0-9a-f]+)-")


def beancount_path(name: str) -> str:
    """The path that an account's name stands for."""
    return "/".join(map(_step_back, name.split(":")[1:]))


def _step_back(step: str) -> str:
    if step in _CAPITALS:
        return _CAPITALS[step]
    return _ESCAPES.sub(
        lambda found: chr(int(found[1], 16)) if found[1] else " ", step.removeprefix(_OTHER)
    )


_LETTERED: Final = re.compile(r"[a-z]+|[A-Z0-9.-]+|.", re.DOTALL)
_FIRST, _LAST = "X'0'", "'00'Z"
"""Go before a name that begins with no capital, and after one that ends with no letter or digit."""


@lru_cache(_MANY)
def beancount_commodity(code: str) -> str:
    """`VF-1:undrawn` -> `VF-1'3A'_UNDRAWN`: `_` changes case, other characters go by number."""
    name, small = "", False
    for piece in _LETTERED.findall(code):
        if "a" <= piece[0] <= "z":
            name, small = name + ("" if small else "_") + piece.upper(), True
        elif re.match("[A-Z0-9.-]", piece):
            name, small = name + ("_" if small else "") + piece, False
        else:
            name += f"'{ord(piece):X}'"
    if not re.match("[A-Z]", name):
        name = _FIRST + name
    return name if re.fullmatch("..*[A-Z0-9]", name) else name + _LAST


def beancount_code(name: str) -> str:
    """The asset that a commodity's name stands for."""
    name = name.removesuffix(_LAST).removeprefix(_FIRST)
    found, small = "", False
    for piece in re.findall("'[0-9A-F]+'|_|[^'_]+", name):
        if piece == "_":
            small = not small
        elif piece[0] == "'":
            found += chr(int(piece[1:-1], 16))
        else:
            found += piece.lower() if small else piece
    return found
