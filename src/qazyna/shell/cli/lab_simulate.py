"""`qazyna lab simulate`: the models over thousands of drawn histories."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from qazyna.shell.cli.options import AsJson, From, To
from qazyna.shell.cli.output import emit, progress, refusals

Register = Annotated[
    Path, typer.Option("--register", metavar="FILE", help="A register of seized holdings.")
]
Models = Annotated[
    str, typer.Option("--models", metavar="A,B,…", help="Blueprints by name or file.")
]
Prices = Annotated[
    list[Path] | None,
    typer.Option("--prices", metavar="DIR", help="A folder of price files; one or more."),
]
Paths = Annotated[int, typer.Option("--paths", metavar="N", help="How many histories are drawn.")]
Years = Annotated[int, typer.Option("--years", metavar="Y", help="How long each of them is.")]
Seed = Annotated[
    int, typer.Option("--seed", metavar="S", help="The same seed draws the same histories.")
]
Block = Annotated[
    float,
    typer.Option("--block", metavar="DAYS", help="Mean length of blocks of consecutive days."),
]
Currency = Annotated[
    str, typer.Option("--currency", metavar="CODE", help="What everything is stated in.")
]


def lab_simulate(
    register: Register,
    models: Models,
    paths: Paths,
    years: Years,
    seed: Seed,
    prices: Prices = None,
    block: Block = 30.0,
    since: From = None,
    until: To = None,
    currency: Currency = "USD",
    as_json: AsJson = False,
) -> None:
    """Play models on histories drawn from real days: how often one beats another, and why.

    --from and --to bound the real days that are drawn; without them they are those since the
    register's first seizure.
    """
    if not 1 <= paths <= 1_000_000:
        raise typer.BadParameter("--paths is from 1 to 1,000,000.")
    if not 1 <= years <= 50:
        raise typer.BadParameter("--years is from 1 to 50.")
    if not 1.0 <= block <= 10_000.0:
        raise typer.BadParameter("--block is from 1 day to 10,000.")
    if not 0 <= seed < 2**63:
        raise typer.BadParameter("--seed is from 0 to 9223372036854775807.")
    with refusals(as_json):
        from qazyna import lab
        from qazyna.shell import kernels, lab_files

        with kernels.kept(Path(lab.__path__[0]) / "simulate"):
            from qazyna.lab.simulate import Simulation

        found = lab_files.models_of([name.strip() for name in models.split(",") if name.strip()])
        taken = lab_files.register_of(register)
        market = lab_files.market_of(prices or [], currency, found)
        simulation = Simulation(taken, found, market, years, since, until)
        with progress("histories", paths) as done:
            told = simulation.document(paths, seed, block, os.cpu_count() or 1, done)
        emit(told, as_json, lambda: _as_text(told))


def _as_text(told: dict[str, Any]) -> None:
    from qazyna.shell.cli.lab_simulate_text import simulated_as_text

    simulated_as_text(told)
