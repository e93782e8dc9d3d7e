"""Make the files of the Kazakhstan demo.

python data/make/kazakhstan_demo.py [FOLDER]

Everything individual is illustrative; the totals are the public figures that PROVENANCE.md gives.
"""

import json
import sys
from datetime import date
from pathlib import Path

from common import DATA, REGISTER_COLUMNS, write_csv
from demo_register import register
from demo_step import Step
from demo_story import story, waiting
from demo_venues import VENUE_COLUMNS, venues

HEAD = """\
# What the reserve of the Kazakhstan demo was given and did, in order, after venues and register;
# and, at the end, what is proposed and waits for approval.
#
# Each step is one command: its kind, the day on which it is given, who gives it (the treasurer,
# where nobody is named), a sentence that says it, and its fields, which are the command's JSON.
# Everything individual is illustrative; the 350,000,000.00 USD in total and the prices of gold,
# euros and bitcoin are real. Made by data/make/kazakhstan_demo.py; change that, not this file.
"""


def toml(value: object) -> str:
    """Write a value as TOML: text, whole number, truth, date, table, or a list of such."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    if isinstance(value, dict):
        return (
            "{ " + ", ".join(f"{named(key)} = {toml(item)}" for key, item in value.items()) + " }"
        )
    # A JSON string, whole number or truth is a TOML one.
    return json.dumps(value, ensure_ascii=False)


def named(key: str) -> str:
    """Write a key; one with a dot in it stands in quotes, for else it would be two."""
    return json.dumps(key) if "." in key else key


def field(key: str, value: object) -> str:
    """Write one field; a list has each of its items on a line."""
    if not isinstance(value, list):
        return f"{key} = {toml(value)}"
    return f"{key} = [\n" + "".join(f"  {toml(item)},\n" for item in value) + "]"


def step_text(table: str, step: Step) -> str:
    """Write one step as a table with its fields below it."""
    lines = [
        f"[[{table}]]",
        f"kind = {toml(step.kind)}",
        f"on = {toml(step.on)}",
        *([f"by = {toml(step.by)}"] if step.by != "treasurer" else ()),
        f"told = {toml(step.told)}",
        f"[{table}.fields]",
        *(field(key, value) for key, value in step.fields.items()),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA / "demo" / "kazakhstan"
    shut = venues()
    rows = register(shut)
    write_csv(folder / "venues.csv", VENUE_COLUMNS, shut)
    write_csv(folder / "register.csv", REGISTER_COLUMNS, rows)
    steps = [step_text("step", step) for step in story(rows)]
    steps += [step_text("waiting", step) for step in waiting()]
    (folder / "story.toml").write_text("\n".join([HEAD, *steps]), encoding="utf-8", newline="\n")
