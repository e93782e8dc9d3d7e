"""Names for other programs: accepted by them, each its own, and read back as they were."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qazyna.ledger import chart
from qazyna.ledger.entry import Account
from qazyna.shell.exports.names import (
    beancount_account,
    beancount_code,
    beancount_commodity,
    beancount_path,
    hledger_account,
    hledger_code,
    hledger_commodity,
    hledger_path,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
NASTY = st.sampled_from(
    [
        *("Custody", "custody", "claimants", "State", "X-u-", "X-u-a", "-u20-", "u", "-u", "a--b"),
        *("A - B", "  ", " a", "a ", "a  b", "a;b", "a ;b", "a:b", "a%3Ab", "%", "%%", "«Қазына»"),
        *("әліппе", "Ǆ", "ß", "٣", "²", "½", "Ⅷ", "e\u0301", "\u00a0", "\u3000", "\t", '"', "\\"),
        *("C-17", "Venue 017", "1", "", "-", "--", "(a)", "[b]", "2026-01-01", "!", "* x", "=a"),
    ]
)
STEP = st.one_of(NASTY, TEXT)
PATHS = st.builds(
    Account,
    st.lists(STEP, min_size=1, max_size=3).map("/".join),
    st.sampled_from([*chart.LOCATIONS, *chart.TITLES]),
    STEP,
)
CODES = st.one_of(
    st.sampled_from(["BTC", "HF-1", "VF-1:undrawn", "A", "a", "1INCH", "X'0'", "A-", "A_B", "a:B"]),
    TEXT.filter(bool),
)

BEANCOUNT = re.compile(r"(Assets|Equity)(:[^\W_][^\W_-]*(-+[^\W_-]*)*)+")


@given(PATHS)
def test_an_account_is_read_back_by_its_hledger_name(account):
    name = hledger_account(account)
    assert account.path == hledger_path(name)
    assert not re.search(r"  |;|[\t\r\n\v\f]|:$|::", name)


@given(PATHS)
def test_an_account_is_read_back_by_its_beancount_name(account):
    name = beancount_account(account)
    assert account.path == beancount_path(name)
    assert BEANCOUNT.fullmatch(name)
    for step in name.split(":"):
        assert step[0].isupper() or step[0].isdecimal()


@given(CODES)
def test_a_commodity_is_read_back_by_its_hledger_name(code):
    name = hledger_commodity(code)
    assert code == hledger_code(name)
    assert re.fullmatch(r'[A-Za-z]+|"[^";\n]+"', name)


@given(CODES)
def test_a_commodity_is_read_back_by_its_beancount_name(code):
    name = beancount_commodity(code)
    assert code == beancount_code(name)
    assert re.fullmatch(r"[A-Z][A-Z0-9'._-]*[A-Z0-9]", name)


@pytest.mark.parametrize(
    ("path", "hledger", "beancount"),
    [
        ("C-17/1/custody/AFM", "assets:C-17:1:custody:AFM", "Assets:C-17:1:Custody:AFM"),
        ("reserve/reserve/", "equity:reserve:reserve", "Equity:Reserve:Reserve"),
        (
            "C-17/1/restrained/Venue 017",
            "assets:C-17:1:restrained:Venue 017",
            "Assets:C-17:1:Restrained:Venue--017",
        ),
        (
            "C-17/1/custody/Қазына; 1%",
            "assets:C-17:1:custody:Қазына%3B 1%25",
            "Assets:C-17:1:Custody:Қазына-u3b---1-u25-",
        ),
    ],
)
def test_names_are_as_readable_as_they_can_be(path, hledger, beancount):
    book, klass, detail = re.fullmatch("(C-17/1|reserve)/([a-z]+)/(.*)", path).groups()
    account = Account(book, klass, detail)
    assert hledger == hledger_account(account)
    assert beancount == beancount_account(account)


@pytest.mark.parametrize(
    ("code", "hledger", "beancount"),
    [
        ("BTC", "BTC", "BTC"),
        ("HF-1", '"HF-1"', "HF-1"),
        ("VF-1:undrawn", '"VF-1:undrawn"', "VF-1'3A'_UNDRAWN"),
    ],
)
def test_so_are_commodities(code, hledger, beancount):
    assert hledger == hledger_commodity(code)
    assert beancount == beancount_commodity(code)
