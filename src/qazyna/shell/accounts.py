"""Logging in to the pages: names and passwords. What a name may do is said by its appointments."""

from qazyna.shell.django_setup import setup

_HERE = "accounts"


def set_password(url: str, name: str, password: str) -> None:
    """Give a name a password for the pages, creating the account if it is new."""
    setup()
    from django.contrib.auth import get_user_model
    from django.db import connections

    from qazyna.shell.store.schema import django_database

    # Django may have been set up before there was a database to speak to (the first migration), or
    # for another one; so the database meant is named here, and only for as long as it is needed.
    connections.databases[_HERE] = connections.configure_settings(
        {"default": {}, _HERE: django_database(url)}
    )[_HERE]
    try:
        users = get_user_model().objects.using(_HERE)
        user, _ = users.get_or_create(username=name)
        if not user.check_password(password):
            user.set_password(password)
            user.save(using=_HERE)
    finally:
        connections[_HERE].close()
        del connections[_HERE]
        del connections.databases[_HERE]
