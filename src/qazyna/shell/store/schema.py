"""Bringing a database up to date, and knowing cheaply that it is.

Migrations run as the owner of the database. The application works as another role, which owns
nothing: what it may do is granted here, and it is little.
"""

import hashlib
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

APP_ROLE = "qazyna_app"

_FOLDER = Path(__file__).parent

_INSERT_ONLY = (
    *("command", "event", "entry", "authority", "asset", "permitted"),
    *("price", "document"),
)
"""The application adds to these and does nothing else to them."""


def _digest() -> str:
    """Names the state of the schema that this program needs."""
    import importlib.metadata

    found = hashlib.sha256(importlib.metadata.version("django").encode())
    for file in sorted(_FOLDER.glob("migrations/*.py")) + sorted(_FOLDER.glob("sql/*.sql")):
        found.update(file.name.encode() + b"\0" + file.read_bytes())
    for name in ("chart.py",):
        found.update((_FOLDER.parents[1] / "ledger" / name).read_bytes())
    return found.hexdigest()


def is_current(url: str) -> bool:
    """Whether the database has every migration; one query, and no Django."""
    with psycopg.connect(url) as connection:
        try:
            row = connection.execute("SELECT digest FROM public.qazyna_schema").fetchone()
        except psycopg.errors.UndefinedTable:
            return False
        return row is not None and row[0] == _digest()


def django_database(url: str) -> dict[str, Any]:
    """Django's way of saying a connection string."""
    parts = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
    known = {
        "dbname": "NAME",
        "user": "USER",
        "password": "PASSWORD",
        "host": "HOST",
        "port": "PORT",
    }
    found: dict[str, Any] = {"ENGINE": "django.db.backends.postgresql"}
    for key, name in known.items():
        found[name] = parts.pop(key, "")
    options: dict[str, Any] = dict(parts)
    options["options"] = (options.get("options", "") + " -c search_path=public,books").strip()
    found["OPTIONS"] = options
    return found


def migrate(url: str) -> None:
    """Apply what is missing, as the owner of the database; grant the application what it needs."""
    from qazyna.shell.django_setup import setup

    setup()
    from django.core.management import call_command
    from django.db import connections

    connections.databases["owner"] = connections.configure_settings(
        {"default": {}, "owner": django_database(url)}
    )["owner"]
    try:
        call_command("migrate", database="owner", verbosity=0, interactive=False)
    finally:
        connections["owner"].close()
        del connections["owner"]
        del connections.databases["owner"]
    with psycopg.connect(url) as connection:
        _grant(connection)
        connection.execute("CREATE TABLE IF NOT EXISTS public.qazyna_schema (digest text NOT NULL)")
        connection.execute("DELETE FROM public.qazyna_schema")
        connection.execute("INSERT INTO public.qazyna_schema VALUES (%s)", [_digest()])
        connection.execute(f"GRANT SELECT ON public.qazyna_schema TO {_reader(connection)}")


def _reader(connection: psycopg.Connection[Any]) -> str:
    row = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE]).fetchone()
    return APP_ROLE if row else "CURRENT_USER"


def _grant(connection: psycopg.Connection[Any]) -> None:
    """A server with one role for all has nobody to grant to; its guards hold all the same."""
    role = _reader(connection)
    if role != APP_ROLE:
        return
    for statement in (
        "GRANT USAGE ON SCHEMA books TO {role}",
        "GRANT SELECT ON ALL TABLES IN SCHEMA books TO {role}",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA books TO {role}",
        "GRANT SELECT, INSERT, UPDATE ON books.stream TO {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
    ):
        connection.execute(sql.SQL(statement).format(role=sql.Identifier(role)))
    for table in _INSERT_ONLY:
        connection.execute(
            sql.SQL("GRANT INSERT ON books.{table} TO {role}").format(
                table=sql.Identifier(table), role=sql.Identifier(role)
            )
        )
