"""Starting Django once in a process, and only where it is needed."""

import os


def setup() -> None:
    """Configure and populate Django; a second call does nothing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qazyna.shell.settings")
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()
