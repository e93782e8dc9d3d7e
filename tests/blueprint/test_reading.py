"""Reading is sure of its lines, and nothing that can be written makes it stumble."""

import tomllib
from decimal import Decimal
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qazyna.blueprint import check
from qazyna.blueprint.lines import Lines
from tests.blueprint.broken_files import BLUEPRINTS, TEMPLATE, template_without

TRICKY = '''
"quoted key" = 1     # a comment with = and [
a.b."c.d" = ["[", ']', """
]""", { x = 1, y.z = [ [1, 2],
  3 ] }, ]
empty = ""
empty_too = """"""
ends = """a quote: """"
raw = \'\'\'
# no comment
'\'\'
date = 1979-05-27 07:32:00Z
inline = { }

[[table]]
one = 1

  [table.sub]
  two = { three = "}" }

  [[table.many]]
  [[table.many]]
  four = 4

[[table]]
[table.sub]
five = "\\"#"
[ spaced . "out" ]
six = -0x_6
'''.replace("0x_6", "6")


def paths(value: object, at: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    """Every key and element of what the standard library read."""
    below: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        below = list(value.items())
    elif isinstance(value, list):
        below = list(enumerate(value))
    found = {at} if at else set()
    return found.union(*(paths(each, (*at, key)) for key, each in below))


@pytest.mark.parametrize(
    "text",
    [TRICKY, TRICKY.replace("\n", "\r\n"), *(p.read_text() for p in BLUEPRINTS.glob("*.toml"))],
)
def test_every_key_and_element_has_a_line(text: str) -> None:
    assert paths(tomllib.loads(text)) == Lines(text).paths


def test_lines_are_where_the_eye_finds_them() -> None:
    text = TRICKY.splitlines()

    def at(*path: str | int) -> str:
        return text[Lines(TRICKY).of(*path) - 1].strip()

    assert at("a", "b", "c.d", 1).startswith("a.b")
    assert at("a", "b", "c.d", 3, "y", "z", 1) == "3 ] }, ]"
    assert at("date").startswith("date")
    assert at("table", 0, "many", 1, "four") == "four = 4"
    assert at("table", 1, "sub", "five").startswith("five")
    assert at("spaced", "out", "six") == "six = -6"


def test_an_element_alone_on_its_line_is_found_there() -> None:
    assert Lines("a = [\n1\n]\n").of("a", 0) == 2


def test_what_is_missing_is_looked_for_around_it() -> None:
    lines = Lines("[a]\n\n[a.b]\nc = 1\n\n")

    assert lines.of("a", "b", "d") == 3
    assert lines.of("a", "x", "y") == 1
    assert lines.of("z") == 4


VALUES = st.recursive(
    st.integers() | st.booleans() | st.text("ab\"'\\#[]{},.= é\n", max_size=6),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(st.text('ab."=# ', max_size=3), below, max_size=3)
    ),
    max_leaves=12,
)


def written(value: object) -> str:
    """TOML of a value, inline."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{written(k)} = {written(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[ " + ", # more\n ".join(map(written, value)) + "\n]"
    if isinstance(value, int):
        return str(value)
    text = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{text}"'


@settings(max_examples=150)
@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), VALUES, max_size=4))
def test_lines_agree_with_the_standard_library_on_any_text(data: dict[str, object]) -> None:
    text = "".join(f"{written(key)} = {written(value)}\n" for key, value in data.items())

    assert paths(data) == paths(tomllib.loads(text)) == Lines(text).paths


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_problems_and_never_an_accident(text: str) -> None:
    assert check(text)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text("abc.", min_size=1, max_size=3), VALUES, max_size=3), st.data())
def test_any_answer_in_place_of_one_gives_problems_and_never_an_accident(
    strange: dict[str, object], data: st.DataObject
) -> None:
    names = ("limits.gold", "approvals.withdraw", "valuation.par.USDT", "forfeiture.kinds", "role")
    name = data.draw(st.sampled_from(names))
    rest = template_without(name)
    value = written(strange)

    below = rest if "." in name else f"{name} = {value}\n{rest}"
    if "." in name:
        below = (
            f"[{name}]\nvalues = [ {{ from = 2009-01-03, value = {value} }}, {value} ]\n\n{rest}"
        )

    assert check(below)


@pytest.mark.parametrize("seed", range(40))
def test_a_template_with_a_line_lost_or_doubled_never_stumbles(seed: int) -> None:
    random, lines = Random(seed), TEMPLATE.splitlines()
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(lines))
        lines[at : at + 1] = random.choice([[], [lines[at]] * 2, [lines[at][:20]]])

    problems = check("\n".join(lines))

    assert all(1 <= each.line <= len(lines) and each.message for each in problems)


CLASSES = ("gold", "foreign_currency", "domestic_currency", "hedge_funds", "venture_funds")
TENTHS = [parts for parts in product(range(11), repeat=len(CLASSES)) if sum(parts) == 10]


def limit(measure: str, klass: str, bound: str, value: str) -> str:
    """A clause of the family `limits`, under a name of its own."""
    name = f"{measure}_{klass}_{bound}_{value.replace('.', '_')}"
    return (
        f'[limits.{name}]\nunit = "limit"\nvalues = [ {{ from = 2009-01-03, value = '
        f'{{ measure = "{measure}", class = "{klass}", bound = "{bound}", '
        f'value = "{value}", amber = "1" }}, assumption = true, note = "a test" }} ]\n'
    )


def sound_with(*limits: str) -> bool:
    return check(template_without("limits", "practice") + "".join(sorted(set(limits)))) == ()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(CLASSES), st.just("min"), st.integers(0, 4))
        | st.tuples(st.sampled_from(CLASSES), st.just("max"), st.integers(0, 10)),
        max_size=12,
    )
)
def test_limits_are_a_problem_exactly_when_no_portfolio_meets_them(
    limits: list[tuple[str, str, int]],
) -> None:
    possible = any(
        all(
            parts[CLASSES.index(klass)] >= tenths
            if bound == "min"
            else parts[CLASSES.index(klass)] <= tenths
            for klass, bound, tenths in limits
        )
        for parts in TENTHS
    )

    texts = [
        limit("class_share", klass, bound, f"{tenths // 10}.{tenths % 10}")
        for klass, bound, tenths in limits
    ]

    assert possible == sound_with(*texts)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(("0.1", "0.2", "0.3", "0.4")), min_size=5, max_size=5))
def test_maximum_shares_must_make_up_the_whole(shares: list[str]) -> None:
    texts = [
        limit("class_share", klass, "max", share)
        for klass, share in zip(CLASSES, shares, strict=True)
    ]

    assert sound_with(*texts) == (sum(map(Decimal, shares)) >= 1)


def test_of_two_limits_on_the_same_thing_the_tighter_one_binds() -> None:
    loose, tight = (limit("class_share", "gold", "max", share) for share in ("0.8", "0.3"))

    assert sound_with(loose, tight, limit("class_share", "gold", "min", "0.3"))
    assert not sound_with(loose, tight, limit("class_share", "gold", "min", "0.5"))


def test_a_minimum_that_the_managers_just_make_up_is_sound() -> None:
    each = limit("manager_share", "hedge_funds", "max", "0.05")
    count = limit("manager_count", "hedge_funds", "max", "4")

    assert sound_with(each, count, limit("class_share", "hedge_funds", "min", "0.20"))
    assert not sound_with(each, count, limit("class_share", "hedge_funds", "min", "0.21"))


def test_minimum_shares_may_make_up_the_whole_and_no_more() -> None:
    gold, abroad = (
        limit("class_share", klass, "min", "0.5") for klass in ("gold", "foreign_currency")
    )

    assert sound_with(gold, abroad)
    assert not sound_with(gold, abroad, limit("class_share", "hedge_funds", "min", "0.01"))


def test_as_many_managers_as_are_admitted_may_be_asked_for() -> None:
    assert sound_with(limit("manager_count", "hedge_funds", "min", "10"))
    assert not sound_with(limit("manager_count", "hedge_funds", "min", "11"))


@pytest.mark.parametrize(
    ("days", "sound"),
    [
        ("[]", True),
        ("[1]", True),
        ("[7, 6]", True),
        ("[0]", False),
        ("[1, 1]", False),
        ("[1, 2, 3, 4, 5, 6, 7]", False),
        ("[6.0]", False),
        ("[true]", False),
        ("6", False),
    ],
)
def test_a_weekend_is_up_to_six_days_of_a_week(days: str, sound: bool) -> None:
    # It comes before the table that it extends, as TOML allows.
    text = (
        f'[jurisdiction.weekend]\nunit = "list"\nvalues = [ {{ from = 2009-01-03, value = {days}, '
        f'assumption = true, note = "a test" }} ]\n{template_without("jurisdiction.weekend")}'
    )

    assert sound == (check(text) == ())


def test_a_text_that_breaks_off_is_reported_on_its_last_line() -> None:
    (problem,) = check("[forfeiture.appeal_days]\nvalues = [\n  3,")

    assert problem.line == 3
    assert "this is not TOML" in problem.message
