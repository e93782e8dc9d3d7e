"""Ways to find what was recorded since, and what corrects a day. The SQL is in ../sql."""

from pathlib import Path
from typing import Any, ClassVar

from django.db import migrations

_SQL = Path(__file__).parents[1] / "sql"
_BACK = """
    DROP INDEX books.event_by_recorded_at, books.price_by_tx, books.entry_by_effective,
               books.entry_by_day, books.snapshot_by_day;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [("store", "0003_periods")]
    operations: ClassVar[list[Any]] = [
        migrations.RunSQL((_SQL / "0005_known_at.sql").read_text("utf-8"), _BACK)
    ]
