"""The books, their chart, and their guards. The SQL is in ../sql, one file a step."""

from pathlib import Path
from typing import Any, ClassVar

from django.db import migrations

from qazyna.ledger import chart
from qazyna.money import ASSETS

_SQL = Path(__file__).parents[1] / "sql"


def _fill_chart(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.executemany("INSERT INTO books.place VALUES (%s, %s, %s, %s)", sorted(chart.PLACES))
        cursor.executemany(
            "INSERT INTO books.posting_rule VALUES (%s, %s, %s, %s)", sorted(chart.FIRST_LEGS)
        )
        cursor.executemany(
            "INSERT INTO books.second_posting_rule VALUES (%s, %s, %s, %s, %s)",
            sorted(chart.SECOND_LEGS),
        )
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
