"""Reading one answer in the unit of its clause, and saying what is wrong with one that is not.

A reader returns the value, or None after it has said why; it says everything, not the first thing.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from difflib import get_close_matches

from qazyna.blueprint.lines import Path
from qazyna.blueprint.schema import (
    BOUNDS,
    CURRENCIES,
    MANAGED_CLASSES,
    MEASURES,
    SERIES,
    STATEMENT_CLASSES,
    VEHICLE_KINDS,
    Clause,
)
from qazyna.blueprint.values import Approvals, Curve, Limit, Par, Value, Vehicle

_FRACTION = re.compile(r"(0(\.\d{1,12})?|1(\.0{1,12})?)", re.ASCII)
_WHOLE = re.compile(r"\d{1,6}", re.ASCII)
_PLAIN = re.compile(r"\d{1,20}(\.\d{1,18})?", re.ASCII)
_SIGNED = re.compile(r"-?\d{1,3}(\.\d{1,12})?", re.ASCII)
_FILE = re.compile(r"[^\s/\\\x00-\x1f][^/\\\x00-\x1f]{0,80}\.csv")
_MOST_DAYS = 36_525  # a century: more is a slip

Say = Callable[[str, Path], None]
"""Reports one problem, at a key below the one being read."""


def nearest(word: str, known: tuple[str, ...], likeness: float = 0.6) -> str:
    """What to write instead: the word that is almost the same, else those there are, if few."""
    close = get_close_matches(word, known, 1, likeness)
    if close:
        return f"write “{close[0]}”"
    if len(known) > 12:
        return "the template lists those there are"
    return "write one of " + ", ".join(known)


def no_text(raw: object) -> str:
    """What is wrong with something that should be a text with letters in it."""
    if isinstance(raw, str):
        return "the quotes are empty: write something between them"
    return f"{shown(raw)} is not a text: write it in quotes"


def shown(raw: object) -> str:
    if isinstance(raw, bool):
        return str(raw).lower()
    if isinstance(raw, date):
        return raw.isoformat()
    if isinstance(raw, str):
        return f"“{raw[:40]}”"
    if isinstance(raw, list):
        return "a list"
    if isinstance(raw, dict):
        return "a table"
    return str(raw)[:40]


def _fraction(raw: object, say: Say, *at: str) -> Decimal | None:
    if isinstance(raw, str) and _FRACTION.fullmatch(raw):
        return Decimal(raw)
    if isinstance(raw, float) or type(raw) is int:
        say(f'{raw} is not exact as it stands: put it in quotes, "{raw}"', at)
    else:
        say(f'{shown(raw)} is not a share: write one between "0" and "1", such as "0.25"', at)
    return None


def _money(raw: object, say: Say) -> Decimal | None:
    if isinstance(raw, str) and _PLAIN.fullmatch(raw):
        return Decimal(raw)
    say(f'{shown(raw)} is no amount of money: write plain digits in quotes, "250000000"', ())
    return None


def _ratio(raw: object, say: Say) -> Decimal | None:
    if isinstance(raw, str) and _PLAIN.fullmatch(raw) and Decimal(raw):
        return Decimal(raw)
    say(f'{shown(raw)} is no multiple: write plain digits in quotes, above 0, such as "1.5"', ())
    return None


def _signed(raw: object, say: Say, example: str, *at: str | int) -> Decimal | None:
    if isinstance(raw, str) and _SIGNED.fullmatch(raw):
        return Decimal(raw)
    say(f'{shown(raw)} is no number here: write plain digits in quotes, such as "{example}"', at)
    return None


def _count(raw: object, say: Say, most: int, what: str, *at: str) -> int | None:
    if type(raw) is int and 0 <= raw <= most:
        return raw
    say(f"{shown(raw)} is not {what}: write a whole number from 0 to {most}, without quotes", at)
    return None


def words(
    raw: object, say: Say, among: tuple[str, ...], *at: str, may_be_empty: bool = True
) -> tuple[str, ...] | None:
    """A list of words, each once; every one that is not among those known is reported."""
    if not isinstance(raw, list):
        say(f'{shown(raw)} is not a list: write ["…", "…"]', at)
        return None
    good = True
    for index, word in enumerate(raw):
        if not isinstance(word, str):
            say(f"{shown(word)} is not a word: write it in quotes", (*at, index))
        elif among and word not in among:
            say(f"“{word}” is not known here: {nearest(word, among)}", (*at, index))
        elif word in raw[:index]:
            say(f"“{word}” is listed twice: remove one", (*at, index))
        else:
            continue
        good = False
    if not raw and not may_be_empty:
        say("the list is empty, which would leave nothing allowed: name at least one", at)
        good = False
    return tuple(raw) if good else None


def _keys(
    raw: Mapping[str, object],
    known: tuple[str, ...],
    say: Say,
    *,
    optional: tuple[str, ...] = (),
) -> bool:
    """Whether a table has exactly these keys; each missing or unknown one is reported."""
    for key in raw:
        if key not in known:
            say(f"“{key}” does not belong here: {nearest(key, known)}", (key,))
    missing = [key for key in known if key not in raw and key not in optional]
    for key in missing:
        say(f"“{key}” is missing: add it", ())
    return not missing and set(raw) <= set(known)


def _limit(name: str, raw: object, say: Say) -> Limit | None:
    known = ("measure", "class", "bound", "value", "amber")
    if not isinstance(raw, dict):
        say("a limit is a table: { " + ", ".join(f"{key} = …" for key in known) + " }", ())
        return None
    if not _keys(raw, known, say):
        return None
    good = True
    classes = tuple(STATEMENT_CLASSES)
    if raw["measure"] in ("manager_share", "manager_count"):
        classes = MANAGED_CLASSES
    for key, words in (("measure", MEASURES), ("class", classes), ("bound", BOUNDS)):
        if raw[key] not in words:
            say(f"{shown(raw[key])} is no {key}: {nearest(str(raw[key]), words)}", (key,))
            good = False
    if raw["measure"] == "manager_share" and raw["bound"] == "min":
        say(
            'the largest share of one manager can only have a maximum: write bound = "max"',
            ("bound",),
        )
        good = False
    value: Decimal | None
    if raw["measure"] == "manager_count":
        if isinstance(raw["value"], str) and _WHOLE.fullmatch(raw["value"]):
            value = Decimal(raw["value"])
        else:
            say(f'{shown(raw["value"])} is no number of managers: write "5", say', ("value",))
            value = None
    else:
        value = _fraction(raw["value"], say, "value")
    amber = _fraction(raw["amber"], say, "amber")
    if amber == 0:
        say(
            'amber = "0" would never be green: write a share of the bound, such as "0.90"',
            ("amber",),
        )
        good = False
    if not good or value is None or amber is None:
        return None
    return Limit(name, raw["measure"], raw["class"], raw["bound"], value, amber)


def _approvals(raw: object, say: Say) -> Approvals | None:
    if not isinstance(raw, dict):
        say('an approval is a table: { roles = ["…"], approvals = 1 }', ())
        return None
    if not _keys(raw, ("roles", "approvals"), say):
        return None
    roles = words(raw["roles"], say, (), "roles")
    count = _count(raw["approvals"], say, 20, "a number of approvals", "approvals")
    return None if roles is None or count is None else Approvals(roles, count)


def _par(asset: str, note: str, raw: object, say: Say) -> Par | None:
    if not isinstance(raw, dict):
        say('a par is a table: { currency = "USD", value = "1.00" }', ())
        return None
    if not _keys(raw, ("currency", "value"), say):
        return None
    good = True
    if raw["currency"] not in CURRENCIES:
        say(
            f"{shown(raw['currency'])} is no currency known here: "
            f"{nearest(str(raw['currency']), CURRENCIES)}",
            ("currency",),
        )
        good = False
    value = raw["value"]
    if not isinstance(value, str) or not _PLAIN.fullmatch(value) or not Decimal(value):
        say(f'{shown(value)} is no price: write plain digits in quotes, "1.00"', ("value",))
        good = False
    return Par(asset, raw["currency"], Decimal(value), note) if good else None


def _curve(raw: object, say: Say) -> Curve | None:
    if not isinstance(raw, list) or not raw:
        say('a curve is a list of points: [["0", "0.01"], ["1", "0.03"]]', ())
        return None
    points: list[tuple[Decimal, Decimal]] = []
    for index, point in enumerate(raw):
        if not isinstance(point, list) or len(point) != 2:
            say('a point is two numbers in quotes: ["1", "0.03"]', (index,))
            continue
        ratio = _signed(point[0], say, "1.5", index, 0)
        discount = _signed(point[1], say, "0.03", index, 1)
        if ratio is not None and ratio < 0:
            say(f"less than nothing cannot be offered, {ratio}: write 0 or more", (index, 0))
        elif discount is not None and abs(discount) >= 1:
            say(
                f"a discount of {discount} would leave no price: "
                'write a share below 1, "0.03" for three hundredths',
                (index, 1),
            )
        elif ratio is not None and points and ratio <= points[-1][0]:
            say(
                f"{ratio} does not come after {points[-1][0]}: list the points with the smallest "
                "first, each once",
                (index, 0),
            )
        elif ratio is not None and discount is not None:
            points.append((ratio, discount))
    return Curve(tuple(points)) if len(points) == len(raw) else None


def _vehicle(name: str, raw: object, say: Say) -> Vehicle | None:
    known = (
        *("kind", "mix", "alpha", "management", "performance"),
        *("notice_days", "gate", "count", "series"),
    )
    if not isinstance(raw, dict):
        say("a vehicle is a table: { " + ", ".join(f"{key} = …" for key in known) + " }", ())
        return None
    # A file of one's own says all that a mix would.
    if not _keys(raw, known, say, optional=("series", *(("mix",) if "series" in raw else ()))):
        return None
    good = True
    if raw["kind"] not in VEHICLE_KINDS:
        mend = nearest(str(raw["kind"]), tuple(VEHICLE_KINDS))
        say(f"{shown(raw['kind'])} is no kind of vehicle: {mend}", ("kind",))
        good = False
    mix = _mix(raw.get("mix", {}), say)
    alpha = _signed(raw["alpha"], say, "0.02", "alpha")
    management = _fraction(raw["management"], say, "management")
    performance = _fraction(raw["performance"], say, "performance")
    notice = _count(raw["notice_days"], say, _MOST_DAYS, "a number of days", "notice_days")
    gate = _fraction(raw["gate"], say, "gate")
    count = _count(raw["count"], say, 1000, "a number of funds", "count")
    if gate == 0:
        say('with gate = "0" nothing could ever be redeemed: "1" is no gate', ("gate",))
        good = False
    if count == 0:
        say("there is no fund in it: write 1 or more", ("count",))
        good = False
    series = raw.get("series", "")
    if "series" in raw and not (isinstance(series, str) and _FILE.fullmatch(series)):
        say(
            f'{shown(series)} is no file beside the prices: write its name, "my_fund.csv"',
            ("series",),
        )
        good = False
    if not good or mix is None or notice is None or gate is None or count is None:
        return None
    if alpha is None or management is None or performance is None:
        return None
    return Vehicle(
        name, raw["kind"], mix, alpha, management, performance, notice, gate, count, series
    )


def _mix(raw: object, say: Say) -> tuple[tuple[str, Decimal], ...] | None:
    if not isinstance(raw, dict):
        say('a mix is a table of series and weights: { BTC = "0.6", CASH = "0.4" }', ("mix",))
        return None
    weights = []
    for series, weight in raw.items():
        if series not in SERIES:
            say(
                f"there is no series “{series}”: {nearest(series, SERIES)}, or give the vehicle "
                'a file of your own, series = "my_fund.csv"',
                ("mix", series),
            )
            continue
        found = _signed(weight, say, "0.6", "mix", series)
        if found is not None:
            weights.append((series, found))
    return tuple(weights) if len(weights) == len(raw) else None


def _weekdays(raw: object, say: Say) -> tuple[int, ...] | None:
    if (
        isinstance(raw, list)
        and all(type(day) is int and 1 <= day <= 7 for day in raw)
        and len(set(raw)) == len(raw) < 7
    ):
        return tuple(sorted(raw))
    say("days of the week are whole numbers, 1 for Monday to 7 for Sunday, each once: [6, 7]", ())
    return None


def answer(clause: Clause, name: str, note: str, raw: object, say: Say) -> Value | None:
    """Read one answer in the unit of its clause; None, and something said, where it cannot be."""
    last = name.rsplit(".", 1)[-1]
    if name == "jurisdiction.weekend":
        return _weekdays(raw, say)
    if clause.unit == "fraction":
        return _fraction(raw, say)
    if clause.unit == "days":
        return _count(raw, say, _MOST_DAYS, "a number of days")
    if clause.unit == "count":
        return _count(raw, say, 10_000, "a count")
    if clause.unit == "list":
        return words(raw, say, clause.among, may_be_empty=clause.may_be_empty)
    if clause.unit == "limit":
        return _limit(last, raw, say)
    if clause.unit == "approvals":
        return _approvals(raw, say)
    if clause.unit == "par":
        return _par(last, note, raw, say)
    if clause.unit == "money":
        return _money(raw, say)
    if clause.unit == "ratio":
        return _ratio(raw, say)
    if clause.unit == "curve":
        return _curve(raw, say)
    if clause.unit == "vehicle":
        return _vehicle(last, raw, say)
    if clause.unit == "bool":
        if isinstance(raw, bool):
            return raw
        say(f"{shown(raw)} is neither true nor false: write one of them, without quotes", ())
        return None
    if not isinstance(raw, str) or not raw.strip():
        say(no_text(raw), ())
        return None
    if clause.among and raw not in clause.among:
        say(f"“{raw}” is not known here: {nearest(raw, clause.among)}", ())
        return None
    return raw
