"""Statements as they come in: kept whole, and only under the manager whose they are."""

import pytest

from qazyna.plan import decide
from tests.programme.statements.support import programme, statement
from tests.support import as_stored, refused


@pytest.fixture
def there():
    return programme()


def test_what_came_in_is_kept_as_it_came(there):
    (received, *_) = decide(there, statement())

    as_stored(received)
    assert "statement/HF-1" == received.stream
    assert (0, 10_000_000) == (received.account.opening_units, received.account.closing_units)
    kept = there.states["statement/HF-1"].accounts
    assert [(1, "2026-01-01", "2026-01-31")] == [
        (each.number, str(each.since), str(each.until)) for each in kept
    ]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"manager": "HF-9"}, "no_manager"),
        ({"fund": "HF-2"}, "other_fund"),
        ({"period_to": "2026-12-31", "received_on": "2026-12-31"}, "date_in_future"),
        ({"received_on": "2026-11-24"}, "date_in_future"),
        ({"received_on": "2026-01-30"}, "dates_out_of_order"),
        ({"period_from": "2026-02-01"}, "dates_out_of_order"),
        ({"account": None}, "empty_statement"),
        ({"currency": "JPY"}, "unknown_asset"),
    ],
)
def test_it_is_refused(there, changed, code):
    assert code == refused(there, statement(**changed)).code
