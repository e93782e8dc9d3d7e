"""An engine of tables that Ibis speaks to, and the folder where it keeps what is between steps."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl


@dataclass
class Engine:
    """`connection` is an Ibis backend, `work` a folder that all its machines see.

    What is kept is written there as Parquet and read back: an expression then begins anew, and does
    not drag along what it came from.
    """

    name: str
    connection: Any
    work: Path
    _numbers: Any = field(default_factory=count)

    def read(self, files: Sequence[Path], columns: Sequence[str]) -> Any:
        """Columns of some Parquet files as one table; whole numbers are all 64 bits wide.

        The files are told by a folder of links, since there may be thousands.
        """
        folder = self.work / f"{next(self._numbers)}.links"
        folder.mkdir()
        for number, file in enumerate(files):
            (folder / f"{number:09d}.parquet").symlink_to(file.resolve())
        table = self.connection.read_parquet(str(folder / "*.parquet"))
        return table.select(*columns).cast(dict.fromkeys(columns, "int64"))

    def keep(self, expression: Any) -> Any:
        """The table of an expression, worked out now."""
        table = self.connection.read_parquet(str(self._write(expression)))
        # Sums may be wider than the numbers that were summed; on disk DuckDB makes floats of them.
        return table.cast(expression.schema())

    def fetch(self, expression: Any) -> pl.DataFrame:
        """The rows of an expression, here."""
        rows = pl.read_parquet(self._write(expression))
        return rows.cast(dict(expression.schema().to_polars()))

    def _write(self, expression: Any) -> Path:
        path = self.work / f"{next(self._numbers)}.parquet"
        self.connection.to_parquet(expression, str(path))
        return path / "*.parquet" if path.is_dir() else path
