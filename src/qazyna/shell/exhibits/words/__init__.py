"""The words of an exhibit's page and picture, in each language: a JSON file each, of equal keys."""

import json
from pathlib import Path
from typing import Any

from qazyna.errors import Refused

LANGUAGES = ("en", "ru", "kk")


def text(language: str) -> str:
    """The words as JSON text. Refused (no_language)."""
    if language not in LANGUAGES:
        raise Refused(
            "no_language",
            f"An exhibit is made in {', '.join(LANGUAGES)}; not in {language!r}.",
            {"language": language},
        )
    return Path(__file__).with_name(f"{language}.json").read_text(encoding="utf-8")


def picture(language: str) -> dict[str, str]:
    """The words of the picture. Refused (no_language)."""
    words: dict[str, Any] = json.loads(text(language))
    return dict(words["picture"])
