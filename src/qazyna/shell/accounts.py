"""Logging in to the pages: names and passwords. What a name may do is said by its appointments."""

import os

from qazyna.shell.django_setup import setup


def set_password(url: str, name: str, password: str) -> None:
    """Give a name a password for the pages, creating the account if it is new."""
    os.environ.setdefault("QAZYNA_DATABASE", url)
    setup()
    from django.contrib.auth import get_user_model

    users = get_user_model().objects
    user, _ = users.get_or_create(username=name)
    if not user.check_password(password):
        user.set_password(password)
        user.save()
