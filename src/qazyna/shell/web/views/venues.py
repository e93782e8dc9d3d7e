"""Venues: exchanges and exchangers that were shut."""

import json

from django.http import HttpRequest, HttpResponse

from qazyna.money import USD
from qazyna.shell.web import figures
from qazyna.shell.web.figures import link, money, number, path, quantity, reference
from qazyna.shell.web.frame import page, show
from qazyna.shell.web.queries import venues
from qazyna.shell.web.queries.overview import overview
from qazyna.shell.web.queries.pulse import pulse


@page
def listing(request: HttpRequest) -> HttpResponse:
    """Every venue, when it was shut, what it had processed, and by what order."""
    found = venues.listed(request.GET.get("after", ""))
    said = overview(pulse()).statement.enforcement
    shown = found[: venues.PAGE]
    rows = []
    for each in shown:
        body = json.loads(bytes(each.leaf))["body"]
        href = path("events", each.seq)
        rows.append(
            {
                "venue": link(each.name or each.venue, href),
                "code": each.venue,
                "kind": each.kind,
                "shut_on": figures.short_day(each.value_date),
                "volume": quantity(int(each.cents or 0), USD),
                "order": reference(body.get("order_ref"), href),
            }
        )
    context = {
        "count": number(said.venues_shut),
        "volume": money(said.venues_volume_usd, "USD"),
        "rows": rows,
        "more": shown[-1].venue if len(found) > venues.PAGE else None,
        "later": "after" in request.GET,
    }
    return show(request, "pages/venues.html", context)
