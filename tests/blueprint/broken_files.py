"""The files of `broken/`: each holds one mistake, and the message that it must be answered with.

A file is read as the template with what the file says put before it, so that the lines in a message
are the file's own. Its head says what is wrong with it, which clauses of the template it stands
`instead of`, and, after `#>`, what must be reported.
"""

from pathlib import Path

from qazyna.blueprint import check

HERE = Path(__file__).parent
BLUEPRINTS = HERE.parents[1] / "blueprints"
TEMPLATE = (BLUEPRINTS / "template.toml").read_text(encoding="utf-8")
BROKEN = sorted((HERE / "broken").glob("*.toml"))


def whole(file: Path) -> str:
    """The text of a whole blueprint with that file's mistake in it."""
    said = file.read_text(encoding="utf-8")
    heads = [line for line in said.splitlines() if line.startswith("# instead of ")]
    names = heads[0].removeprefix("# instead of ").split(", ") if heads else []
    return said if names == ["everything"] else f"{said}\n{template_without(*names)}"


def template_without(*names: str) -> str:
    """The template less those clauses, or groups of clauses."""
    kept, dropping = [], False
    for line in TEMPLATE.splitlines():
        if line.startswith("["):
            header = line.split("#")[0].strip().strip("[]")
            dropping = any(header == name or header.startswith(f"{name}.") for name in names)
        if not dropping:
            kept.append(line)
    return "\n".join(kept) + "\n"


def expected(file: Path) -> list[str]:
    """What must be reported."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix("#> ") for line in lines if line.startswith("#> ")]


def reported(file: Path) -> list[str]:
    """What is reported: a line each, and where it is not a line of the file, no number."""
    own = len(file.read_text(encoding="utf-8").splitlines())
    return [
        f"{f'line {each.line}' if each.line <= own else 'template'}"
        f" · {each.clause} · {each.message}"
        for each in check(whole(file))
    ]
