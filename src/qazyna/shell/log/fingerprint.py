"""The schema as it is, against the schema as this program makes it.

Everything that holds the books is listed object by object, as the database itself would write it:
tables and columns, CHECKs and keys, triggers and whether each fires, functions, rules, rights. The
program's own migrations are then run beside it, in a transaction that is rolled back, and listed in
the same way. So the two are told apart by the same server, and each difference has a name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from qazyna.ledger import chart
from qazyna.money import ASSETS
from qazyna.shell.django_setup import setup
from qazyna.shell.log.rules import Rule, rules_of
from qazyna.shell.store import schema

Connection = psycopg.Connection[Any]
Listing = dict[str, str]
"""What an object is called -> what it is."""

_OF_BOOKS = "(SELECT oid FROM pg_namespace WHERE nspname = 'books')"

LISTING = f"""
    SELECT 'table ' || relname,
           concat_ws(' ', relkind, relpersistence, relrowsecurity, relforcerowsecurity,
                     pg_get_userbyid(relowner), relreplident, relacl::text,
                     CASE relkind WHEN 'v' THEN pg_get_viewdef(oid) END)
    FROM pg_class WHERE relnamespace = {_OF_BOOKS} AND relkind NOT IN ('i', 't', 'S')
    UNION ALL
    SELECT 'sequence ' || relname,
           concat_ws(' ', pg_get_userbyid(relowner), seqtypid::regtype, seqincrement, seqmin,
                     seqmax, seqstart, seqcycle, relacl::text)
    FROM pg_class JOIN pg_sequence ON seqrelid = oid WHERE relnamespace = {_OF_BOOKS}
    UNION ALL
    SELECT format('column %s.%s', relname, attname),
           concat_ws(' ', format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated,
                     attcollation::regcollation, attacl::text, pg_get_expr(adbin, adrelid))
    FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
    LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (attrelid, attnum)
    WHERE relnamespace = {_OF_BOOKS} AND relkind NOT IN ('i', 't', 'S') AND attnum > 0
      AND NOT attisdropped
    UNION ALL
    SELECT format('constraint %s on %s', conname,
                  CASE contypid WHEN 0 THEN conrelid::regclass::text
                                ELSE contypid::regtype::text END),
           concat_ws(' ', pg_get_constraintdef(oid), convalidated, condeferrable, condeferred)
    FROM pg_constraint WHERE connamespace = {_OF_BOOKS} AND contype <> 'n'
    UNION ALL
    SELECT 'domain ' || typname,
           concat_ws(' ', format_type(typbasetype, typtypmod), typnotnull, typdefault,
                     typcollation::regcollation, pg_get_userbyid(typowner), typacl::text)
    FROM pg_type WHERE typnamespace = {_OF_BOOKS} AND typtype = 'd'
    UNION ALL
    SELECT 'index ' || c.relname,
           concat_ws(' ', pg_get_indexdef(i.indexrelid), indisvalid, indisready, indislive,
                     indimmediate)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace = {_OF_BOOKS}
    UNION ALL
    -- The triggers of foreign keys have numbers in their names; they are called by their key.
    SELECT format('trigger %s on %s',
                  CASE WHEN tgisinternal
                       THEN concat_ws(' ', 'of', k.conname, tgfoid::regproc, tgtype)
                       ELSE tgname END, tgrelid::regclass),
           concat_ws(' ', tgenabled, tgdeferrable, tginitdeferred,
                     CASE WHEN NOT tgisinternal THEN pg_get_triggerdef(t.oid) END)
    FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
    LEFT JOIN pg_constraint k ON k.oid = tgconstraint WHERE c.relnamespace = {_OF_BOOKS}
    UNION ALL
    SELECT 'function ' || oid::regprocedure,
           concat_ws(' ', pg_get_userbyid(proowner), proacl::text,
                     CASE WHEN prokind <> 'a' THEN pg_get_functiondef(oid) END)
    FROM pg_proc WHERE pronamespace = {_OF_BOOKS}
    UNION ALL
    SELECT format('rule %s on %s', rulename, ev_class::regclass), pg_get_ruledef(r.oid)
    FROM pg_rewrite r JOIN pg_class c ON c.oid = ev_class WHERE c.relnamespace = {_OF_BOOKS}
    UNION ALL
    SELECT format('policy %s on %s', polname, polrelid::regclass),
           concat_ws(' ', polcmd, polpermissive, pg_get_expr(polqual, polrelid),
                     pg_get_expr(polwithcheck, polrelid))
    FROM pg_policy p JOIN pg_class c ON c.oid = polrelid WHERE c.relnamespace = {_OF_BOOKS}
    UNION ALL
    SELECT format('parent of %s', inhrelid::regclass), inhparent::regclass::text
    FROM pg_inherits JOIN pg_class c ON c.oid = inhparent
    WHERE c.relnamespace = {_OF_BOOKS} AND c.relkind <> 'I'
    UNION ALL
    SELECT 'schema books', concat_ws(' ', pg_get_userbyid(nspowner), nspacl::text)
    FROM pg_namespace WHERE nspname = 'books'
    UNION ALL
    SELECT 'event trigger ' || evtname, concat_ws(' ', evtevent, evtfoid::regproc, evtenabled)
    FROM pg_event_trigger
"""

# What a role or a database is told to begin with can undo every guard, or redirect a name.
SETTINGS = """
    SELECT concat_ws(' ', 'setting of', coalesce(rolname, 'everybody'), 'in',
                     coalesce(datname, 'every database')), array_to_string(setconfig, ', ')
    FROM pg_db_role_setting LEFT JOIN pg_roles r ON r.oid = setrole
    LEFT JOIN pg_database d ON d.oid = setdatabase
    WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
      AND array_to_string(setconfig, ' ') ~ 'session_replication_role|search_path|row_security'
"""

ROLES = """
    SELECT 'role ' || r.rolname, concat_ws(', ',
        CASE WHEN r.rolsuper THEN 'is a superuser' END,
        CASE WHEN r.rolbypassrls OR r.rolreplication OR r.rolcreaterole OR r.rolcreatedb
             THEN 'may do more than write' END,
        (SELECT 'can become ' || string_agg(g.rolname, ', ') FROM pg_roles g
         WHERE g.oid <> r.oid AND pg_has_role(r.oid, g.oid, 'MEMBER')))
    FROM pg_roles r WHERE r.rolname = %s
"""


def listing(connection: Connection) -> Listing:
    """The schema of the books, object by object."""
    connection.execute("SET LOCAL search_path = books, public")
    return dict(connection.execute(LISTING).fetchall())


@dataclass(frozen=True)
class Made:
    """What the program's migrations make: the objects, and each rule asked of the rows."""

    listing: Listing
    rules: list[Rule]


def made(url: str) -> Made:
    """The schema as this program makes it, by the same server. Leaves nothing behind."""
    setup()
    from django.db import connections, transaction
    from django.db.migrations.executor import MigrationExecutor

    name = "fingerprint"
    connections.databases[name] = connections.configure_settings(
        {"default": {}, name: schema.django_database(url)}
    )[name]
    try:
        with transaction.atomic(using=name):
            connection = connections[name]
            with connection.cursor() as cursor:
                cursor.execute("ALTER SCHEMA books RENAME TO books_as_they_are")
            loader = MigrationExecutor(connection).loader
            state = loader.project_state(())
            for key in loader.graph.forwards_plan(loader.graph.leaf_nodes("store")[0]):
                migration = loader.get_migration(*key)
                with connection.schema_editor(atomic=False) as editor:
                    state = migration.apply(state, editor)
            raw = connection.connection
            schema._grant(raw)
            found = Made(listing(raw), rules_of(raw))
            transaction.set_rollback(True, using=name)
        return found
    finally:
        connections[name].close()
        del connections[name]
        del connections.databases[name]


def differences(is_: Listing, should: Listing) -> Iterator[tuple[str, str]]:
    """(where, what) for every object that is missing, extra or another."""
    for name in sorted(should.keys() - is_.keys()):
        yield name, "is missing"
    for name in sorted(is_.keys() - should.keys()):
        yield name, "is nothing of ours"
    for name in sorted(is_.keys() & should.keys()):
        if is_[name] != should[name]:
            yield name, f"is {_short(is_[name], should[name])}"


def _short(one: str, other: str) -> str:
    """Where two texts part."""
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    start = max(0, at - 30)
    return f"...{one[start : at + 60]!r} and should be ...{other[start : at + 60]!r}"


def constants(connection: Connection) -> Iterator[tuple[str, str]]:
    """(where, what) for the places, the first assets, the roles and their settings."""
    places = set(connection.execute("SELECT * FROM books.place").fetchall())
    for place in sorted(places ^ chart.PLACES):
        what = "is missing" if place in chart.PLACES else "is nothing of ours"
        yield f"place {'/'.join(place)}", what
    first = {a.code: (a.klass, a.scale, a.name) for a in ASSETS.values()}
    query = "SELECT code, class, scale, name FROM books.asset WHERE event IS NULL"
    found = {code: tuple(rest) for code, *rest in connection.execute(query)}
    for code in sorted(first.keys() | found.keys()):
        if first.get(code) != found.get(code):
            yield f"asset {code}", f"is {found.get(code)}, and should be {first.get(code)}"
    yield from connection.execute(SETTINGS).fetchall()
    for where, what in connection.execute(ROLES, [schema.APP_ROLE]).fetchall():
        if what:
            yield where, what
