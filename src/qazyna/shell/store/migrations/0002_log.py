"""The transparency log over what the books say. The SQL is in ../sql."""

from pathlib import Path
from typing import Any, ClassVar

from django.db import migrations

_SQL = Path(__file__).parents[1] / "sql"

_UNDO = """
    DROP TABLE books.signature, books.signer, books.subtree, books.sealed, books.batch;
    DROP FUNCTION books.batch_is_whole();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [("store", "0001_books")]
    operations: ClassVar[list[Any]] = [
        migrations.RunSQL((_SQL / "0003_log.sql").read_text("utf-8"), _UNDO)
    ]
