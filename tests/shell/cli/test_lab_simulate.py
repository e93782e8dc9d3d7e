"""`qazyna lab simulate` on the command line: of files alone, its shape, its text, its refusals."""

import subprocess
import sys

import pytest

from tests.shell.cli.line import ROOT, Line
from tests.shell.cli.shapes import problems

SALES = ROOT / "data" / "us_seized_sales.csv"
VARIED, BINS = ("discount", "delay", "fees", "hazard", "share"), 40
MODELS = ("united-states", "el-salvador", "gulf")
ASKED = ("lab", "simulate", "--register", SALES, "--paths", 70, "--years", 3, "--seed", 9)

SPREAD = {
    **dict.fromkeys(("mean", "standard_deviation", "standard_error", "least", "most"), "number"),
    "quantiles": dict.fromkeys(("0.01", "0.05", "0.25", "0.5", "0.75", "0.95", "0.99"), "number"),
    "histogram": {"edges": ["number"], "counts": ["count"]},
}
OUTCOMES = (
    *("end_value", "raised", "to_budget", "to_victims", "to_reserve", "held_value", "fees"),
    *("slippage", "lost", "custody_cost", "max_drawdown", "volatility", "es_95"),
)
BAR = {
    "parameter": "text",
    **dict.fromkeys(
        (
            *("low", "high", "low_mean", "base_mean", "high_mean"),
            *("low_median", "base_median", "high_median", "swing"),
        ),
        "number",
    ),
}
SIMULATED = {
    "from": "date",
    "to": "date",
    "currency": "text",
    "paths": "count",
    "seed": "count",
    "block": "number",
    "drawn_from": {
        "from": "date",
        "to": "date",
        "days": "count",
        "yearly_growth": {"BTC": "number"},
        "cases": "count",
        "holdings": "count",
    },
    "models": {name: dict.fromkeys(OUTCOMES, SPREAD) for name in MODELS},
    "beats": {name: {other: "number" for other in MODELS if other != name} for name in MODELS},
    "regret": {
        name: {
            other: dict.fromkeys(("mean", "0.05", "0.5", "0.95"), "number")
            for other in MODELS
            if other != name
        }
        for name in MODELS
    },
    "mean_regret_to_best": dict.fromkeys(MODELS, "number"),
    "sensitivity": {
        "paths": "count",
        "parameters": dict.fromkeys(VARIED, "text"),
        "models": {name: [BAR] for name in MODELS},
    },
    "assumptions": ["text"],
    "gaps": ["text"],
}


@pytest.fixture
def nowhere(tmp_path):
    """A command line without a home: none is needed, and none is made."""
    line = Line(tmp_path / "home")
    yield line
    assert not line.home.exists()


def test_the_document_has_its_shape(nowhere):
    answer = nowhere(*ASKED, "--models", ",".join(MODELS), "--json")
    told = answer.json

    assert (0, "") == (answer.status, answer.err)
    assert [] == problems(told, SIMULATED)
    assert (70, 9, 30.0) == (told["paths"], told["seed"], told["block"])
    for found in told["models"].values():
        bins = found["end_value"]["histogram"]
        assert (BINS + 1, BINS, 70) == (
            len(bins["edges"]),
            len(bins["counts"]),
            sum(bins["counts"]),
        )
    for bars in told["sensitivity"]["models"].values():
        assert set(VARIED) == {bar["parameter"] for bar in bars}
        assert bars == sorted(bars, key=lambda bar: -bar["swing"])
    assert any("practice.custody.hazard" in each for each in told["assumptions"])


def test_the_same_seed_tells_the_same(nowhere):
    asked = (*ASKED, "--models", "china", "--json")

    assert nowhere(*asked).out == nowhere(*asked).out
    assert nowhere(*asked).out != nowhere(*asked, "--block", "5").out


def test_which_real_days_are_drawn_can_be_said(nowhere):
    told = nowhere(
        *ASKED, "--models", "china", "--from", "2020-01-01", "--to", "2023-12-31", "--json"
    ).json

    assert ("2020-01-02", "2023-12-31") == (told["drawn_from"]["from"], told["drawn_from"]["to"])


def test_the_text_tells_what_matters(nowhere):
    answer = nowhere(*ASKED, "--models", ",".join(MODELS))

    assert 0 == answer.status
    for words in (
        "70 histories of ",
        "BTC grew by ",
        "Value at the end",
        "How often the model at the left ends with more than the one above",
        "What the mean end value hangs on",
        "× 0.5",
        "It rests on assumptions",
    ):
        assert words in answer.out


@pytest.mark.parametrize(
    ("option", "value"),
    [("--paths", 0), ("--years", 51), ("--seed", -1), ("--block", 0.5), ("--paths", 1_000_001)],
)
def test_what_cannot_be_drawn_is_wrong_usage(nowhere, option, value):
    assert 2 == nowhere(*ASKED, "--models", "china", option, value, "--json").status


def test_a_folder_without_the_coins_of_the_register_is_refused(nowhere, tmp_path):
    (tmp_path / "eth_usd.csv").write_text("date,open,high,low,close\n2020-01-01,1,1,1,1\n", "utf-8")
    refused = nowhere.refused(*ASKED, "--models", "china", "--prices", tmp_path)

    assert ("no_prices", "BTC") == (refused["code"], refused["facts"]["series"])


def test_too_few_days_are_refused(nowhere):
    refused = nowhere.refused(*ASKED, "--models", "china", "--from", "2025-06-01")

    assert "too_few_days" == refused["code"]


def test_a_model_without_a_practice_is_refused(nowhere, tmp_path):
    text = (ROOT / "blueprints" / "china.toml").read_text("utf-8")
    law = tmp_path / "bare.toml"
    law.write_text(text[: text.index("[practice]")], "utf-8")
    refused = nowhere.refused(*ASKED, "--models", law)

    assert "no_practice" == refused["code"]


def test_help_costs_no_compiler(tmp_path):
    code = (
        "import sys; from qazyna.shell.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted({'numba', 'numpy', 'polars'} & set(sys.modules)))"
    )
    found = subprocess.run(
        (sys.executable, "-c", code, "lab", "simulate", "--help"),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )

    assert "[]" == found.stdout.splitlines()[-1]
