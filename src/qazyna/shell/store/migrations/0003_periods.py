"""Periods that are closed, and what was held at their end. The SQL is in ../sql."""

from pathlib import Path
from typing import Any, ClassVar

from django.db import migrations

_SQL = Path(__file__).parents[1] / "sql"

_UNDO = """
    DROP TRIGGER period_closed ON books.entry;
    DROP TABLE books.snapshot, books.closed;
    DROP FUNCTION books.stand_still();
    DROP FUNCTION books.take_snapshot();
    DROP FUNCTION books.in_an_open_period();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [("store", "0002_log")]
    operations: ClassVar[list[Any]] = [
        migrations.RunSQL((_SQL / "0004_periods.sql").read_text("utf-8"), _UNDO)
    ]
