"""What is said where something cannot be shown."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from qazyna.shell.web.frame import show


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    said = exception.args[0] if exception.args and isinstance(exception.args[0], str) else ""
    return show(request, "404.html", {"said": said}, status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return show(request, "403.html", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """Asks nothing of the database: it may be what is broken."""
    return render(request, "500.html", status=500)
