"""Prices: the series that an asset is valued by, and where each observation is from."""

from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from qazyna.clock import day
from qazyna.shell.store.reading import known_assets
from qazyna.shell.web import books, figures
from qazyna.shell.web.figures import link, mark, number, path
from qazyna.shell.web.frame import missing, page, show
from qazyna.shell.web.queries import prices
from qazyna.shell.web.queries.overview import overview
from qazyna.shell.web.queries.pulse import pulse


@page
def series(request: HttpRequest, asset: str) -> HttpResponse:
    """What one unit of the asset cost, day by day, the latest first."""
    assets = known_assets(books.connection())
    if asset not in assets:
        raise missing(f"No asset {asset} is known here.")
    currencies = prices.currencies(asset)
    asked = request.GET.get("in", "")
    currency = asked if asked in currencies else (currencies[0] if currencies else "")
    at = _before(request.GET.get("before", ""))
    found = prices.series(asset, currency, at) if currency else []
    shown = found[: prices.PAGE]
    last = shown[-1] if len(found) > prices.PAGE else None
    law = overview(pulse()).blueprint.on(date.max)
    par = law.par.get(asset)
    older = {"in": currency, "before": f"{last.on_date}.{last.event}"} if last else None
    context = {
        "asset": assets[asset],
        "name": assets[asset].name or asset,
        "currency": currency,
        "currencies": [{"code": each, "here": each == currency} for each in currencies],
        "par": {"value": figures.money(par.value, par.currency), "note": par.note} if par else None,
        "itself": asset == law.currency,
        "rows": [
            {
                "on": figures.short_day(each.on_date),
                "price": number(each.price),
                "source": link(each.source, path("events", each.event)),
                "estimated": mark("estimated", each.estimated) if each.estimated else "",
                "why": each.estimated,
            }
            for each in shown
        ],
        "older": f"?{urlencode(older)}" if older else None,
        "later": "before" in request.GET,
    }
    return show(request, "pages/prices.html", context, trail=(("Reserve", "/"), ("Prices", None)))


def _before(text: str) -> tuple[date, int]:
    on, _, event = text.rpartition(".")
    if not on or not event.isdecimal() or len(event) > 18:
        return date.max, 2**62
    return day(on), int(event)
