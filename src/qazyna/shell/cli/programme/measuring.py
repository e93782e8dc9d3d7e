"""How managers performed: of files, without a database, and of the books."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qazyna.shell.cli.options import AsJson
from qazyna.shell.cli.output import emit, refusals

if TYPE_CHECKING:
    from qazyna.programme.performance.arrays import Array
    from qazyna.programme.performance.series_files import Returns

Periods = Annotated[
    float, typer.Option("--periods", min=0.1, max=10_000, help="Returns in a year: 12 are monthly.")
]
RiskFree = Annotated[float, typer.Option("--rf", min=-0.99, max=100, help="Riskless rate a year.")]
Acceptable = Annotated[
    float,
    typer.Option("--mar", min=-0.99, max=100, help="Minimum acceptable return, as a rate a year."),
]
IndexFile = Annotated[
    Path | None,
    typer.Option("--index", metavar="FILE", help="CSV: date, level; for KS-PME and Direct Alpha."),
]


def performance(
    returns: Annotated[
        Path,
        typer.Option(
            "--returns",
            metavar="FILE",
            help="CSV: date, and one column a series of simple returns as fractions.",
            show_default=False,
        ),
    ],
    rf: RiskFree = 0.0,
    mar: Acceptable = 0.0,
    benchmark: Annotated[
        str | None,
        typer.Option(
            "--benchmark", metavar="FILE|COLUMN", help="CSV: date, return; or a column of FILE."
        ),
    ] = None,
    periods: Periods = 12,
    as_json: AsJson = False,
) -> None:
    """Return, risk, drawdown, ratios, and what a benchmark explains, of every series of a file."""
    with refusals(as_json):
        from qazyna.programme.performance import summary
        from qazyna.shell.cli.programme.text import performance_as_text

        series, held = _with_benchmark(_read_returns(returns, periods), benchmark, periods)
        found = summary.document(series, summary.Basis(periods, rf, mar, held))
        emit(found, as_json, lambda: performance_as_text(found))


def _read_returns(file: Path, periods: float) -> "Returns":
    from qazyna.programme.performance.series_files import read_returns
    from qazyna.shell.adapters.tables import read_table

    columns, lines, _ = read_table(file)
    return read_returns(file.name, columns, lines, periods)


def _with_benchmark(
    series: "Returns", benchmark: str | None, periods: float
) -> "tuple[Returns, Array | None]":
    """The series, and the benchmark on their days: one of their columns, or the one of a file."""
    if benchmark is None:
        return series, None
    if benchmark in series.names:
        if len(series.names) == 1:
            raise typer.BadParameter("beside the benchmark the file has no series.")
        return series.without(benchmark), series.column(benchmark)
    from qazyna.programme.performance.series_files import aligned

    file = Path(benchmark)
    if not file.exists():
        raise typer.BadParameter(
            f"{benchmark} is no column of the file, and no file.", param_hint="--benchmark"
        )
    its = _read_returns(file, periods)
    if len(its.names) > 1:
        raise typer.BadParameter(
            f"{benchmark} has {len(its.names)} series, and a benchmark is one.",
            param_hint="--benchmark",
        )
    return series, aligned(its, series.days, periods)


def cashflows(
    file: Annotated[
        Path,
        typer.Option(
            "--file",
            metavar="FILE",
            help="CSV: date, amount (negative = paid in), nav on the last row.",
            show_default=False,
        ),
    ],
    index: IndexFile = None,
    as_json: AsJson = False,
) -> None:
    """IRR with all its roots, DPI, RVPI, TVPI; against an index, KS-PME and Direct Alpha."""
    with refusals(as_json):
        from qazyna.programme.performance import flow_files, private
        from qazyna.shell.adapters.tables import read_table
        from qazyna.shell.cli.programme.text import cashflows_as_text

        columns, lines, _ = read_table(file)
        flows = flow_files.read_flows(file.name, columns, lines)
        level = None
        if index is not None:
            columns, lines, _ = read_table(index)
            level = flow_files.read_index(index.name, columns, lines)
        found: dict[str, Any] = asdict(private.measures(flows, level))
        emit(found, as_json, lambda: cashflows_as_text(found))
