"""Leaves that tell of the command they come from. The SQL is in ../sql."""

from pathlib import Path
from typing import Any, ClassVar

from django.db import migrations

_SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [("store", "0004_corrections")]
    operations: ClassVar[list[Any]] = [
        migrations.RunSQL(
            (_SQL / "0006_commands.sql").read_text("utf-8"),
            "ALTER TABLE books.command DROP COLUMN salt",
        )
    ]
