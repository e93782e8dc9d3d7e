"""The one commit: all or nothing, once a key, and told apart from those it meets."""

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from qazyna.errors import InvariantBroken, Refused
from qazyna.office.appointment import Appoint
from qazyna.plan import Command
from qazyna.seizure.custody import Sweep
from qazyna.seizure.release import ReleaseHolding
from qazyna.shell.store import commit, inserting
from qazyna.shell.store.commit import Done, execute, parse_command
from qazyna.shell.store.replay import check
from tests.shell.store.opened import held, opened, rows
from tests.support_cases import CASE, final, order, seize, sell


def refused(books, command: Command, **said) -> Refused:
    with pytest.raises(Refused) as caught:
        execute(books, command, actor="owner", **said)
    return caught.value


# ── What a command leaves behind ────────────────────────────────────────────────────────────────


def test_a_seizure_is_in_the_books(books):
    before = rows(books)
    done = execute(books, seize("1.5"), actor="ann", key="one")

    after = rows(books)
    grown = {table: after[table] - before[table] for table in after if after[table] > before[table]}
    one = dict.fromkeys(("command", "event", "entry", "posting", "stream", "tally"), 1)
    assert one | {"holding": 2, "lawful": 2} == grown
    assert 150_000_000 == held(books, "C-1/1/claimants")
    assert 150_000_000 == held(books, "C-1/1/custody/State Custodian")
    happened = {"stream": "case/C-1", "version": 1, "kind": "seized", "on": "2025-03-03"}
    assert Done("one", "seize", (happened,)) == done


def test_a_command_may_change_nothing(books):
    execute(books, Appoint(user="gus", roles=("auditor",)), actor="owner")
    before = rows(books)
    done = execute(books, Appoint(user="gus", roles=("auditor",)), actor="owner")

    assert () == done.events
    assert before | {"command": before["command"] + 1} == rows(books)


@pytest.mark.parametrize("few", [0, 4, 64])
def test_statement_by_statement_or_in_one_the_books_are_the_same(books, monkeypatch, few):
    monkeypatch.setattr(inserting, "_FEW", few)
    for command in (seize("1.5"), seize("2", holding="2"), order("1.5"), final(), sell("1.5")):
        execute(books, command, actor="owner")
    assert 0 == check(books).found
    assert [
        *(("receive", 150_000_000, None), ("receive", 200_000_000, None)),
        *(("vest", 150_000_000, None), ("exchange", 150_000_000, 50_000_000)),
    ] == books.execute("SELECT kind, quantity, quantity2 FROM books.entry ORDER BY id").fetchall()


def test_it_is_recorded_when_it_is_recorded(books):
    before = datetime.now(UTC)
    execute(books, seize(), actor="ann")
    row = books.execute("SELECT recorded_at, leaf FROM books.event ORDER BY seq DESC").fetchone()

    assert before - timedelta(seconds=1) <= row[0] <= datetime.now(UTC) + timedelta(seconds=1)
    assert row[0].isoformat() == json.loads(bytes(row[1]))["recorded_at"]


def test_who_acted_and_by_which_command_is_in_the_leaf(books):
    execute(books, seize(), actor="ann", key="one")
    leaf, command, body, salt = books.execute(
        "SELECT leaf, command, body_sha256, salt FROM books.event JOIN books.command k"
        " ON k.key = command ORDER BY seq DESC"
    ).fetchone()

    told = json.loads(bytes(leaf))
    assert ("ann", "one", "one") == (told["actor"], told["command"]["key"], command)
    assert "seize" == told["command"]["kind"]
    assert hashlib.sha256(salt + body).hexdigest() == told["command"]["body_sha256"]


def test_the_same_command_asked_twice_stands_differently_in_leaves(books):
    """Its body may hold a name: without the salt, a guess at it could be tried on the leaf."""
    for key, role in (("one", "auditor"), ("else", "registrar"), ("two", "auditor")):
        execute(books, Appoint(user="bob", roles=(role,)), actor="owner", key=key)
    rows = books.execute(
        "SELECT body_sha256, convert_from(leaf, 'UTF8')::jsonb -> 'command' ->> 'body_sha256'"
        " FROM books.command k JOIN books.event ON command = key WHERE key IN ('one', 'two')"
    ).fetchall()
    assert (1, 2) == (len({body for body, _ in rows}), len({told for _, told in rows}))


def test_names_and_addresses_stay_out_of_the_leaf(books):
    address = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"
    execute(books, seize(address=address, note="found in the cellar"), actor="ann")
    leaf, private = books.execute(
        "SELECT leaf, private FROM books.event ORDER BY seq DESC"
    ).fetchone()

    assert address.encode() not in bytes(leaf) and b"cellar" not in bytes(leaf)
    assert {"address", "note"} == set(private)
    assert address == private["address"]["value"]


# ── All or nothing ──────────────────────────────────────────────────────────────────────────────


def test_a_refused_command_writes_nothing(books):
    execute(books, seize("1"), actor="ann")
    before = rows(books)
    assert "duplicate_holding" == refused(books, seize("2"), key="two").code
    assert "more_than_held" == refused(books, order("2")).code

    assert before == rows(books)


def test_a_refused_command_leaves_its_key_free(books):
    assert "no_case" == refused(books, order(), key="mine").code
    execute(books, seize(), actor="ann")

    assert not execute(books, order(), actor="ann", key="mine").repeated


def test_what_belongs_to_it_is_taken_back_with_it(books):
    """`also` runs inside: when it fails, the command was never given."""
    before = rows(books)

    def fails(*_: object) -> None:
        raise InvariantBroken("no")

    with pytest.raises(InvariantBroken):
        execute(books, seize(), actor="ann", also=fails)
    assert before == rows(books)


def test_an_event_too_large_is_refused_and_nothing_is_written(books):
    before = rows(books)
    assert "event_too_large" == refused(books, seize(assumed=("x" * 120,) * 600)).code
    assert before == rows(books)


def test_a_command_inside_a_transaction_is_part_of_it(books):
    before = rows(books)
    with books.transaction(force_rollback=True):
        execute(books, seize(), actor="ann")
        assert "duplicate_holding" == refused(books, seize()).code
        execute(books, seize(holding="2"), actor="ann")
        assert before["event"] + 2 == rows(books)["event"]
    assert before == rows(books)


# ── Once a key ──────────────────────────────────────────────────────────────────────────────────


def test_the_same_key_and_command_acts_once(books):
    first = execute(books, seize(), actor="ann", key="one")
    before = rows(books)
    again = execute(books, seize(), actor="ann", key="one")

    assert again.repeated and not first.repeated
    assert (first.key, first.kind, first.events) == (again.key, again.kind, again.events)
    assert before == rows(books)


@pytest.mark.parametrize("other", [seize("11"), seize(holding="2"), order()], ids=["11", "2", "o"])
def test_the_same_key_for_another_command_is_refused(books, other):
    execute(books, seize(), actor="ann", key="one")
    before = rows(books)

    assert "key_reused" == refused(books, other, key="one").code
    assert before == rows(books)


def test_without_a_key_each_command_is_its_own(books):
    keys = {execute(books, seize(holding=str(n)), actor="ann").key for n in range(3)}
    assert 3 == len(keys)


# ── Two at once ─────────────────────────────────────────────────────────────────────────────────


def at_once(url: str, *tasks: Callable[..., Done]) -> list[Done | Refused]:
    """Each task on a connection and a thread of its own, all begun together."""
    begin = Barrier(len(tasks))

    def run(task: Callable[..., Done]) -> Done | Refused:
        with opened(url) as connection:
            begin.wait(timeout=30)
            try:
                return task(connection)
            except Refused as no:
                return no

    with ThreadPoolExecutor(len(tasks)) as pool:
        return [found.result(timeout=60) for found in [pool.submit(run, task) for task in tasks]]


def asking(command: Command, key: str | None = None) -> Callable[..., Done]:
    return lambda connection: execute(connection, command, actor="ann", key=key)


def sound(books) -> None:
    assert [] == check(books).differences


def test_two_who_begin_the_same_case_both_succeed(books, own_database):
    """Both would create its stream; the later is decided again on what the earlier left."""
    tasks = [asking(seize(holding=str(n))) for n in range(4)]
    done = at_once(own_database.url(), *tasks)

    assert [Done] * 4 == [type(each) for each in done]
    assert [1, 2, 3, 4] == sorted(each.events[0]["version"] for each in done)
    sound(books)


def test_two_who_seize_the_same_holding_do_so_once(books, own_database):
    done = at_once(own_database.url(), *[asking(seize("1"))] * 4)

    assert 1 == sum(isinstance(each, Done) for each in done)
    assert {"duplicate_holding"} == {each.code for each in done if isinstance(each, Refused)}
    assert 100_000_000 == held(books, "C-1/1/claimants")


def test_two_who_take_the_last_coin_take_it_once(books, own_database):
    execute(books, seize("1"), actor="ann")
    released = {"asset": "BTC", "released_on": "2025-04-01", "order_ref": "R-1"}
    give_back = ReleaseHolding(**CASE, quantity="1", **released)
    done = at_once(own_database.url(), *[asking(give_back)] * 3)

    assert 1 == sum(isinstance(each, Done) for each in done)
    assert {"more_than_held"} == {each.code for each in done if isinstance(each, Refused)}
    assert 0 == held(books, "C-1/1/claimants")
    sound(books)


def test_two_with_the_same_key_act_once(books, own_database):
    done = at_once(own_database.url(), *[asking(seize(), "one")] * 4)

    assert 1 == sum(not each.repeated for each in done)
    assert 1 == len({each.events[0]["version"] for each in done})


def test_many_on_many_streams_leave_the_books_sound(books, own_database):
    """They meet in the monthly sums alone."""

    def life(number: int) -> Callable[..., Done]:
        case = {"case": f"C-{number}"}

        def run(connection) -> Done:
            for command in (
                seize("2", control="device", **case),
                Sweep(**case, holding="1", swept_on="2025-03-10", custodian="AFM", txid="t"),
                order("2", **case),
                final(**case),
            ):
                execute(connection, command, actor="ann")
            return execute(connection, sell("2", **case), actor="ann")

        return run

    done = at_once(own_database.url(), *[life(n) for n in range(4)])
    assert [Done] * 4 == [type(each) for each in done]
    sound(books)


def test_who_gives_up_says_so(books, own_database, monkeypatch):
    """What the database goes on refusing is not tried for ever."""
    monkeypatch.setattr(commit, "ATTEMPTS", 3)
    tried = []

    def meets(*_: object) -> None:
        tried.append(1)
        books.execute("INSERT INTO books.stream VALUES ('law', 1, '{}')")

    with pytest.raises(commit.errors.UniqueViolation):
        execute(books, seize(), actor="ann", also=meets)
    assert 3 == len(tried)


# ── Commands as people send them ────────────────────────────────────────────────────────────────


def test_a_command_that_is_not_known_is_refused_by_name():
    with pytest.raises(Refused) as caught:
        parse_command("sieze", "{}")
    assert "unknown_command" == caught.value.code
    assert "seize" in caught.value.message


BAD_BODIES = [
    ("{", "the file"),
    ("[]", "the file"),
    ('{"case": "C-1"}', "holding"),
    (seize().model_dump_json().replace('"10"', "10"), "quantity"),
    (seize().model_dump_json().replace('"case"', '"kase"'), "kase"),
    (seize().model_dump_json().replace("2025-03-03", "2025-02-30"), "seized_on"),
    (seize().model_dump_json().replace("2025-03-03", "3 March"), "seized_on"),
]


@pytest.mark.parametrize("body, names", BAD_BODIES)
def test_a_body_that_is_wrong_is_refused_by_field(body, names):
    with pytest.raises(Refused) as caught:
        parse_command("seize", body)
    assert "bad_command" == caught.value.code
    assert names in caught.value.message


def test_a_command_comes_back_from_its_json():
    assert seize() == parse_command("seize", seize().model_dump_json())
