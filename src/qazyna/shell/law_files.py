"""Where blueprints are, and how a name becomes a file and a file a text."""

from pathlib import Path

from qazyna.errors import FileRefused, Finding, Refused

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


def blueprint_text(file: Path) -> str:
    """The text of a blueprint's file, byte for byte. Raises `FileRefused` where it is none."""
    content = file.read_bytes()
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileRefused(
            file.name, 0, [Finding(line, "", "unreadable", "This line is not UTF-8 text.")]
        ) from None
