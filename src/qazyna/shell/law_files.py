"""Where blueprints are, and how a name becomes a file."""

from pathlib import Path

from qazyna.errors import Refused

ROOT = Path(__file__).parents[3]
BLUEPRINTS = ROOT / "blueprints"


def blueprint_file(name: str) -> Path:
    """The file of a shipped blueprint, or the file somebody named."""
    shipped = BLUEPRINTS / f"{name}.toml"
    if "/" not in name and not name.endswith(".toml") and shipped.exists():
        return shipped
    file = Path(name)
    if not file.is_file():
        known = ", ".join(sorted(f.stem for f in BLUEPRINTS.glob("*.toml")))
        raise Refused(
            "no_such_blueprint",
            f"There is no blueprint {name!r}: shipped are {known}; anything else is a file's path.",
            {"blueprint": name},
        )
    return file
