"""Django's PostgreSQL, which finds the home's server again where it was started in another place.

An embedded server that was stopped and started listens in a new folder. Whoever kept its address
asks for the new one; nobody here starts it.
"""

from typing import Any

import psycopg
from django.db.backends.postgresql import base

from qazyna.shell import postgres
from qazyna.shell.home import Home
from qazyna.shell.store.schema import django_database


class DatabaseWrapper(base.DatabaseWrapper):
    """The same, with one look round before it gives up."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection to where the database is, or to where it is by now."""
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError:
            url = postgres.found("qazyna_app", Home.current())
            if url is None:
                raise
            where = django_database(url)
            self.settings_dict.update({part: where[part] for part in ("HOST", "PORT", "PASSWORD")})
            return super().get_new_connection(self.get_connection_params())
