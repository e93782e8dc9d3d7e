"""What flows with managers rest on. The SQL is in ../sql."""

from pathlib import Path
from typing import Any, ClassVar

from django.db import migrations

_SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [("store", "0005_commands")]
    operations: ClassVar[list[Any]] = [
        migrations.RunSQL((_SQL / "0007_programme.sql").read_text("utf-8"), migrations.RunSQL.noop)
    ]
