"""The entry point of the web server."""

from django.core.wsgi import get_wsgi_application

from qazyna.shell.django_setup import setup

setup()

import qazyna.shell.rooms  # noqa: E402, F401  every kind of event must be known to be read

application = get_wsgi_application()
