import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def real_blocks() -> Path:
    """Raw blocks of Bitcoin, too large to stand in the project."""
    beside = Path(__file__).parents[2].parent / "shared" / "data"
    folder = Path(os.environ.get("QAZYNA_SHARED_DATA", beside)) / "blocks"
    if not folder.is_dir():
        pytest.skip("no raw blocks here: QAZYNA_SHARED_DATA names a folder that has blocks/")
    return folder
