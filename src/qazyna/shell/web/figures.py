"""Figures as they stand on a page: exact, aligned on the decimal, their unit beside them.

Every function gives HTML that is safe to place. Nothing is rounded without saying so: where a large
figure is cut to be read at a glance, the exact one stands in its title and beside it.
"""

from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from urllib.parse import quote

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from qazyna.money import Asset

EMPTY = mark_safe("")
NOTHING = mark_safe('<span class="nil">–</span>')
UNVALUED = mark_safe('<span class="unvalued" title="No price says its worth">unvalued</span>')

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)

ILLUSTRATIVE = "(illustrative)"


def grouped(value: Decimal, places: int | None = None) -> tuple[str, str]:
    """The digits before the point in threes, and the point with what follows it."""
    if places is not None:
        value = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    whole, _, fraction = format(abs(value), "f").partition(".")
    sign = "\u2212" if value < 0 else ""
    return f"{sign}{int(whole):,}", f".{fraction}" if fraction else ""


def plain(value: Decimal, places: int | None = None) -> str:
    """
    >>> plain(Decimal("1234567.5"), 2)
    '1,234,567.50'
    """
    return "".join(grouped(value, places))


def number(value: Decimal | int | None, places: int | None = None) -> SafeString:
    """A figure whose point lines up with those above and below it."""
    if value is None:
        return NOTHING
    whole, fraction = grouped(Decimal(value), places)
    return format_html('<span class="num">{}<span class="frac">{}</span></span>', whole, fraction)


def money(value: Decimal | None, currency: str, places: int = 2) -> SafeString:
    """An amount of money and its currency; what has no price says so."""
    if value is None:
        return UNVALUED
    return format_html("{} {}", number(value, places), unit(currency))


def quantity(amount: int | None, asset: Asset) -> SafeString:
    """An exact amount in the asset's own unit, with the unit."""
    if amount is None:
        return NOTHING
    return format_html("{} {}", number(asset.decimal(amount)), unit(asset.code))


def unit(code: str) -> SafeString:
    return format_html('<span class="unit">{}</span>', code)


def share(value: Decimal | None, places: int = 1) -> SafeString:
    """A fraction of the whole as a percentage."""
    if value is None:
        return NOTHING
    return format_html("{} {}", number(value * 100, places), unit("%"))


def percent(value: Decimal, places: int = 1) -> str:
    return f"{plain(value * 100, places)} %"


def scaled(value: Decimal) -> tuple[str, str]:
    """A large figure for reading at a glance: its digits, and the word for its size.

    >>> scaled(Decimal("358412345.67"))
    ('358.41', 'million')
    """
    for size, word in ((Decimal(10**9), "billion"), (Decimal(10**6), "million")):
        if abs(value) >= size:
            return plain(value / size, 2), word
    return plain(value, 2), ""


def brief(value: Decimal | None, currency: str) -> SafeString:
    """A large amount at a glance, the exact one in its title."""
    if value is None:
        return UNVALUED
    digits, word = scaled(value)
    return format_html(
        '<span class="num brief" title="{} {}">{}{}</span> {}',
        plain(value, 2),
        currency,
        digits,
        f"\u00a0{word}" if word else "",
        unit(currency),
    )


def day(on: date | None) -> SafeString:
    """A value date."""
    if on is None:
        return NOTHING
    return format_html('<time datetime="{}">{}</time>', on.isoformat(), spoken(on))


def spoken(on: date) -> str:
    """
    >>> spoken(date(2026, 6, 30))
    '30 June 2026'
    """
    return f"{on.day}\u00a0{_MONTHS[on.month - 1]}\u00a0{on.year}"


def month(text: str) -> str:
    """
    >>> month("2026-06")
    'June 2026'
    """
    year, number_ = text.split("-")
    return f"{_MONTHS[int(number_) - 1]}\u00a0{year}"


def short_day(on: date) -> SafeString:
    """A value date for a dense table: every one as wide as the others."""
    return format_html('<time datetime="{0}" class="num">{0}</time>', on.isoformat())


def counted(on: date, corrects: date | None) -> SafeString:
    """The day that something counts on, and the earlier day that it corrects."""
    if corrects is None:
        return short_day(on)
    return format_html(
        '{}<br><span class="small soft">corrects {}</span>', short_day(on), short_day(corrects)
    )


def instant(at: datetime | None) -> SafeString:
    """When something was recorded, in UTC."""
    if at is None:
        return NOTHING
    return format_html(
        '<time datetime="{}" class="num">{}\u00a0UTC</time>',
        at.isoformat(),
        at.strftime("%Y-%m-%d\u00a0%H:%M:%S"),
    )


def link(text: object, href: str | None, label: str = "") -> SafeString:
    """The figure, leading to what it is made of."""
    if not href:
        return format_html("{}", text)
    if label:
        return format_html('<a href="{}" aria-label="{}">{}</a>', href, label, text)
    return format_html('<a href="{}">{}</a>', href, text)


def mark(kind: str, why: str = "") -> SafeString:
    """Says of a figure, where it stands, that it is not plainly what it seems."""
    return format_html(
        '<span class="mark mark-{}"{}>{}</span>',
        kind,
        format_html(' title="{}"', why) if why else "",
        kind,
    )


def reference(text: str | None, href: str | None = None) -> SafeString:
    """A reference to an order or a document; what is illustrative says so."""
    if not text:
        return NOTHING
    name = text.replace(ILLUSTRATIVE, "").strip()
    shown = link(name, href)
    if ILLUSTRATIVE in text:
        return format_html("{} {}", shown, mark("illustrative"))
    return shown


def path(*parts: object) -> str:
    """An address of a page, each part quoted so that a slash within it stays within it.

    >>> path("cases", "KZ/17")
    '/cases/KZ/17'
    """
    return "/" + "/".join(quote(str(part), safe="/:@") for part in parts)


def listed(items: list[SafeString]) -> SafeString:
    return format_html_join(", ", "{}", ((item,) for item in items))
