"""Four more currencies. The SQL is in ../sql."""

from pathlib import Path
from typing import Any, ClassVar

from django.db import migrations

_SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [("store", "0004_known_at")]
    operations: ClassVar[list[Any]] = [
        # A known currency may be held: going back keeps it.
        migrations.RunSQL((_SQL / "0006_currencies.sql").read_text("utf-8"), migrations.RunSQL.noop)
    ]
