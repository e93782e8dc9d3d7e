"""How managers performed: of files, without a database, and of the books."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qazyna.shell.cli.options import AsJson, From, To
from qazyna.shell.cli.output import emit, progress, refusals

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
        Path | None,
        typer.Option(
            "--returns",
            metavar="FILE",
            help="CSV: date, and one column a series of returns as fractions; else of the books.",
        ),
    ] = None,
    rf: RiskFree = 0.0,
    mar: Acceptable = 0.0,
    benchmark: Annotated[
        str | None,
        typer.Option(
            "--benchmark", metavar="FILE|COLUMN", help="CSV: date, return; or a column of FILE."
        ),
    ] = None,
    periods: Periods = 12,
    manager: Annotated[
        str | None, typer.Option("--manager", metavar="CODE", help="Of the books, one manager.")
    ] = None,
    since: From = None,
    until: To = None,
    total_fund: Annotated[
        bool,
        typer.Option("--total-fund", help="Of the books: the whole reserve beside the managers."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Return, risk, drawdown, ratios, what a benchmark explains: of a file's series, or of the
    managers in the books."""
    if returns is not None:
        if total_fund or any(each is not None for each in (manager, since, until)):
            raise typer.BadParameter(
                "--manager, --from, --to and --total-fund are of the books, not of --returns."
            )
        with refusals(as_json):
            _of_a_file(returns, rf, mar, benchmark, periods, as_json)
    else:
        with refusals(as_json):
            _of_the_books(rf, mar, benchmark, periods, manager, since, until, total_fund, as_json)


def _of_a_file(
    returns: Path, rf: float, mar: float, benchmark: str | None, periods: float, as_json: bool
) -> None:
    from qazyna.programme.performance import summary
    from qazyna.shell.cli.programme.text import performance_as_text

    series, held = _with_benchmark(_read_returns(returns, periods), benchmark, periods)
    found = summary.document(series, summary.Basis(periods, rf, mar, held))
    emit(found, as_json, lambda: performance_as_text(found))


def _of_the_books(
    rf: float,
    mar: float,
    benchmark: str | None,
    periods: float,
    manager: str | None,
    since: date | None,
    until: date | None,
    total_fund: bool,
    as_json: bool,
) -> None:
    from qazyna.programme.performance.track import index_of
    from qazyna.shell.cli.programme.text import managers_as_text
    from qazyna.shell.installation import open_books
    from qazyna.shell.queries.performance import performance as of_the_books

    index = None
    if benchmark is not None:
        index = index_of(_one_series(_read_returns(_existing(benchmark), periods)), periods)
    with open_books() as books, progress("months") as report_to:
        found = of_the_books(
            books.connection,
            since=since,
            until=until,
            code=manager,
            rf=rf,
            mar=mar,
            benchmark=index,
            total_fund=total_fund,
            report_to=report_to,
        )
        emit(found, as_json, lambda: managers_as_text(found))


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

    its = _one_series(_read_returns(_existing(benchmark), periods))
    return series, aligned(its, series.days, periods)


def _existing(benchmark: str) -> Path:
    file = Path(benchmark)
    if not file.exists():
        raise typer.BadParameter(
            f"{benchmark} is no file, and no column of one.", param_hint="--benchmark"
        )
    return file


def _one_series(its: "Returns") -> "Returns":
    if len(its.names) > 1:
        raise typer.BadParameter(
            f"the file has {len(its.names)} series, and a benchmark is one.",
            param_hint="--benchmark",
        )
    return its


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
