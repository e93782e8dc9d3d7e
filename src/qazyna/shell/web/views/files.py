"""What is no page: the script of the charts, charts drawn here, and a sign of life."""

from django.http import HttpRequest, HttpResponse, JsonResponse

from qazyna.money import ASSETS
from qazyna.shell.web import charts, script
from qazyna.shell.web.frame import missing, page, private
from qazyna.shell.web.queries.overview import overview
from qazyna.shell.web.queries.pulse import pulse

A_YEAR = 31_536_000


def health(request: HttpRequest) -> HttpResponse:
    """Whether the pages and their database answer. Says nothing else, for anyone may ask."""
    pulse()
    return JsonResponse({"ok": True})


def chart_script(request: HttpRequest, digest: str) -> HttpResponse:
    """The script of the charts. Its name is its digest, so it never changes."""
    known, packed = script.bundle()
    if digest != known:
        raise missing("There is no such script: the page that asked is older than the program.")
    response = HttpResponse(packed, content_type="text/javascript; charset=utf-8")
    response["Content-Encoding"] = "gzip"
    response["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return response


@page
def chart(request: HttpRequest, name: str) -> HttpResponse:
    """A chart of the dashboard, or of a manager, as SVG, for browsers that run no scripts."""
    found = overview(pulse())
    currency = found.statement.currency
    code = name.removeprefix("manager-")
    known = next((each for each in found.managers if each.code == code), None)
    of_manager = charts.of_manager(known, ASSETS[known.currency]) if known else None
    if of_manager:
        spec = {**of_manager, "width": 900}
    elif name == "allocation":
        values = {line.klass: line.value for line in found.statement.classes}
        spec = charts.allocation(values, currency)
    elif name == "value":
        months = [(month.on, month.by_class, month.stale) for month in found.months]
        spec = {**charts.over_time(months, currency), "width": 900}
    else:
        raise missing("There is no chart of that name.")
    return private(HttpResponse(script.standalone(spec), content_type="image/svg+xml"))
