"""Entries that correct an earlier day. The SQL is in ../sql."""

from pathlib import Path
from typing import Any, ClassVar

from django.db import migrations

_SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [("store", "0003_periods")]
    operations: ClassVar[list[Any]] = [
        migrations.RunSQL(
            (_SQL / "0005_corrections.sql").read_text("utf-8"),
            "ALTER TABLE books.entry DROP COLUMN effective",
        )
    ]
