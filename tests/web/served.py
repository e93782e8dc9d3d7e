"""The pages of one database, asked by a client that is no browser."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from qazyna.shell import rooms  # noqa: F401  every kind of event must be known to be read
from qazyna.shell.django_setup import setup
from qazyna.shell.store.schema import django_database

ADDRESS = re.compile(r'(?:href|src)="(/[^"]*)"')


@contextmanager
def serving(url: str) -> Iterator[None]:
    """Let the pages speak to this database, and to no other, for a while."""
    setup()
    from django.db import connections

    before = connections.databases["default"]
    _forget(connections)
    connections.databases["default"] = connections.configure_settings(
        {"default": {**django_database(url), "CONN_MAX_AGE": None}}
    )["default"]
    try:
        yield
    finally:
        _forget(connections)
        connections.databases["default"] = before


def _forget(connections: Any) -> None:
    if hasattr(connections._connections, "default"):
        connections["default"].close()
        del connections["default"]


def client(name: str | None = None, **options: Any) -> Any:
    """A client, signed in if a name is given; its password is never asked for."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    found = Client(SERVER_NAME="localhost", **options)
    if name:
        user, _ = get_user_model().objects.get_or_create(username=name)
        found.force_login(user)
    return found


def text(response: Any) -> str:
    """What a page says, its markup and the gaps between words taken out."""
    body = re.sub(r"<(script|svg)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", body)).split())


def addresses(response: Any) -> list[str]:
    """Where a page leads to, within the pages."""
    return [html.unescape(found) for found in ADDRESS.findall(response.content.decode())]
