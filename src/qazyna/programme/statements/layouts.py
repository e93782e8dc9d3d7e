"""How statements are laid out: which line of a file goes where. All of it is data.

`template` is our own form. `ilpa` and `open_protocol` follow the names of lines and sections that
public templates have made common: the reporting template of the Institutional Limited Partners
Association (capital account and fees) and the Open Protocol of the Standards Board for Alternative
Investments (exposures and risk). Lines are known by their words; case, numbering, dashes, stars and
brackets around them do not matter.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

_NUMBERING = re.compile(r"^\s*(section\s+)?([0-9]+|[a-z])([.)][0-9]*)+\s*|^\s*[0-9]+\s+")
_ASIDE = re.compile(r"\((input|applied|enter)[^)]*\)")
_NO_WORD = re.compile(r"[^\w%/&]+")


def folded(label: str) -> str:
    """The words of a line's name.

    >>> folded("(Management Fees – Gross of Offsets, Waivers & Rebates)*")
    'management fees gross of offsets waivers & rebates'
    """
    text = _NUMBERING.sub("", _ASIDE.sub(" ", label.lower())).replace("/", " / ")
    return _NO_WORD.sub(" ", text).strip()


@dataclass(frozen=True, slots=True)
class Goes:
    """Where the figure of one column of a line goes, and times what."""

    to: str
    """A field: of the statement, `account.…` or `exposures.…`."""
    times: str = "1"
    column: str = "value"
    of: str = ""
    """The name under which it goes into a list; … stands for the line's own, as does nothing."""
    sized: bool = False
    """Whether only its size is told: some write what is sold short with a minus, others without."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One way in which statements are laid out."""

    name: str
    label: tuple[str, ...]
    """Columns, the first of which that is there names a line."""
    within: str = ""
    """A column that names the section a line stands in."""
    named: str = ""
    """A column that says whose a line is: an asset, a counterparty, a kind of fee."""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Each column of figures, and what it may be called."""
    lines: Mapping[str, tuple[Goes, ...]] = field(default_factory=dict)
    beginnings: Mapping[str, tuple[Goes, ...]] = field(default_factory=dict)
    """Lines known by how their names begin; the rest is the name under which they go."""
    sections: Mapping[str, tuple[Goes, ...]] = field(default_factory=dict)
    """Sections all of whose lines go to one place, each under its own name."""
    passed_over: frozenset[str] = frozenset()
    """Lines and sections that say nothing new here: they stay in the document."""
    accounting: bool = False
    """Whether figures may be written as accountants do: (1,234.50) and 12.5%."""
    fees_are_summed: bool = False
    """Whether the layout has no total of the fees as we count them."""


def _each(names: Iterable[str]) -> dict[str, tuple[Goes, ...]]:
    return {folded(name): (Goes(f"account.{name}"),) for name in names}


STATEMENT_FIELDS: Final = (
    "fund",
    "currency",
    "period_from",
    "period_to",
    "final",
    "restates",
    "statement_ref",
)
ACCOUNT_FIELDS: Final = (
    "opening_units",
    "opening_value",
    "subscriptions",
    "redemptions",
    "calls",
    "distributions",
    "units_issued",
    "units_redeemed",
    "gross_result",
    "management_fee",
    "performance_fee",
    "fees_total",
    "closing_units",
    "nav_per_unit",
    "closing_value",
    "unfunded",
)
TOTALS: Final = ("gross", "net", "illiquid")

TEMPLATE: Final = Layout(
    name="template",
    label=("item",),
    named="name",
    columns=MappingProxyType({"value": ("value",)}),
    lines=MappingProxyType(
        {
            **{folded(name): (Goes(name),) for name in STATEMENT_FIELDS},
            **_each(ACCOUNT_FIELDS),
            "other_fee": (Goes("account.other_fees"),),
            "long": (Goes("exposures.long"),),
            "short": (Goes("exposures.short"),),
            "market_value": (Goes("exposures.market_values"),),
            "issuer": (Goes("exposures.issuers"),),
            "counterparty": (Goes("exposures.counterparties"),),
            "gross_exposure": (Goes("exposures.gross"),),
            "net_exposure": (Goes("exposures.net"),),
            "illiquid": (Goes("exposures.illiquid"),),
            "risk": (Goes("exposures.risk"),),
        }
    ),
)

NAMED: Final = frozenset(
    {"other_fee", "long", "short", "market_value", "issuer", "counterparty", "risk"}
)
"""Items of our template that stand once for each name."""

_LESS: Final = "-1"
_RESULT: Final = (Goes("account.gross_result"),)
_MANAGEMENT: Final = (Goes("account.management_fee", _LESS),)
_INCENTIVE: Final = (
    Goes("account.performance_fee", _LESS),
    Goes("account.gross_result", _LESS),
)
"""Gains are told net of it: what it takes from them is given back to the result before fees."""

ILPA: Final = Layout(
    name="ilpa",
    label=("line", "item", "line item", "capital account"),
    columns=MappingProxyType(
        {"value": ("value", "qtd", "period", "amount", "lp qtd", "ytd", "lp ytd")}
    ),
    lines=MappingProxyType(
        {
            "fund name": (Goes("fund"),),
            "fund": (Goes("fund"),),
            "currency": (Goes("currency"),),
            "reporting currency": (Goes("currency"),),
            "period beginning": (Goes("period_from"),),
            "period start date": (Goes("period_from"),),
            "period ending": (Goes("period_to"),),
            "period end date": (Goes("period_to"),),
            "final": (Goes("final"),),
            "restates": (Goes("restates"),),
            "beginning nav net of incentive allocation": (Goes("account.opening_value"),),
            "contributions cash & non cash": (Goes("account.calls"),),
            "distributions cash & non cash": (Goes("account.distributions"),),
            "management fees gross of offsets waivers & rebates": _MANAGEMENT,
            "management fee rebate": _MANAGEMENT,
            "management fee waiver": _MANAGEMENT,
            "fee waiver": _MANAGEMENT,
            "total offsets to fees & expenses": _MANAGEMENT,
            "placement fees": (Goes("account.other_fees", _LESS, of="placement fees"),),
            "interest income": _RESULT,
            "dividend income": _RESULT,
            "interest expense": _RESULT,
            "subscription facility interest": _RESULT,
            "other income / expense": _RESULT,
            "realized gain / loss": _RESULT,
            "change in unrealized gain / loss": _RESULT,
            "accrued incentive allocation periodic change": _INCENTIVE,
            "ending nav net of incentive allocation": (Goes("account.closing_value"),),
            "ending unfunded commitment": (Goes("account.unfunded"),),
        }
    ),
    beginnings=MappingProxyType(
        {
            "partnership expenses": (Goes("account.other_fees", _LESS),),
            "external partnership expenses": (Goes("account.other_fees", _LESS),),
            "internal chargebacks": (Goes("account.other_fees", _LESS, of="internal …"),),
            "total management fees": (),
        }
    ),
    passed_over=frozenset(
        {
            "total cash / non cash flows",
            "net operating income expense",
            "total net operating income / expense",
            "partnership expenses total",
            "external partnership expenses total",
            "internal chargebacks total",
            "total realized and unrealized gain / loss",
            "accrued incentive allocation starting period balance",
            "accrued incentive allocation ending period balance",
            "incentive allocation paid during the period",
            "ending nav gross of accrued incentive allocation",
            "total commitment",
            "beginning unfunded commitment",
            "less contributions",
            "plus recallable distributions",
            "less expired / released commitments",
            "other unfunded adjustment",
        }
    ),
    accounting=True,
    fees_are_summed=True,
)

_PERCENT: Final = "0.01"


def _sides(of: str = "") -> tuple[Goes, ...]:
    return (
        Goes("exposures.long", _PERCENT, "long", of),
        Goes("exposures.short", _PERCENT, "short", of, sized=True),
    )


_OF_ASSET_CLASSES: Final = {
    "equity exposure": "equity",
    "sovereign and interest rate exposure": "sovereign and rates",
    "credit exposure": "credit",
    "convertible bond exposure": "convertible bonds",
    "currency exposure": "currency",
    "real assets and commodities exposure": "real assets and commodities",
}

OPEN_PROTOCOL: Final = Layout(
    name="open_protocol",
    label=("item", "field", "name"),
    within="section",
    columns=MappingProxyType(
        {
            "long": ("long", "long % nav"),
            "short": ("short", "short % nav"),
            "gross": ("gross", "gross % nav"),
            "net": ("net", "net % nav"),
            "value": ("value",),
        }
    ),
    lines=MappingProxyType(
        {
            "fund and investor details: fund name": (Goes("fund"),),
            "fund and investor details: reporting date": (Goes("period_to"),),
            "fund and investor details: period start": (Goes("period_from"),),
            "fund and investor details: base currency": (Goes("currency"),),
            "total exposure: total": (
                Goes("exposures.gross", _PERCENT, "gross"),
                Goes("exposures.net", _PERCENT, "net"),
            ),
            "portfolio liquidity: illiquid": (Goes("exposures.illiquid", _PERCENT),),
            **{f"{section}: total": _sides(name) for section, name in _OF_ASSET_CLASSES.items()},
        }
    ),
    sections=MappingProxyType(
        {
            "digital asset exposure": _sides(),
            "issuer concentration": (Goes("exposures.issuers", _PERCENT, "gross"),),
            "counterparty risk": (Goes("exposures.counterparties", _PERCENT),),
            "value at risk": (Goes("exposures.risk", _PERCENT),),
            "sensitivity analysis": (Goes("exposures.risk", _PERCENT),),
            "stress tests": (Goes("exposures.risk", _PERCENT),),
        }
    ),
    passed_over=frozenset(
        {
            "digital asset exposure: total",
            "fund and investor details",
            "portfolio liquidity",
            "esg module",
            "other",
            *_OF_ASSET_CLASSES,
        }
    ),
    accounting=True,
)

LAYOUTS: Final[Mapping[str, Layout]] = MappingProxyType(
    {each.name: each for each in (TEMPLATE, OPEN_PROTOCOL, ILPA)}
)

FORM: Final = (
    ("fund", "", "the manager's code, or the fund's name"),
    ("currency", "", "in which all money below is"),
    ("period_from", "", "first day of the period, 2026-01-01"),
    ("period_to", "", "last day of the period, 2026-01-31"),
    ("final", "", "yes, or no for an estimate; yes if blank"),
    ("restates", "", "yes, if it replaces an earlier statement for this period; no if blank"),
    ("statement_ref", "", "your number of this statement; the file's name if blank"),
    ("opening_units", "", "units at the beginning of the first day; blank for a venture fund"),
    ("opening_value", "", "value of our holding then"),
    ("subscriptions", "", "money that bought units in the period"),
    ("units_issued", "", "units it bought, and units issued in kind"),
    ("redemptions", "", "money of units redeemed in the period"),
    ("units_redeemed", "", "units redeemed"),
    ("calls", "", "venture fund: paid in on calls"),
    ("distributions", "", "venture fund: distributed"),
    ("gross_result", "", "gain of the period before all fees below; a loss with a minus"),
    ("management_fee", "", "charged, net of rebates and offsets"),
    ("performance_fee", "", "charged or accrued; given back with a minus"),
    ("other_fee", "administration", "one line for each kind, its name in the second column"),
    ("fees_total", "", "all fees together"),
    ("closing_units", "", "units at the end of the last day"),
    ("nav_per_unit", "", "net asset value of one unit then"),
    ("closing_value", "", "value of our holding then"),
    ("unfunded", "", "venture fund: what may still be called"),
    ("long", "BTC", "share of the fund's NAV, one line for each asset: 0.60"),
    ("short", "ETH", "share of the fund's NAV sold short, more than nothing"),
    ("market_value", "BTC", "what all of the asset is worth on the market, in the currency above"),
    (
        "issuer",
        "",
        "share of the fund's NAV in claims on one issuer, by its name",
    ),
    ("counterparty", "", "share of the fund's NAV with one counterparty"),
    ("gross_exposure", "", "long and short together, as a multiple of the NAV: 1.20"),
    ("net_exposure", "", "long less short"),
    ("illiquid", "", "share of the NAV that cannot be sold within 90 days"),
    ("risk", "var_95_1d", "any measure of risk that you report, by its name"),
)
"""Our template, line by line: the item, a name as an example, and what to write."""


def described(layout: Layout) -> list[tuple[str, str]]:
    """Each line that the layout reads, in words, and where it goes: for the page about it."""
    rows = [(f"`{label}`", _places(goes)) for label, goes in layout.lines.items()]
    rows += [(f"`{begins} …`", _places(goes)) for begins, goes in layout.beginnings.items() if goes]
    rows += [(f"every line of `{label}`", _places(goes)) for label, goes in layout.sections.items()]
    return rows


def _places(goes: Iterable[Goes]) -> str:
    return ", ".join(f"`{_place(each)}`" + _times(each) for each in goes)


def _place(goes: Goes) -> str:
    of = f"[{goes.of}]" if goes.of else ""
    return goes.to.removeprefix("account.").removeprefix("exposures.") + of


def _times(goes: Goes) -> str:
    said = {_LESS: "with its sign turned", _PERCENT: "of 100"}.get(goes.times, "")
    column = f"column {goes.column}" if goes.column != "value" else ""
    both = ", ".join(each for each in (column, said) if each)
    return f" ({both})" if both else ""
