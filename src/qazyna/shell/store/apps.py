"""The one Django application."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "qazyna.shell.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
