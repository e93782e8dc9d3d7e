"""A choice from files, without a round: scores and kinds, returns, and the rules.

    candidates   candidate, score, and those of strategy, custodian, administrator, domicile that a
                 rule speaks of
    returns      date (2026-01 or a day of that month), and one column a candidate
    rules        JSON: at_most, at_least, runner_ups, strategy, custodian, administrator, domicile,
                 correlation, common_months

Scores have four decimals at most, so that sums of them are exact.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from qazyna.office.table import Findings, Line
from qazyna.programme.selection.choosing import Choice
from qazyna.programme.selection.diversification import ALIKE, Contender, Rules
from qazyna.programme.selection.scoring import POINT, points

_SCORE = re.compile(r"\d{1,9}(\.\d{1,4})?", re.ASCII)
_RETURN = re.compile(r"-?\d{1,3}(\.\d{1,15})?", re.ASCII)
_MONTH = re.compile(r"(\d{4}-(0[1-9]|1[0-2]))(-\d{2})?", re.ASCII)

Count = Annotated[int, Field(ge=0, le=10_000)]


class RulesFile(BaseModel):
    """What a file of rules may say; a rule that is left out does not bind."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at_most: Annotated[int, Field(ge=1, le=1000)]
    at_least: Annotated[int, Field(ge=1, le=1000)] = 1
    runner_ups: Annotated[int, Field(ge=0, le=20)] = 3
    strategy: Count | None = None
    custodian: Count | None = None
    administrator: Count | None = None
    domicile: Count | None = None
    correlation: Annotated[Decimal, Field(ge=0, le=1)] | None = None
    common_months: Annotated[int, Field(ge=3, le=1200)] = 24

    @property
    def rules(self) -> Rules:
        alike = {name: getattr(self, name) for name in ALIKE}
        return Rules(
            {name: most for name, most in alike.items() if most is not None},
            self.correlation,
            self.common_months,
        )


def read_contenders(
    file: str,
    columns: Sequence[str],
    lines: Iterable[Line],
    rules: Rules,
    returns: Mapping[str, Mapping[str, Decimal]],
) -> list[Contender]:
    """The candidates of a file. Raises `FileRefused` with every problem by its line."""
    lines = list(lines)
    findings = Findings(file, len(lines))
    needed = ("candidate", "score", *rules.alike)
    findings.header(columns, needed, [name for name in ALIKE if name not in needed])
    findings.stop()
    found: dict[str, Contender] = {}
    for line, cells in lines:
        label = cells["candidate"]
        for column in needed:
            if not cells[column]:
                findings.add(line, column, "missing_value", f"A candidate needs its {column}.")
        if label in found:
            findings.add(line, "candidate", "duplicate_candidate", f"{label} stands here twice.")
        score = cells["score"]
        if score and not _SCORE.fullmatch(score):
            findings.add(
                line,
                "score",
                "bad_score",
                f"“{score[:40]}” is no score: write plain digits, four decimals at most, no sign.",
            )
        elif score and label:
            kinds = {name: cells.get(name, "") for name in ALIKE}
            whole = int(Decimal(score) * POINT)
            found[label] = Contender(label, whole, kinds, returns.get(label, {}))
    findings.stop()
    return list(found.values())


def read_returns(
    file: str, columns: Sequence[str], lines: Iterable[Line]
) -> dict[str, dict[str, Decimal]]:
    """Returns by candidate and month, exactly as written. Raises `FileRefused`."""
    lines = list(lines)
    findings = Findings(file, len(lines))
    first, *names = columns
    found: dict[str, dict[str, Decimal]] = {name: {} for name in names}
    seen: dict[str, int] = {}
    for line, cells in lines:
        month = _MONTH.fullmatch(cells[first])
        if month is None:
            findings.add(
                line, first, "bad_date", f"“{cells[first][:40]}” is no month: write 2026-01."
            )
            continue
        if month[1] in seen:
            findings.add(
                line,
                first,
                "duplicate_date",
                f"{month[1]} stands on line {seen[month[1]]} already: returns are monthly.",
            )
        seen.setdefault(month[1], line)
        for name in names:
            text = cells[name]
            if text and (not _RETURN.fullmatch(text) or Decimal(text) < -1):
                findings.add(
                    line,
                    name,
                    "bad_return",
                    f"“{text[:40]}” is no return: write a fraction from -1 up, as -0.034.",
                )
            elif text:
                found[name][month[1]] = Decimal(text)
    findings.stop()
    return found


def document(contenders: Sequence[Contender], asked: RulesFile, found: Choice) -> dict[str, Any]:
    """The choice as the command line prints it."""
    first = sum(contenders[place].score for place in found.sets[0])

    def told(places: Iterable[int]) -> dict[str, Any]:
        chosen = [contenders[place] for place in places]
        return {
            "candidates": [each.label for each in chosen],
            "total": points(sum(each.score for each in chosen)),
        }

    return {
        "chosen": told(found.sets[0]),
        "runner_ups": [told(each) for each in found.sets[1:]],
        "candidates": len(contenders),
        "at_least": asked.at_least,
        "at_most": asked.at_most,
        "rules": [
            {
                "rule": each.rule,
                "bound": each.bound,
                "without": points(each.without),
                "cost": points(each.without - first),
                "binds": each.binds,
            }
            for each in found.costs
        ],
        "kept_apart": [
            {
                "pair": [contenders[each.first].label, contenders[each.second].label],
                "correlation": None if each.correlation is None else f"{each.correlation:f}",
                "months": each.months,
            }
            for each in found.pairs
        ],
        "proof": {"optimal": True, "gap": "0", "solver": found.solver},
    }
