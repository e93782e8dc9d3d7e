"""The two times: what was published stands, and what is known since is told beside it."""

from datetime import UTC, date, datetime

import psycopg
import pytest

from qazyna.errors import Refused
from qazyna.office.correction import CorrectEntry, ReverseEntry
from qazyna.office.periods import ClosePeriod
from qazyna.reserve.earnings import RecordCharge, RecordIncome
from qazyna.reserve.funding import Appropriate
from qazyna.shell.queries.changes import changed, restated
from qazyna.shell.queries.statement import statement
from qazyna.shell.store.commit import execute
from qazyna.shell.store.replay import check

CLOSED = date(2025, 6, 30)
BANK = "reserve/bank/National Bank"


def do(books, command) -> None:
    execute(books, command, actor="ann")


@pytest.fixture
def closed(books):
    """1,000 given, 100 earned where 90 was right, 10 charged where 15 was; then closed."""
    items = [{"asset": "USD", "quantity": "1000", "place": "National Bank"}]
    do(books, Appropriate(items=items, appropriated_on="2025-01-10", act_ref="Act"))
    said = {"asset": "USD", "statement_ref": "S"}
    do(books, RecordIncome(quantity="100", received_on="2025-02-10", **said))
    do(books, RecordCharge(quantity="10", charged_on="2025-03-10", **said))
    do(books, ClosePeriod(through=CLOSED.isoformat()))
    return books


def correct(version: int, quantity: str, on: str = "2025-07-15", **said) -> CorrectEntry:
    given = {"version": version, "quantity": quantity, "corrected_on": on, "reason": "misread"}
    return CorrectEntry.model_validate(given | said)


def test_what_was_published_stands_and_the_restated_one_lists_what_differs(closed):
    published = statement(closed, CLOSED).as_json()
    do(closed, correct(2, "90"))
    do(closed, correct(3, "15"))

    assert published == statement(closed, CLOSED).as_json()
    assert "1090" == published["total"]
    found, told = restated(closed, CLOSED)
    assert "1075" == found.as_json()["total"]
    line = next(each for each in told["differences"] if each["account"] == BANK)
    assert ("1090", "1075") == (line["before"]["quantity"], line["after"]["quantity"])
    assert ["reserve@4", "reserve@5"] == [each["event"] for each in told["events"]]
    assert "misread" == told["events"][0]["reason"]
    assert {"2025-02-10"} == {e["effective_date"] for e in told["events"][0]["entries"]}
    # In the open period the correction counts on its own day.
    assert "1090" == statement(closed, date(2025, 7, 14)).as_json()["total"]
    assert "1075" == statement(closed, date(2025, 7, 15)).as_json()["total"]
    assert check(closed).as_json()["equal"]


def test_days_between_are_restated_too(closed):
    do(closed, correct(2, "90", effective_on="2025-04-01"))
    days = {"2025-02-09": "1000", "2025-02-10": "1000", "2025-03-31": "990", "2025-04-01": "1080"}
    found = {day: restated(closed, date.fromisoformat(day))[0].as_json()["total"] for day in days}
    assert days == found


def test_what_flowed_is_restated_and_not_counted_twice(closed):
    do(closed, correct(2, "90"))
    flows = restated(closed, CLOSED)[0].as_json()["flows"]
    assert ("1000", "90", "10") == (flows["inflow"], flows["income"], flows["cost"])


def test_a_correction_may_be_corrected(closed):
    do(closed, correct(2, "90"))
    do(closed, correct(4, "95", on="2025-08-01"))
    assert "1085" == restated(closed, CLOSED)[0].as_json()["total"]
    with pytest.raises(Refused) as caught:
        do(closed, correct(2, "91"))
    assert "already_reversed" == caught.value.code
    assert check(closed).as_json()["equal"]


def test_a_reversal_alone_may_name_the_day_it_corrects(closed):
    command = ReverseEntry(
        stream="reserve",
        version=2,
        reversed_on="2025-07-15",
        effective_on="2025-02-10",
        reason="never paid",
    )
    do(closed, command)
    assert "990" == restated(closed, CLOSED)[0].as_json()["total"]
    assert "1090" == statement(closed, CLOSED).as_json()["total"]
    assert check(closed).as_json()["equal"]


def test_what_changed_between_two_times_and_why(closed):
    before = datetime.now(UTC)
    do(closed, correct(2, "90"))
    day = date(2025, 7, 31)
    told = changed(closed, day, before, statement(closed, day))
    assert ["reserve@4"] == [each["event"] for each in told["events"]]
    assert {"total", "foreign_currency"} >= {each["section"] for each in told["differences"]}
    total = next(each for each in told["differences"] if each["section"] == "total")
    assert ("1090", "1080") == (total["before"]["value"], total["after"]["value"])
    none = changed(closed, day, datetime.now(UTC), statement(closed, day))
    assert ([], []) == (none["events"], none["differences"])


REFUSED = [
    (correct(2, "100"), "no_difference"),
    (correct(2, "90", effective_on="2025-07-16"), "dates_out_of_order"),
    (correct(2, "90", on="2025-06-30"), "period_closed"),
    (correct(2, "90", on="2025-02-09"), "dates_out_of_order"),
    (correct(9, "90"), "no_such_event"),
    (correct(3, "2000"), "more_than_held"),
    (correct(2, "0"), "bad_quantity"),
]


@pytest.mark.parametrize("command, code", REFUSED)
def test_what_is_no_correction_is_refused(closed, command, code):
    with pytest.raises(Refused) as caught:
        do(closed, command)
    assert code == caught.value.code


def test_an_earlier_day_is_earlier(closed, own_database):
    """The database holds it, whoever writes."""
    with psycopg.connect(own_database.url("qazyna_owner"), autocommit=True) as owner:
        columns = (
            "event, number, kind, legs, value_date, flow, leaf, book, asset, quantity,"
            " debit_class, debit_detail, credit_class, credit_detail, authority, scope"
        )
        with pytest.raises(psycopg.errors.CheckViolation) as caught:
            owner.execute(
                f"INSERT INTO books.entry ({columns}, effective) SELECT {columns},"
                " value_date FROM books.entry ORDER BY id LIMIT 1"
            )
    assert "corrects_an_earlier_day" == caught.value.diag.constraint_name


def test_a_day_that_was_changed_behind_the_guards_is_found(closed, own_database):
    do(closed, correct(2, "90"))
    with psycopg.connect(own_database.url("postgres"), autocommit=True) as above:
        above.execute("ALTER TABLE books.entry DISABLE TRIGGER USER")
        above.execute("UPDATE books.entry SET effective = '2025-01-01' WHERE kind = 'income'")
    assert not check(closed).as_json()["equal"]
