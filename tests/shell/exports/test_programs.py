"""Exports in the programs they are for: read without complaint, the same balances on every day."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qazyna.ledger import entry as make
from qazyna.ledger.archive import Recorded
from qazyna.ledger.book import Balances
from qazyna.ledger.entry import Account, Authority, EntryRef, EventRef, Value
from qazyna.money import BTC, ETH, USD, Asset, hedge_fund_units, undrawn
from qazyna.shell import demonstration, importing
from qazyna.shell.exports import export
from qazyna.shell.exports.beancount import ledger
from qazyna.shell.exports.hledger import journal
from qazyna.shell.installation import Books, open_books
from qazyna.shell.queries.ledger import balances, quantities
from tests.shell.exports.programs import (
    beancount_agrees,
    hledger_accepts,
    hledger_balances,
    shifted,
)

DEMO_DAYS = [date(2025, 2, 28), date(2025, 12, 31), date(2026, 1, 31), date(2026, 6, 30)]


@contextmanager
def installation(url: str, folder: Path, blueprint: str | None = None) -> Iterator[Books]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        patch.setenv("QAZYNA_HOME", str(folder))
        with open_books(blueprint) as books:
            yield books


@pytest.fixture(scope="module")
def demo(database, tmp_path_factory) -> Iterator[Books]:
    """The demo, loaded once; no test here changes it."""
    with installation(database.url(), tmp_path_factory.mktemp("demo")) as books:
        demonstration.load(books)
        yield books


def exported(books: Books, form: str, folder: Path) -> Path:
    file = folder / f"books.{form}"
    file.write_text("".join(export(books.connection, form)), encoding="utf-8")
    return file


def by_path(books: Books, as_of: date) -> dict[tuple[str, str], str]:
    return {
        (row["account"], row["asset"]): row["quantity"] for row in balances(books.connection, as_of)
    }


def test_hledger_reads_the_demo(demo, hledger, tmp_path):
    file = exported(demo, "hledger", tmp_path)
    hledger_accepts(hledger, file)
    for as_of in DEMO_DAYS:
        assert by_path(demo, as_of) == hledger_balances(hledger, file, as_of), as_of


def opened(connection) -> list[tuple[date, Account, str]]:
    """Every account and asset there ever was, from its first day."""
    rows = connection.execute(
        """SELECT min(p.value_date), p.book, at.class, at.detail, p.asset
           FROM books.posting p, LATERAL (VALUES (p.debit_class, p.debit_detail),
                                                 (p.credit_class, p.credit_detail))
                                     AS at (class, detail)
           GROUP BY 2, 3, 4, 5"""
    )
    return [
        (since, Account(book, klass, detail), asset) for since, book, klass, detail, asset in rows
    ]


def scales(connection) -> dict[str, int]:
    return dict(connection.execute("SELECT code, scale FROM books.asset").fetchall())


def test_beancount_reads_the_demo(demo, bean_check, tmp_path):
    file = exported(demo, "beancount", tmp_path)
    beancount_agrees(
        bean_check,
        file,
        {as_of: quantities(demo.connection, as_of) for as_of in DEMO_DAYS},
        opened=opened(demo.connection),
        scales=scales(demo.connection),
    )


def test_beancount_would_say_if_a_balance_were_another(demo, bean_check, tmp_path):
    file, as_of = exported(demo, "beancount", tmp_path), DEMO_DAYS[-1]
    held = quantities(demo.connection, as_of)
    first = min(held)
    with pytest.raises(AssertionError, match="Balance failed"):
        beancount_agrees(
            bean_check,
            file,
            {as_of: {**held, first: held[first] + 1}},
            opened=opened(demo.connection),
            scales=scales(demo.connection),
        )


@pytest.mark.parametrize("form", ["hledger", "beancount"])
def test_the_source_of_every_entry_goes_along(demo, form, tmp_path):
    text = exported(demo, form, tmp_path).read_text("utf-8")
    rows = demo.connection.execute(
        """SELECT e.stream || '@' || e.version || '#' || n.number
           FROM books.entry n JOIN books.event e ON e.seq = n.event"""
    ).fetchall()
    assert len(rows) > 100
    for (place,) in rows:
        assert place in text
    assert "final_order" in text
    assert "forfeiture_became_final" in text


# ── Any books at all ────────────────────────────────────────────────────────────────────────────

NAMES = st.one_of(
    st.sampled_from(
        [
            *("AFM", "afm", "Қазына «ет» ІІ", "әліппе", "Central Securities Depository", "a  b"),
            *("x;y", "x ;y", " x", "x ", "(x)", "[2026-01-01]", "date:x", '"x"', "x\\y", "x:y"),
            *("x,y", "%41", "A-u20-B", "Custody", "A--B", "Ⅷ", "1", "-", "!", "2026-01-01 * x"),
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/"), min_size=1),
)
ASSETS = {
    asset.code: asset
    for asset in (
        *(BTC, ETH, USD, hedge_fund_units("HF-1", 'A "fund"; one'), undrawn("VF-1", USD)),
        *(Asset("1INCH", "crypto", 18, 10**9), Asset("bch", "crypto", 0, 10**9, "A \\ fork")),
    )
}
COINS = st.sampled_from(["BTC", "ETH", "1INCH", "bch"])
DAYS = st.dates(date(2009, 1, 3), date(2026, 12, 30))
AMOUNTS = st.one_of(st.integers(1, 10**6), st.integers(1, 10**27))


@st.composite
def any_books(draw: st.DrawFn) -> list[Recorded]:
    """Holdings that come, are lost in part, vest, and are sold or given up, in any names."""
    told: list[Recorded] = []
    for number in range(draw(st.integers(1, 4))):
        case, asset, amount = draw(NAMES), draw(COINS), draw(AMOUNTS)
        book, stream = f"{case}/{number}", f"case/{case}"
        at = Account(book, "custody", draw(NAMES))
        claimants, state = Account(book, "claimants"), Account(book, "state")
        first, second = sorted((draw(DAYS), draw(DAYS)))
        by = Authority("final_order", EventRef(stream, 2))
        worth = Value(Decimal(draw(st.integers(0, 10**9))).scaleb(-2), "USD", draw(NAMES))
        entries = [make.receive(first, asset, amount, at, claimants, value=worth)]
        if amount > 1:
            lost = Account(book, "shortfall", draw(NAMES))
            entries.append(make.move(second, asset, amount // 2, lost, at))
        entries.append(make.vest(second, asset, amount, claimants, state, by))
        got = draw(st.integers(1, 10**12)), Account(book, "bank", draw(NAMES))
        gone = (asset, amount - amount // 2, at)
        entries.append(make.exchange(second, state, gone, ("USD", *got)))
        told += [
            Recorded(
                EntryRef(EventRef(stream, version), 1),
                "happened",
                datetime(2026, 12, 31, 1, 2, 3, version, tzinfo=UTC),
                one,
            )
            for version, one in enumerate(entries, start=1)
        ]
    return sorted(told, key=lambda one: one.entry.value_date)


def come_to(told: list[Recorded], as_of: date) -> Mapping[tuple[Account, str], int]:
    found = Balances()
    found.post(one.entry for one in told if one.entry.value_date <= as_of)
    return {(account, asset): amount for account, asset, amount in found}


def some_days(told: list[Recorded]) -> list[date]:
    days = sorted({one.entry.value_date for one in told})
    return [days[0], days[len(days) // 2], days[-1]]


ANY = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@ANY
@given(told=any_books())
def test_hledger_reads_any_books(hledger, tmp_path, told):
    file = tmp_path / "any.hledger"
    file.write_text("".join(journal(told, ASSETS)), encoding="utf-8")
    hledger_accepts(hledger, file)
    for as_of in some_days(told):
        held = {
            (account.path, asset): ASSETS[asset].text(amount)
            for (account, asset), amount in come_to(told, as_of).items()
        }
        assert held == hledger_balances(hledger, file, as_of)


@ANY
@given(told=any_books())
def test_beancount_reads_any_books(bean_check, tmp_path, told):
    file = tmp_path / "any.beancount"
    file.write_text("".join(ledger(told, ASSETS)), encoding="utf-8")
    first: dict[tuple[Account, str], date] = {}
    for one in told:
        for posting in one.entry.postings:
            for account in (posting.debit, posting.credit):
                first.setdefault((account, posting.asset), one.entry.value_date)
    beancount_agrees(
        bean_check,
        file,
        {as_of: come_to(told, as_of) for as_of in some_days(told)},
        opened=[(since, *key) for key, since in first.items()],
        scales={asset.code: asset.scale for asset in ASSETS.values()},
    )


def test_a_register_of_any_size(own_database, hledger, bean_check, tmp_path):
    """Books as a large import leaves them."""
    from bench.register_rows import text

    register = tmp_path / "register.csv"
    register.write_text(text(150), encoding="utf-8")
    with installation(own_database.url(), tmp_path / "home", "template") as books:
        importing.import_register_file(books.connection, register, actor="owner")
        days = [date(2019, 6, 30), date(2022, 2, 28), date(2026, 12, 31)]
        file = exported(books, "hledger", tmp_path)
        hledger_accepts(hledger, file)
        for as_of in days:
            assert by_path(books, as_of) == hledger_balances(hledger, file, as_of)
        beancount_agrees(
            bean_check,
            exported(books, "beancount", tmp_path),
            {as_of: quantities(books.connection, as_of) for as_of in days},
            opened=opened(books.connection),
            scales=scales(books.connection),
        )


def test_the_point_is_moved_rightly():
    assert "0.05" == shifted(5, 2)
    assert "12" == shifted(12, 0)
