"""The demo on a real database: public totals, real rules, and a load that can be repeated."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from qazyna.errors import Refused
from qazyna.seizure.taking import Seize
from qazyna.shell import acting, demonstration, postgres
from qazyna.shell.installation import Books, open_books
from qazyna.shell.queries import fees, selection, watching
from qazyna.shell.queries.statement import statement
from qazyna.shell.store import replay
from tests.conftest import Database

APPROPRIATED, FIRST_QUARTER, END = date(2026, 1, 30), date(2026, 3, 31), date(2026, 6, 30)


@contextmanager
def installation(url: str, folder: Path, blueprint: str | None = None) -> Iterator[Books]:
    """An installation of its own, in a database of the shared server."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        patch.setenv("QAZYNA_HOME", str(folder))
        with open_books(blueprint) as books:
            yield books


def copied(server: postgres.Server, database: str, name: str) -> str:
    server.create_database(name, database)
    return server.url("qazyna_app", name)


@pytest.fixture(scope="module")
def empty(database: Database, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with the blueprint and the public prices, to be copied."""
    with installation(database.url(), tmp_path_factory.mktemp("empty")):
        pass
    return database.name


@pytest.fixture(scope="module")
def demo(
    server: postgres.Server, empty: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Books]:
    """The demo, loaded once; no test here changes it."""
    url = copied(server, empty, f"{empty}_demo")
    with installation(url, tmp_path_factory.mktemp("demo")) as books:
        demonstration.load(books)
        yield books
    server.drop_database(f"{empty}_demo")


@pytest.fixture
def fresh(server: postgres.Server, empty: str, tmp_path: Path) -> Iterator[Books]:
    """An installation in which nothing has happened yet."""
    with installation(copied(server, empty, f"{empty}_fresh"), tmp_path) as books:
        yield books
    server.drop_database(f"{empty}_fresh")


def rows(books: Books, query: str, *given: Any) -> list[Any]:
    return books.connection.execute(query, given).fetchall()


def contents(books: Books) -> list[int]:
    tables = ("command", "event", "entry", "posting", "authority", "document", "price")
    return [rows(books, f"SELECT count(*) FROM books.{table}")[0][0] for table in tables]


# what it says


def test_the_appropriation_is_worth_350_million_dollars_to_the_cent(demo: Books) -> None:
    assert statement(demo.connection, APPROPRIATED).total == Decimal("350000000.00")


def test_130_venues_had_processed_124_million_dollars(demo: Books) -> None:
    found = statement(demo.connection, END).enforcement

    assert found.venues_shut == 130
    assert found.venues_volume_usd == Decimal("124000000.00")


def test_several_million_dollars_were_seized_as_provenance_says(demo: Books) -> None:
    seized = statement(demo.connection, END).enforcement.seized_value

    assert seized is not None
    provenance = (demonstration.DATA / "PROVENANCE.md").read_text("utf-8")
    assert f"{seized:,} USD at the prices of the days of seizure" in provenance
    assert Decimal(5_000_000) < seized < Decimal(5_500_000)


def test_five_hedge_funds_and_three_venture_funds_hold_money_of_the_reserve(demo: Books) -> None:
    classes = {each.klass: each for each in statement(demo.connection, END).classes}

    managers = [
        [line.account.detail for line in classes[klass].holdings]
        for klass in ("hedge_funds", "venture_funds")
    ]

    assert managers == [[f"HF-{n}" for n in range(1, 6)], [f"VF-{n}" for n in range(1, 4)]]


def test_no_crypto_asset_is_in_the_reserve_and_much_of_it_is_gold_and_currency(
    demo: Books,
) -> None:
    shares = {each.klass: each.share for each in statement(demo.connection, END).classes}

    assert set(shares) == {
        *("gold", "foreign_currency", "hedge_funds", "venture_funds", "receivables")
    }
    assert sum(share for share in shares.values() if share) == pytest.approx(1)
    assert shares["gold"] > shares["foreign_currency"] > shares["hedge_funds"]


@pytest.mark.parametrize("month", range(1, 7))
def test_everything_has_a_value_and_every_limit_is_kept_all_along(demo: Books, month: int) -> None:
    for day in (5, 15, 28):
        found = statement(demo.connection, date(2026, month, day))

        assert found.total is not None
        assert all(each.value is not None for each in found.custody)
        assert {each.status for each in found.limits} == {"green"}


def test_an_interest_without_a_nav_stands_at_cost_and_says_so(demo: Books) -> None:
    found = statement(demo.connection, date(2026, 4, 20))

    (cost,) = (each for each in found.estimates if each.what.startswith("VF-2"))
    (line,) = (
        line
        for each in found.classes
        for line in each.holdings
        if line.account.path == "reserve/fund/VF-2"
    )

    assert line.value == Decimal(2_000_000)
    assert "at cost" in cost.why


def test_the_last_price_of_bitcoin_is_carried_and_said_to_be_stale(demo: Books) -> None:
    (stale,) = (
        each for each in statement(demo.connection, END).estimates if each.what.startswith("BTC")
    )

    assert "stale" in stale.why
    assert "2025-12-17" in stale.why


def test_money_on_its_way_to_a_fund_is_in_transit(demo: Books) -> None:
    classes = {each.klass for each in statement(demo.connection, date(2026, 3, 30)).classes}

    assert "in_transit" in classes


def test_the_case_followed_from_a_venue_to_the_reserve_still_owes_one_victim(demo: Books) -> None:
    found = statement(demo.connection, END)

    owed = [
        (each.book, each.party, each.amount) for each in found.obligations if each.kind == "award"
    ]
    left = {
        (each.asset.code, each.title.klass) for each in found.custody if each.case == "KZ-2025-13"
    }

    assert owed == [("KZ-2025-13/1", "victim-2", 4_000_000_000)]
    assert left == {("USDT", "beneficiaries")}


# how its managers are chosen and watched


def test_five_of_seven_eligible_candidates_were_chosen_and_admitted(demo: Books) -> None:
    found = selection.shown(selection.search(demo.connection, "hedge-2026"))
    failed = {each["candidate"]: each["failed"] for each in found["candidates"] if each["failed"]}
    admitted = {each["admitted_as"]: each["candidate"] for each in found["candidates"]}

    assert found["status"] == "decided"
    assert len(found["candidates"]) == 8
    assert [("C08", ["programme.eligibility.independent_custodian"])] == [
        (label, [each["clause"] for each in why]) for label, why in failed.items()
    ]
    assert {f"HF-{n}" for n in range(1, 6)} == set(admitted) - {None}
    assert sorted(found["chosen"]) == sorted(label for code, label in admitted.items() if code)


def test_one_conflict_was_declared_and_its_candidate_has_scorers_enough(demo: Books) -> None:
    scorers = selection.shown(selection.search(demo.connection, "hedge-2026"))["scorers"]
    offices = {each["scorer"] for each in scorers}

    assert [["C06"]] == [each["conflicts"] for each in scorers if each["conflicts"]]
    assert len(scorers) == 3
    assert offices <= set(demonstration.HOLDERS)


def test_a_rule_of_diversification_bound_the_choice(demo: Books) -> None:
    found = selection.decision(demo.connection, "hedge-2026")

    assert ["correlation"] == [each["rule"] for each in found["rules"]["set"] if each["binds"]]
    assert found["proof"]["optimal"]


@pytest.mark.parametrize("number", range(1, 6))
def test_fees_agree_with_the_terms_but_for_one_that_is_overcharged(
    demo: Books, number: int
) -> None:
    found = fees.fees(demo.connection, f"HF-{number}")

    expected = [("management_fee_differs", "2026-04-30")] if number == 4 else []

    assert found["fees"]
    assert expected == [(each["code"], each["to"]) for each in found["findings"]]
    assert all(each["charged"] is not None for each in found["fees"])
    assert found["estimates"] == ["the NAV of 2026-06-30 is the manager's own estimate"]


def test_one_query_is_open_and_was_not_overdue_when_the_story_ended(demo: Books) -> None:
    asked = watching.queries(demo.connection, None, closed=True)

    opened = [each for each in asked if each["status"] == "open"]

    assert [("HF-2", "redemptions_differ")] == [(e["manager"], e["code"]) for e in opened]
    assert date.fromisoformat(opened[0]["answer_by"]) >= END
    assert {("HF-3", "closed")} == {
        (each["manager"], each["status"]) for each in asked if each not in opened
    }


def test_one_breach_was_cured_and_one_was_still_in_its_time_when_the_story_ended(
    demo: Books,
) -> None:
    found = {
        each["manager"]: (each["clause"], each["status"], each["cure_by"])
        for code in (f"HF-{number}" for number in range(1, 6))
        for each in watching.mandate(demo.connection, code, END)["breaches"]
    }

    cure_by = found["HF-1"][2]
    assert {
        "HF-1": ("counterparty", "open", cure_by),
        "HF-4": ("single_asset", "cured", found["HF-4"][2]),
    } == found
    assert date.fromisoformat(cure_by) >= END


def test_every_report_that_was_due_by_the_end_came_in_time(demo: Books) -> None:
    for code in (f"HF-{number}" for number in range(1, 6)):
        reports = watching.mandate(demo.connection, code, END)["reports"]

        assert {each["status"] for each in reports} == {"due"}


def test_the_call_that_is_issued_and_not_due_is_an_obligation(demo: Books) -> None:
    owed = [
        each for each in statement(demo.connection, END).obligations if each.kind == "issued_call"
    ]

    assert [150_000_000] == [each.amount for each in owed]


# by what right


def test_every_posting_that_needs_authority_rests_on_some(demo: Books) -> None:
    without = rows(
        demo,
        """SELECT count(*) FROM books.posting
           WHERE authority = 'none' AND NOT (
               kind = 'move' OR (kind = 'receive' AND credit_class = 'claimants')
               OR (kind IN ('exchange', 'transfer') AND leg = 2)
               OR (kind = 'exchange' AND debit_class <> 'claimants'))""",
    )
    entered = rows(
        demo,
        """SELECT DISTINCT p.kind, coalesce(n.authority, p.authority)
           FROM books.posting p
           LEFT JOIN books.posting n ON p.kind = 'transfer' AND n.entry = p.entry AND n.leg = 1
           WHERE p.book = 'reserve' AND p.credit_class = 'reserve' AND p.kind <> 'exchange'""",
    )

    assert without == [(0,)]
    assert sorted(entered) == [
        ("income", "statement"),
        ("receive", "appropriation"),
        ("receive", "decision"),
        ("transfer", "allocation"),
    ]


def test_what_the_law_wants_approved_was_approved_by_others_in_their_roles(demo: Books) -> None:
    law = demonstration.current_blueprint(demo.connection).on(END)
    offices = {
        name: state["roles"]
        for name, state in rows(
            demo, "SELECT substr(name, 8), state FROM books.stream WHERE name LIKE 'office/%%'"
        )
    }
    proposals = [
        state
        for (state,) in rows(demo, "SELECT state FROM books.stream WHERE name LIKE 'proposal/%%'")
    ]

    executed = [each for each in proposals if each.get("status") == "executed"]
    assert len(executed) > 30
    for each in proposals:
        wanted, approvers = law.approvals(each["command_kind"]), each.get("approved_by", [])
        assert each["proposed_by"] not in approvers
        assert all(set(offices[name]) & set(wanted.roles) for name in approvers)
        assert (len(approvers) == wanted.count) == (each in executed)
    around = rows(demo, "SELECT DISTINCT kind FROM books.command WHERE key NOT LIKE 'proposal:%%'")
    needing = {each["command_kind"] for each in proposals}
    assert needing == {
        s["kind"] for s in demonstration.story()[0] if law.approvals(s["kind"]).count
    }
    assert needing.isdisjoint(kind for (kind,) in around)


def test_a_visitor_can_approve_every_proposal_that_waits(demo: Books) -> None:
    law = demonstration.current_blueprint(demo.connection).on(END)
    waiting = acting.waiting(demo.connection)

    assert [each["kind"] for each in waiting] == [
        *("subscribe", "request_redemption", "commit_capital")
    ]
    for each in waiting:
        wanted = law.approvals(each["kind"])
        assert set(wanted.roles) & set(demonstration.VISITORS_ROLES)
        assert len(each["approved_by"]) == wanted.count - 1


def test_a_replay_finds_every_table_equal(demo: Books) -> None:
    found = replay.check(demo.connection, lambda _: None)

    assert found.differences == []


# loading it


def test_a_second_load_changes_nothing_and_gives_the_same_login(demo: Books) -> None:
    before = contents(demo)

    first, second = demonstration.load(demo), demonstration.load(demo)

    assert first == second
    assert contents(demo) == before
    assert (demo.home.keys / demonstration.SECRET).stat().st_mode & 0o777 == 0o600


def test_the_login_is_the_one_that_the_pages_know(demo: Books) -> None:
    from django.contrib.auth.hashers import check_password

    login = demonstration.load(demo)
    ((kept,),) = rows(
        demo, "SELECT password FROM public.auth_user WHERE username = %s", login["user"]
    )

    assert check_password(login["password"], kept)


def test_an_interrupted_load_goes_on_where_it_stopped(fresh: Books, demo: Books) -> None:
    steps, _ = demonstration.story()
    law = demonstration.current_blueprint(fresh.connection).on(END)
    done = next(
        number
        for number, step in enumerate(steps)
        if number >= 20 and law.approvals(step["kind"]).count and "by" not in step
    )

    def interrupt(number: int) -> None:
        if number == done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demonstration.load(fresh, interrupt)
    half_done = steps[done]
    acting.propose(
        fresh.connection,
        half_done["kind"],
        json.dumps(half_done["fields"]),
        actor="treasurer",
        key=f"{demonstration.PREFIX}{done + 1:03d}",
    )

    demonstration.load(fresh)

    assert contents(fresh) == contents(demo)
    for day in (APPROPRIATED, FIRST_QUARTER, END):
        expected, found = (statement(each.connection, day).as_json() for each in (demo, fresh))
        # It was not recorded at the same instant.
        assert expected | {"known_at": found["known_at"]} == found


def test_books_of_ones_own_are_not_mixed_with_the_demos(fresh: Books) -> None:
    seized = Seize.model_validate(
        {
            "case": "C-1",
            "holding": "1",
            "asset": "BTC",
            "quantity": "1",
            "control": "custody",
            "seized_on": "2025-03-03",
            "authority": "AFM",
        }
    )
    acting.act(fresh.connection, seized, actor="owner")
    before = contents(fresh)

    with pytest.raises(Refused) as caught:
        demonstration.load(fresh)

    assert caught.value.code == "home_in_use"
    assert contents(fresh) == before


def test_the_demo_stays_out_of_a_home_that_lives_by_another_blueprint(
    own_database: Database, tmp_path: Path
) -> None:
    with installation(own_database.url(), tmp_path, "template") as books:
        with pytest.raises(Refused) as caught:
            demonstration.load(books)

        assert caught.value.code == "not_the_demos_blueprint"
        assert "template" in caught.value.message


def test_the_demo_is_no_reason_to_let_anybody_else_in(demo: Books) -> None:
    with psycopg.connect(demo.url) as connection:
        found = connection.execute("SELECT username FROM public.auth_user").fetchall()

    assert found == [(demonstration.VISITOR,)]
