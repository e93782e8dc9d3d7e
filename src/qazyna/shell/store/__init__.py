"""The books in PostgreSQL: tables and guards (sql/), the codec, the one commit, and the replay."""

from qazyna.shell.store.schema import is_current, migrate

__all__ = ["is_current", "migrate"]
