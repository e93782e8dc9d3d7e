"""The tokens: every colour that is read as text stands out from what it is written on."""

import re
from pathlib import Path

import pytest

from qazyna.shell import web
from qazyna.shell.web.words import STATEMENT_CLASSES

FOLDER = Path(web.__file__).parent
CSS = (FOLDER / "static/qazyna/tokens.css").read_text("utf-8")
LIGHT, DARK = CSS.split("@media (prefers-color-scheme: dark)")
TOKEN = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")

TONES = {"light": dict(TOKEN.findall(LIGHT))}
TONES["dark"] = {**TONES["light"], **dict(TOKEN.findall(DARK))}

TEXT = ("ink", "ink-soft", "ink-faint", "accent", "accent-strong", "good", "warn", "bad")
ON = {
    **dict.fromkeys(TEXT, ("paper", "wash")),
    "bad": ("paper", "bad-wash"),
    "ink": ("paper", "wash", "sunken", "bad-wash", "good-wash", "accent-wash"),
    "paper": ("accent",),
}


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("tone", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), [(t, g) for t, all in ON.items() for g in all])
def test_text_can_be_read_on_its_ground(tone, text, ground):
    assert contrast(TONES[tone][text], TONES[tone][ground]) >= 4.5


@pytest.mark.parametrize("tone", ["light", "dark"])
@pytest.mark.parametrize("klass", ["gold", "foreign_currency", "hedge_funds", "venture_funds"])
def test_a_class_stands_out_from_the_paper(tone, klass):
    assert contrast(TONES[tone][f"class-{klass}"], TONES[tone]["paper"]) >= 1.9


def test_the_two_colours_of_the_state_are_there():
    assert ("#00afca", "#fec50c") == (TONES["light"]["sky"], TONES["light"]["gold"])


@pytest.mark.parametrize("klass", STATEMENT_CLASSES)
def test_every_class_has_a_colour_and_a_pattern(klass):
    assert f"class-{klass}" in TONES["light"]
    patterns = (FOLDER / "templates/components/pattern_defs.html").read_text("utf-8")
    assert f'id="fill-{klass}"' in patterns
    assert f'[data-class="{klass}"]' in (FOLDER / "static/qazyna/figures.css").read_text("utf-8")


def test_pages_name_no_host():
    for file in FOLDER.rglob("*"):
        if file.suffix in (".html", ".css", ".js"):
            text = file.read_text("utf-8")
            assert not re.search(r"(https?:)?//[a-z0-9-]+\.[a-z]{2,}", text), file
