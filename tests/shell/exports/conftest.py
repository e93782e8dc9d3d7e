"""The programs that exports are for. Where one cannot be had, its tests are skipped by name."""

import shutil
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def hledger() -> str:
    found = shutil.which("hledger")
    if found is None:
        pytest.skip("no hledger here: install Debian's hledger package")
    return found


@pytest.fixture(scope="session")
def bean_check() -> str:
    """A program apart (it is under the GPL): run, never imported."""
    found = shutil.which("bean-check", path=str(Path(sys.executable).parent))
    if found is None:
        pytest.skip("no bean-check here: install PyPI's beancount")
    return found
