"""Every CHECK and key as a question to the rows: which of them break it?

A rule that was dropped, broken and put back looks whole. Its rows do not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

Connection = psycopg.Connection[Any]

SHOWN = 5
"""So many rows are named for one broken rule."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a table, and the query that names the rows breaking it."""

    table: str
    says: str
    query: sql.Composed


_TABLES = """
    SELECT c.relname, array_agg(a.attname ORDER BY a.attnum) FILTER (WHERE a.attnotnull),
           (SELECT array_agg(p.attname ORDER BY p.attnum) FROM pg_index i
            JOIN pg_attribute p ON p.attrelid = c.oid AND p.attnum = ANY (i.indkey)
            WHERE i.indrelid = c.oid AND i.indisprimary)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    WHERE c.relnamespace = 'books'::regnamespace AND c.relkind = 'r' AND NOT a.attisdropped
    GROUP BY c.oid, c.relname ORDER BY 1
"""
_CHECKS = """
    SELECT relname, conname, pg_get_expr(conbin, conrelid) FROM pg_constraint
    JOIN pg_class c ON c.oid = conrelid
    WHERE contype = 'c' AND connamespace = 'books'::regnamespace AND NOT EXISTS (
        SELECT FROM pg_depend d JOIN pg_type t ON t.oid = refobjid
        JOIN pg_class w ON w.reltype = t.typbasetype WHERE d.objid = pg_constraint.oid)
    ORDER BY 1, 2
"""
# A CHECK that a row is one of a domain asks what the domain asks: each of that is asked by itself.
_WHOLE = """
    SELECT c.relname, conname, pg_get_expr(conbin, 0) FROM pg_constraint
    JOIN pg_type t ON t.oid = contypid JOIN pg_class c ON c.reltype = t.typbasetype
    WHERE contype = 'c' AND c.relnamespace = 'books'::regnamespace ORDER BY 1, 2
"""
# What a domain asks of a value, it asks of each column of its kind. (What is asked of a value as
# it is written, `written_together` and `recorded_now`, says nothing of it later: the log does.)
_DOMAINS = """
    SELECT c.relname, conname, pg_get_expr(conbin, 0), attname FROM pg_constraint
    JOIN pg_attribute ON atttypid = contypid AND attnum > 0 AND NOT attisdropped
    JOIN pg_class c ON c.oid = attrelid AND c.relkind = 'r'
    WHERE contype = 'c' AND c.relnamespace = 'books'::regnamespace
      AND conname NOT IN ('written_together', 'recorded_now') ORDER BY 1, 2, 4
"""
_KEYS = """
    SELECT c.relname, conname, p.relname,
        (SELECT array_agg(attname ORDER BY n) FROM unnest(conkey) WITH ORDINALITY AS k (num, n)
         JOIN pg_attribute ON attrelid = conrelid AND attnum = num),
        (SELECT array_agg(attname ORDER BY n) FROM unnest(confkey) WITH ORDINALITY AS k (num, n)
         JOIN pg_attribute ON attrelid = confrelid AND attnum = num)
    FROM pg_constraint JOIN pg_class c ON c.oid = conrelid JOIN pg_class p ON p.oid = confrelid
    WHERE contype = 'f' AND connamespace = 'books'::regnamespace ORDER BY 1, 2
"""
_UNIQUE = """
    SELECT t.relname, c.relname, array_agg(attname ORDER BY n),
           coalesce(pg_get_expr(indpred, indrelid), 'true')
    FROM pg_index i JOIN pg_class c ON c.oid = indexrelid JOIN pg_class t ON t.oid = indrelid,
         unnest(indkey::int2[]) WITH ORDINALITY AS k (num, n)
    JOIN pg_attribute ON attnum = num
    WHERE attrelid = indrelid AND indisunique AND indexprs IS NULL
      AND c.relnamespace = 'books'::regnamespace
    GROUP BY 1, 2, indpred, indrelid ORDER BY 1, 2
"""


def rules_of(connection: Connection) -> list[Rule]:
    """The rules of the schema `books` as it is now, to be asked of it at any time."""
    tables = connection.execute(_TABLES).fetchall()
    primary = {table: key for table, _, key in tables}
    found = [
        _rule(table, "is complete", key, _sql("num_nulls({}) > 0", _columns(full)))
        for table, full, key in tables
        if full and key
    ]
    for table, name, expression in connection.execute(_CHECKS).fetchall():
        condition = sql.SQL("NOT ({})").format(sql.SQL(expression))
        found.append(_rule(table, name, primary[table], condition))
    for table, name, expression in connection.execute(_WHOLE).fetchall():
        condition = sql.SQL("NOT ({})").format(sql.SQL(expression.replace("(VALUE).", "r.")))
        found.append(_rule(table, name, primary[table], condition))
    for table, name, expression, column in connection.execute(_DOMAINS).fetchall():
        asked = re.sub(r"\bVALUE\b", f'r."{column}"', expression)
        condition = sql.SQL("NOT ({})").format(sql.SQL(asked))
        found.append(_rule(table, name, primary[table], condition))
    for table, name, parent, own, theirs in connection.execute(_KEYS).fetchall():
        pairs = sql.SQL(" AND ").join(
            _sql("p.{} = r.{}", sql.Identifier(b), sql.Identifier(a))
            for a, b in zip(own, theirs, strict=True)
        )
        condition = _sql(
            "num_nulls({}) = 0 AND NOT EXISTS (SELECT FROM books.{} p WHERE {})",
            _columns(own),
            sql.Identifier(parent),
            pairs,
        )
        found.append(_rule(table, name, primary[table], condition))
    for table, name, columns, only in connection.execute(_UNIQUE).fetchall():
        query = _sql(
            "SELECT jsonb_build_array({c})::text FROM books.{t} r WHERE num_nulls({c}) = 0 AND {o}"
            " GROUP BY {c} HAVING count(*) > 1 LIMIT {n}",
            c=_columns(columns),
            t=sql.Identifier(table),
            o=sql.SQL(only),
            n=sql.Literal(SHOWN),
        )
        found.append(Rule(table, name, query))
    return found


def _sql(text: str, *values: sql.Composable, **named: sql.Composable) -> sql.Composed:
    return sql.SQL(text).format(*values, **named)


def _columns(names: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(_sql("r.{}", sql.Identifier(name)) for name in names)


def _rule(table: str, says: str, key: list[str], broken: sql.Composable) -> Rule:
    query = _sql(
        "SELECT jsonb_build_array({})::text FROM books.{} r WHERE {} LIMIT {}",
        _columns(key),
        sql.Identifier(table),
        broken,
        sql.Literal(SHOWN),
    )
    return Rule(table, says, query)


def broken(connection: Connection, rules: list[Rule]) -> Iterator[tuple[str, str]]:
    """(where, what) for the rows that break a rule."""
    connection.execute("SET LOCAL search_path = books, public")
    for rule in rules:
        try:
            with connection.transaction():
                rows = connection.execute(rule.query).fetchall()
        except psycopg.Error as wrong:
            yield rule.table, f"cannot be asked about {rule.says}: {str(wrong).splitlines()[0]}"
            continue
        for (key,) in rows:
            yield f"{rule.table} {key}", f"breaks {rule.says}"
