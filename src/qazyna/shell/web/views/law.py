"""The blueprint: the law as dated data, with what each answer rests on."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from qazyna.blueprint import Approvals, Blueprint, Curve, Dated, Limit, Par, Vehicle
from qazyna.blueprint import show as spell
from qazyna.blueprint.explaining.english import English
from qazyna.blueprint.schema import CLAUSES
from qazyna.clock import day
from qazyna.shell.store.reading import current_blueprint
from qazyna.shell.web import books, figures, words
from qazyna.shell.web.figures import mark, percent
from qazyna.shell.web.frame import page, show


@page
def blueprint(request: HttpRequest) -> HttpResponse:
    """Every clause with its dated values; on a day, only what is in force on it."""
    found = current_blueprint(books.connection())
    text = request.GET.get("on", "")
    on = day(text) if text else None
    law = found.on(on) if on else None
    told: Mapping[str, Any] = spell(found, on)
    meanings = {each["clause"]: each["means"] for each in told["clauses"]}
    groups: dict[str, list[dict[str, Any]]] = {}
    for each in told["clauses"]:
        name = each["clause"]
        values = (law.clauses[name],) if law else found.clauses[name]
        groups.setdefault(name.partition(".")[0], []).append(
            {
                "name": name,
                "means": meanings[name],
                "values": [_value(value) for value in reversed(values)],
            }
        )
    context = {
        "name": found.name,
        "sha256": found.sha256,
        "jurisdiction": found.jurisdiction,
        "currency": found.jurisdiction.currency,
        "domestic": found.jurisdiction.domestic_currency,
        "on": on.isoformat() if on else "",
        "on_spoken": figures.day(on) if on else None,
        "changes": [figures.day(each) for each in found.change_dates],
        "groups": [
            {"name": words.spoken(name), "id": name, "clauses": clauses}
            for name, clauses in groups.items()
        ],
        "custodians": [
            {**each, "holds_words": ", ".join(words.ASSET_CLASSES[k] for k in each["holds"])}
            for each in told["custodians"]
        ],
        "roles": told["roles"],
        "assumed": _count_assumed(found),
    }
    return show(request, "pages/blueprint.html", context)


def _value(value: Dated) -> dict[str, Any]:
    return {
        "since": figures.day(value.since),
        "value": spoken_value(value),
        "assumed": mark("assumption", value.note) if value.assumed else "",
        "source": value.source,
        "verified": figures.day(value.verified) if value.verified else None,
        "note": value.note,
    }


_WORDS_ONLY: Final = {each.name for each in CLAUSES if each.unit == "text" and each.among}
_WEEK: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def spoken_value(answer: Dated) -> SafeString:
    """An answer as a person would say it."""
    value = answer.value
    if isinstance(value, bool):
        return mark_safe("yes" if value else "no")
    if isinstance(value, Limit):
        bound = "at most" if value.bound == "max" else "at least"
        subject = words.STATEMENT_CLASSES[value.klass].lower()
        what = {
            "class_share": f"the share of {subject}",
            "manager_share": f"the share of any one manager of {subject}",
            "manager_count": f"the number of managers of {subject}",
        }[value.measure]
        much = str(value.value) if value.measure == "manager_count" else percent(value.value, 0)
        return format_html("{} is {} {}", what, bound, much)
    if isinstance(value, Approvals):
        if not value.count:
            return mark_safe("nobody’s approval is needed")
        roles = " or ".join(role.replace("_", " ") for role in value.roles)
        return format_html(
            "{} approval{} by {}", value.count, "s" if value.count > 1 else "", roles
        )
    if isinstance(value, Par):
        return format_html("{} is taken at {} {}", value.asset, value.value, value.currency)
    if isinstance(value, Curve):
        points = (f"{percent(discount)} at {ratio}" for ratio, discount in value.points)
        return format_html("{}", "; ".join(points))
    if isinstance(value, Vehicle):
        return format_html("{}", English().vehicle(value))
    if answer.clause == "jurisdiction.weekend" and isinstance(value, tuple):
        return format_html("{}", ", ".join(_WEEK[int(each) - 1] for each in value) or "none")
    if isinstance(value, tuple):
        return format_html("{}", ", ".join(str(each).replace("_", " ") for each in value) or "none")
    if answer.unit == "text" and answer.clause in _WORDS_ONLY:
        return format_html("{}", str(value).replace("_", " "))
    if answer.unit == "fraction":
        return format_html("{}", percent(Decimal(str(value))))
    if answer.unit == "money":
        return format_html("{}", f"{Decimal(str(value)):,f}")
    if answer.unit == "days":
        return format_html("{} days", value)
    return format_html("{}", value)


def _count_assumed(found: Blueprint) -> int:
    return sum(value.assumed for values in found.clauses.values() for value in values)
