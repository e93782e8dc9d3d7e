"""What the core may import. The order of its rooms is import-linter's, in pyproject.toml."""

import ast
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "qazyna"
LIBRARIES = {"btclib", "cryptography", "eth_utils", "pydantic", "pydantic_core", "qazyna"}
LIBRARIES |= {"typing_extensions"}

KERNELS = {
    "programme": {"cvxpy", "highspy", "numpy", "pyxirr"},
    "lab": {"numba", "numpy"},
    "tracing": {"duckdb", "ibis", "numba", "numpy", "polars", "yaml"},
}
"""room -> libraries of floats that it may use, inside kernels and nowhere in the books"""

# Parts of the standard library that reach outside, or bring in time and chance.
OUTSIDE = {
    "asyncio",
    "http",
    "io",
    "logging",
    "multiprocessing",
    "random",
    "secrets",
    "shutil",
    "socket",
    "sqlite3",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "urllib",
}
ALLOWED = (set(sys.stdlib_module_names) - OUTSIDE) | LIBRARIES

CORE = [
    path.relative_to(SOURCE)
    for path in sorted(SOURCE.rglob("*.py"))
    if path.relative_to(SOURCE).parts[0] != "shell"
]


def imported(path: Path) -> set[str]:
    """The outermost packages that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse((SOURCE / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found.add((node.module or "").partition(".")[0])
    return found


@pytest.mark.parametrize("path", CORE, ids=str)
def test_the_core_imports_nothing_that_does_io(path):
    assert set() == imported(path) - ALLOWED - KERNELS.get(path.parts[0], set())
