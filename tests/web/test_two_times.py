"""Pages as of a day and as known by a time: the same figures as the command line has."""

from datetime import date

import pytest

from qazyna.office.correction import CorrectEntry
from qazyna.office.periods import ClosePeriod
from qazyna.reserve.earnings import RecordIncome
from qazyna.reserve.funding import Appropriate
from qazyna.shell.queries.ledger import known_balances
from qazyna.shell.queries.statement import statement
from qazyna.shell.store.commit import execute
from qazyna.shell.web.figures import plain
from tests.web.served import client, text

BANK = "/holdings/reserve/bank/National Bank/USD"


@pytest.fixture
def corrected(empty):
    """1,000 given and 100 earned where 90 was right; closed, and then corrected."""

    def do(command) -> None:
        execute(empty, command, actor="ann")

    items = [{"asset": "USD", "quantity": "1000", "place": "National Bank"}]
    do(Appropriate(items=items, appropriated_on="2025-01-10", act_ref="Act"))
    said = {"asset": "USD", "statement_ref": "S"}
    do(RecordIncome(quantity="100", received_on="2025-02-10", **said))
    do(ClosePeriod(through="2025-06-30"))
    command = {"version": 2, "quantity": "90", "corrected_on": "2025-07-15", "reason": "misread"}
    do(CorrectEntry.model_validate(command))
    return empty


@pytest.mark.parametrize("day", [date(2025, 12, 31), date(2026, 3, 31), date(2026, 6, 30)])
def test_the_statement_of_a_day_has_the_command_lines_figures(demo, day):
    said = statement(demo, day)
    shown = text(client("owner").get(f"/statement?as_of={day}"))
    assert plain(said.total, 2) in shown
    for each in said.classes:
        for line in each.holdings:
            assert line.account.path in shown
    for held in said.custody:
        assert f"{held.case}/{held.holding}" in shown


def test_a_published_statement_stands_and_the_restated_one_says_what_differs(corrected):
    here = client("ann")
    published = text(here.get("/statement?as_of=2025-06-30"))
    assert "as published" in published and "1,100.00" in published
    restated = text(here.get("/statement?as_of=2025-06-30&restated=1"))
    assert "1,090.00" in restated
    assert "What was published otherwise" in restated and "misread" in restated
    assert "Nothing differs" in text(here.get("/statement?as_of=2025-02-01&restated=1"))


def test_a_holding_as_of_a_day_shows_what_it_held_and_how(corrected):
    here = client("ann")
    then = text(here.get(f"{BANK}?as_of=2025-02-10"))
    assert "Held 1,100.00" in then
    assert "2025-07-15" not in then and "2025-02-10" in then
    now = text(here.get(BANK))
    assert "Holds 1,090.00" in now and "corrects 2025-02-10" in now
    account = text(here.get("/accounts/reserve/bank/National Bank?as_of=2025-02-01"))
    assert "1,000.00" in account


def test_a_holding_as_known_by_a_time_leaves_out_what_came_later(corrected):
    (_, known_at) = known_balances(corrected)
    income = {"asset": "USD", "quantity": "5", "received_on": "2025-07-20", "statement_ref": "S-2"}
    execute(corrected, RecordIncome(**income), actor="ann")
    asked = known_at.isoformat().replace("+", "%2B")
    then = text(client("ann").get(f"{BANK}?as_of=2025-12-31&known_at={asked}"))
    assert "Held 1,090.00" in then and "2025-07-20" not in then
    assert "1,095.00" in text(client("ann").get(f"{BANK}?as_of=2025-12-31"))


def test_the_journal_and_an_entry_say_which_day_is_corrected(corrected):
    here = client("ann")
    assert "corrects 2025-02-10" in text(here.get("/journal"))
    query = "SELECT id FROM books.entry WHERE effective IS NOT NULL ORDER BY id LIMIT 1"
    (number,) = corrected.execute(query).fetchone()
    assert "10 February 2025" in text(here.get(f"/entries/{number}")).replace("\xa0", " ")


@pytest.mark.parametrize("asked", ["as_of=yesterday", "as_of=2026-02-30", "known_at=soon"])
def test_what_is_no_day_or_time_is_refused_in_words(corrected, asked):
    assert 409 == client("ann").get(f"/statement?{asked}").status_code
