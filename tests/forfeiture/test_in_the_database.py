"""The commands that must know every book of a case, through the one way in."""

import pytest

from qazyna.forfeiture.orders import Annul
from qazyna.office.adoption import AdoptBlueprint
from qazyna.office.correction import ReverseEntry
from qazyna.shell import rooms
from qazyna.shell.store.commit import execute
from tests.support import law_of
from tests.support_cases import final, order, seize, sell


@pytest.fixture
def act(own_database):
    law = law_of("template")
    content = law.text.encode()
    assert rooms.ROOMS
    with own_database.connect() as connection:
        execute(
            connection,
            AdoptBlueprint(name=law.name, sha256=law.sha256),
            actor="owner",
            documents=[("template", content)],
        )

        def run(*commands):
            return [execute(connection, each, actor="owner") for each in commands][-1]

        yield run


def test_a_final_order_knows_the_books_it_vests(act):
    act(seize("10"), seize("5", "ETH", holding="2"))
    items = (
        {"holding": "1", "asset": "BTC", "quantity": "6"},
        {"holding": "2", "asset": "ETH", "quantity": "5"},
    )
    done = act(order(scope=items), final())

    assert ["forfeiture_became_final"] == [each["kind"] for each in done.events]


def test_an_annulment_knows_what_the_order_has_become(act):
    act(seize("10"), order("6"), final(), sell("2", "1000"))
    done = act(Annul(case="C-1", order_ref="F-1", annulled_on="2025-11-03", annulment_ref="N-1"))

    assert ["judgment_annulled"] == [each["kind"] for each in done.events]


def test_a_correction_knows_the_books_of_what_it_reverses(act):
    act(seize("10"), order("6"), final(), sell("2", "1000"))
    done = act(
        ReverseEntry(stream="case/C-1", version=4, reversed_on="2025-10-01", reason="mistake")
    )

    assert ["entry_reversed"] == [each["kind"] for each in done.events]
