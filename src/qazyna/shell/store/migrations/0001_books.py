"""The books, their chart, and their guards. The SQL is in ../sql, one file a step."""

import json
from pathlib import Path
from typing import Any, ClassVar

from django.db import migrations

from qazyna.ledger import chart
from qazyna.money import ASSETS

_SQL = Path(__file__).parents[1] / "sql"

_ASKED = {
    ("whole_entry", "in_the_chart"): (
        chart.FIRST_LEGS,
        "CHART ? ((VALUE).kind || ' ' || (VALUE).debit_class || ' ' || (VALUE).credit_class"
        " || ' ' || (VALUE).authority)",
    ),
    ("whole_entry", "second_leg_in_the_chart"): (
        chart.SECOND_LEGS,
        "(VALUE).legs = 1 OR CHART ? ((VALUE).kind || ' ' || (VALUE).debit_class2"
        " || ' ' || (VALUE).credit_class2 || ' ' ||"
        " CASE (VALUE).kind WHEN 'reverse' THEN '' ELSE (VALUE).debit_class END"
        " || ' ' || (VALUE).authority2)",
    ),
    ("whole_grant", "by_the_right_kind_of_event"): (
        {(kind, by) for kind, (_, events) in chart.AUTHORITIES.items() for by in events},
        "CHART ? ((VALUE).authority || ' ' || (VALUE).event_kind)",
    ),
}
"""What is asked of each leg, and of each grant: its words are a key of the chart.

No name in the chart has a space, so what is joined with as many as there should be is parted in one
way alone."""


def _fill_chart(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.executemany("INSERT INTO books.place VALUES (%s, %s, %s, %s)", sorted(chart.PLACES))
        for (domain, name), (allowed, asked) in _ASKED.items():
            keys = json.dumps({" ".join(words): 0 for words in sorted(allowed)})
            check = asked.replace("CHART", f"jsonb '{keys}'")
            cursor.execute(f"ALTER DOMAIN books.{domain} ADD CONSTRAINT {name} CHECK ({check})")
        cursor.executemany(
            "INSERT INTO books.asset (code, class, scale, name) VALUES (%s, %s, %s, %s)",
            [(a.code, a.klass, a.scale, a.name) for a in ASSETS.values()],
        )


class Migration(migrations.Migration):
    initial = True
    dependencies: ClassVar[list[Any]] = []
    operations: ClassVar[list[Any]] = [
        migrations.RunSQL(
            (_SQL / "0001_books.sql").read_text("utf-8"), "DROP SCHEMA books CASCADE"
        ),
        migrations.RunPython(_fill_chart, migrations.RunPython.noop),
        migrations.RunSQL((_SQL / "0002_guards.sql").read_text("utf-8"), migrations.RunSQL.noop),
    ]
