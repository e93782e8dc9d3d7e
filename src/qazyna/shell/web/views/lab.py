"""The lab: what each model would have brought, and the simulated entries behind it."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import islice
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from qazyna.blueprint.schema import CURRENCIES
from qazyna.clock import day
from qazyna.lab import entries
from qazyna.lab.compare import Compared, document
from qazyna.shell.web import charts, figures, lab_charts
from qazyna.shell.web.figures import NOTHING, brief, link, mark, money, number, path, share
from qazyna.shell.web.frame import missing, page, show
from qazyna.shell.web.lab_charts import called
from qazyna.shell.web.queries import cases
from qazyna.shell.web.queries import compared as found
from qazyna.shell.web.queries.compared import Asked
from qazyna.shell.web.views import dashboard

PAGE: Final = 200
"""Rows of a journal or a list of sales on one page."""

FIGURES: Final = {
    "raised": ("Raised by sales", "before what the sales cost"),
    "to_budget": ("Paid to the budget", "when it was paid, in the money of that day"),
    "to_victims": ("Paid to victims", "restitution, and the law's share"),
    "to_reserve": ("Came to the reserve", "in money or in kind, valued on that day"),
    "reserve_value": ("The reserve is worth", "at the end, placed as the model places it"),
    "held_value": ("Coins still held", "at the end, at that day's close"),
    "end_value": ("End value", "budget, victims, reserve and coins together"),
    "real_end_value": ("End value in the first day's money", "by the inflation the model assumes"),
    "pending_value": ("Awaiting judgment", "not the State's, and in no total"),
    "fees": ("Fees", "of brokers and funds"),
    "slippage": ("Lost against the close", "coins sold at the close, less what they raised"),
    "custody_cost": ("Cost of own custody", "its own line, in no total"),
    "key_custody_value_days": ("Value times days under own keys", "operational exposure"),
}
"""Figures that are money: their name, and what is counted."""

COLUMNS: Final = {
    "raised": "Raised",
    "to_budget": "To the budget",
    "to_victims": "To victims",
    "to_reserve": "To the reserve",
    "reserve_value": "Reserve at the end",
    "held_value": "Coins at the end",
    "real_end_value": "In the first day’s money",
}
"""Columns of the comparison; those in which no model has anything are left out."""

_OPEN: Final = frozenset({"raised", "to_budget", "to_victims", "to_reserve"})
"""Those that are sums of entries."""


@page
def comparison(request: HttpRequest) -> HttpResponse:
    """Every chosen model on the same seizures and prices: at a glance, then figure by figure."""
    asked = _asked(request)
    played = found.compared(asked)
    told = document(played, rows=False)
    query = _query(asked)
    names = sorted(told["models"], key=lambda name: -_amount(told["models"][name], "end_value"))
    bars, lines = lab_charts.of(told)
    best, least = names[0], names[-1]
    columns = [
        (figure, heading)
        for figure, heading in COLUMNS.items()
        if any(_amount(each, figure) for each in told["models"].values())
    ]
    placed = {name for name in names if played.plays[name].funds}
    context = {
        "script": dashboard.script_address(),
        "asked": asked,
        "since": figures.day(played.since),
        "until": figures.day(played.valued),
        "register": found.registers()[asked.register],
        "cases": number(len({lot.holding.case for lot in _one(played).lots})),
        "best": link(called(best), path("lab", best) + query),
        "best_value": brief(_amount(told["models"][best], "end_value"), asked.currency),
        "least": link(called(least), path("lab", least) + query),
        "least_value": brief(_amount(told["models"][least], "end_value"), asked.currency),
        "several": len(names) > 1,
        "brought": charts.as_json(bars),
        "brought_alt": bars["description"],
        "brought_height": f"{44 * len(names) + 60}px",
        "parts": [
            {"fill": lab_charts.FILLS[part], "name": name}
            for part, name in lab_charts.PARTS.items()
        ],
        "estates": charts.as_json(lines),
        "columns": [name for _, name in columns],
        "rows": [
            _row(name, told["models"][name], asked, query, [each for each, _ in columns], placed)
            for name in names
        ],
        "exposure": [_exposure(name, told["models"][name], asked, query) for name in names],
        "years": _by_year(told["models"], names, asked.currency),
        "heads": [called(name) for name in names],
        "regret": [
            {
                "name": called(a),
                "cells": [
                    NOTHING if a == b else brief(Decimal(told["regret"][a][b]), asked.currency)
                    for b in names
                ],
            }
            for a in names
        ],
        "gaps": told["gaps"],
        "assumptions": _grouped(told["assumptions"], names),
        "assumption_count": number(len(told["assumptions"])),
        "choices": _choices(asked),
        "query": query,
    }
    return show(request, "pages/lab.html", context)


@page
def model(request: HttpRequest, name: str) -> HttpResponse:
    """One model: its figures, its sales, and the simulated journal they are sums of."""
    asked = _asked(request)
    if name not in asked.models:
        raise missing(f"The model {name} is not in this comparison.")
    played = found.compared(asked)
    told = document(played)["models"][name]
    figure = request.GET.get("figure", "")
    case = request.GET.get("case", "")
    after = int(text) if (text := request.GET.get("after", "0")).isdecimal() else 0
    of_figure = dict.fromkeys(
        entry for each, entry in entries.figures(played.outcomes[name]) if each == figure
    )
    if figure and not of_figure:
        raise missing(f"No entries are kept under {figure}.")
    journal = (
        row for row in entries.rows(played.plays[name], case) if not figure or row[0] in of_figure
    )
    shown = list(islice(journal, after, after + PAGE + 1))
    query = _query(asked)
    context = {
        "name": called(name),
        "asked": asked,
        "back": f"/lab{query}",
        "since": figures.day(played.since),
        "until": figures.day(played.valued),
        "figures": _figures(name, told, played, asked, query),
        "sales": [_sale(each, name, query) for each in told["rows"][:PAGE]],
        "sale_count": number(len(told["rows"])),
        "more_sales": len(told["rows"]) > PAGE,
        "figure": FIGURES[figure][0] if figure in FIGURES else figure,
        "case": case,
        "filtered": bool(figure or case),
        "plain": path("lab", name) + query,
        "journal": [_posting(row) for row in shown[:PAGE]],
        "further": _further(name, asked, figure, case, after + PAGE) if len(shown) > PAGE else None,
        "assumptions": [
            each.partition(": ")[2]
            for each in played.assumptions
            if each.startswith((f"{name}: ", f"{name}, from "))
        ],
    }
    trail = (("Lab", f"/lab{query}"),)
    return show(request, "pages/lab_model.html", context, trail=trail)


def _asked(request: HttpRequest) -> Asked:
    told = request.GET
    registers = found.registers()
    models = tuple(dict.fromkeys(told.getlist("model"))) or tuple(
        name for name in found.FIRST if name in found.models()
    )
    since, until = (day(text) if (text := told.get(each, "")) else None for each in ("from", "to"))
    register = told.get("register") or _first_register(registers)
    currency = told.get("currency", "USD")
    return Asked(register, models, since, until, currency if currency in CURRENCIES else "USD")


def _first_register(registers: Mapping[str, str]) -> str:
    """The books' own, once anything was seized in them."""
    if cases.listed("", "")[0]:
        return found.BOOKS
    return next((each for each in registers if each != found.BOOKS), found.BOOKS)


def _query(asked: Asked, **more: object) -> str:
    pairs: list[tuple[str, object]] = [("register", asked.register)]
    pairs += [("model", each) for each in asked.models]
    pairs += [
        (name, on.isoformat()) for name, on in (("from", asked.since), ("to", asked.until)) if on
    ]
    pairs += [("currency", asked.currency), *more.items()]
    return f"?{urlencode(pairs)}"


def _choices(asked: Asked) -> dict[str, Any]:
    return {
        "registers": [
            {
                "name": name,
                "called": text,
                "here": name == asked.register,
                "href": "/lab" + _query(Asked(name, asked.models, None, None, asked.currency)),
            }
            for name, text in found.registers().items()
        ],
        "models": [
            {"name": name, "called": called(name), "here": name in asked.models}
            for name in found.models()
        ],
        "currencies": [
            {"code": code, "here": code == asked.currency} for code in ("USD", "EUR", "GBP")
        ],
        "since": asked.since.isoformat() if asked.since else "",
        "until": asked.until.isoformat() if asked.until else "",
    }


def _one(played: Compared) -> Any:
    return next(iter(played.plays.values()))


def _amount(told: Mapping[str, Any], name: str) -> Decimal:
    return Decimal(told[name] or 0)


def _row(
    name: str,
    told: Mapping[str, Any],
    asked: Asked,
    query: str,
    columns: list[str],
    placed: set[str],
) -> dict[str, Any]:
    currency = asked.currency
    at = path("lab", name) + query
    cells = []
    for figure in columns:
        amount = _amount(told, figure)
        shown = brief(amount, currency) if amount else NOTHING
        if amount and figure in _OPEN:
            shown = link(shown, f"{at}&figure={figure}#journal")
        cells.append({"heading": COLUMNS[figure], "value": shown})
    return {
        "name": link(called(name), at),
        "proxy": mark("assumed", "What its funds earn is a formula, not a record")
        if name in placed
        else "",
        "cells": cells,
        "end": link(brief(_amount(told, "end_value"), currency), at),
    }


def _exposure(name: str, told: Mapping[str, Any], asked: Asked, query: str) -> dict[str, Any]:
    used = told["median_days_to_use"]
    return {
        "name": link(called(name), path("lab", name) + query),
        "use": NOTHING if used is None else number(Decimal(used), 0),
        "days": number(told["key_custody_days"]),
        "value_days": _value_days(told, asked.currency),
        "volatility": _fraction(told["volatility"]),
        "drawdown": _fraction(told["max_drawdown"]),
        "es": _fraction(told["es_95"]),
        **{
            each: brief(amount, asked.currency) if (amount := _amount(told, each)) else NOTHING
            for each in ("fees", "slippage", "custody_cost")
        },
    }


def _value_days(told: Mapping[str, Any], currency: str) -> Any:
    """Value under own keys on an average day with any: days times value say little to a reader."""
    held = told["key_custody_days"]
    if not held:
        return NOTHING
    return brief(_amount(told, "key_custody_value_days") / held, currency)


def _fraction(text: str | None) -> Any:
    return NOTHING if text is None else share(Decimal(text))


def _by_year(
    models: Mapping[str, Mapping[str, Any]], names: list[str], currency: str
) -> list[dict[str, Any]]:
    years = sorted({year for told in models.values() for year in told["raised_by_year"]})
    return [
        {
            "year": year,
            "cells": [
                brief(Decimal(value), currency)
                if (value := models[name]["raised_by_year"].get(year))
                else NOTHING
                for name in names
            ],
        }
        for year in years
    ]


def _grouped(assumptions: list[str], names: list[str]) -> list[dict[str, Any]]:
    """What is assumed: of the lab itself and of the register first, then model by model."""
    groups: dict[str, list[str]] = {"": []}
    for each in assumptions:
        of, _, rest = each.partition(": ")
        name = of.partition(", from ")[0]
        since = of.partition(", from ")[2]
        if name in names:
            groups.setdefault(name, []).append(f"from {since}: {rest}" if since else rest)
        else:
            groups[""].append(each)
    return [
        {"name": called(name) if name else "The lab and the register", "said": said}
        for name, said in groups.items()
        if said
    ]


def _figures(
    name: str, told: Mapping[str, Any], played: Compared, asked: Asked, query: str
) -> list[dict[str, Any]]:
    known = {figure for figure, _ in entries.figures(played.outcomes[name])}
    rows = []
    for figure, (heading, counted) in FIGURES.items():
        if told.get(figure) is None:
            continue
        value = money(Decimal(told[figure]), asked.currency)
        at = f"{path('lab', name)}{query}&figure={figure}#journal"
        rows.append(
            {
                "name": heading,
                "counted": counted,
                "value": link(value, at) if figure in known else value,
            }
        )
    return rows


def _sale(told: Mapping[str, Any], name: str, query: str) -> dict[str, Any]:
    at = f"{path('lab', name)}{query}&{urlencode({'case': told['case']})}#journal"
    discount = told["discount"]
    return {
        "on": told["disposed_on"],
        "case": link(told["case"], at),
        "quantity": number(Decimal(told["quantity"])),
        "asset": told["asset"],
        "mechanism": told["mechanism"].replace("_", " "),
        "price": number(Decimal(told["price"]), 2),
        "close": number(Decimal(told["close"]), 2) if told["close"] else NOTHING,
        "discount": share(Decimal(discount)) if discount is not None else NOTHING,
        "proceeds": money(Decimal(told["proceeds"]), told["currency"]),
        "recorded": told["recorded"],
    }


def _posting(row: tuple[str, ...]) -> dict[str, Any]:
    told = dict(zip(entries.COLUMNS, row, strict=True))
    told["quantity"] = number(Decimal(told["quantity"]))
    if told["value"]:
        told["value"] = money(Decimal(told["value"]), told["currency"])
    told["event"] = told["event"].replace("_", " ")
    return told


def _further(name: str, asked: Asked, figure: str, case: str, after: int) -> str:
    more = {key: value for key, value in (("figure", figure), ("case", case)) if value}
    return f"{path('lab', name)}{_query(asked, **more, after=after)}#journal"
