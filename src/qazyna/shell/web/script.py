"""The browser's chart script: Vega, Vega-Lite and their embedding, out of the installed wheel.

It is made once for each version of the wheel, kept in the installation's own folder, and named by
its digest, so that a browser may keep it for ever. Nothing is fetched from anywhere.
"""

import gzip
import hashlib
import os
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any, Final

from qazyna.shell.home import Home

# The versions whose language `charts` speaks come with the wheel; its newest is taken.
_PUT_OUT: Final = """
window.vegaEmbed = vegaEmbed;
"""
_lock = Lock()


@cache
def bundle() -> tuple[str, bytes]:
    """The digest of the script, and the script, gzipped."""
    with _lock:
        place = _place()
        if not place.exists():
            _keep(place, gzip.compress(_made().encode(), mtime=0))
        packed = place.read_bytes()
    return hashlib.sha256(packed).hexdigest()[:16], packed


def _place() -> Path:
    home = Home.current().create()
    return home.path / "cache" / f"charts-{version('vl-convert-python')}.js.gz"


def _made() -> str:
    import vl_convert

    made: str = vl_convert.javascript_bundle(_PUT_OUT)
    return made


def _keep(place: Path, content: bytes) -> None:
    place.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor, fresh = tempfile.mkstemp(dir=place.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    Path(fresh).replace(place)


_TOKENS: Final = Path(__file__).parent / "static" / "qazyna" / "tokens.css"
_PATTERNS: Final = Path(__file__).parent / "templates" / "components" / "pattern_defs.html"


def standalone(spec: dict[str, Any]) -> str:
    """The chart as a picture by itself: it brings the page's colours, and the patterns of them."""
    head, _, rest = as_svg(spec).partition(">")
    colours = f"<style>{_TOKENS.read_text('utf-8')}svg{{color:var(--ink)}}</style>"
    return f"{head}>{colours}{_PATTERNS.read_text('utf-8')}{rest}"


def as_svg(spec: dict[str, Any]) -> str:
    """The chart drawn here, for print and for browsers that run no scripts."""
    import vl_convert

    drawn: str = vl_convert.vegalite_to_svg(spec)
    return drawn
