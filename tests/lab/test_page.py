"""docs/lab.md says what `lab compare` prints, to the million."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from qazyna.lab.compare import compare, document
from qazyna.shell import lab_files

ROOT = Path(__file__).parents[2]
MODELS = ("el-salvador", "gulf", "kazakhstan", "china", "united-states")


def line(name, told):
    def millions(figure, places=1):
        return f"{Decimal(told[figure]) / 10**6:,.{places}f}"

    cells = (
        f"**{name.replace('-', ' ').title()}**",
        f"**{millions('end_value')}**",
        *(
            millions(each)
            for each in ("real_end_value", "raised", "to_budget", "reserve_value", "fees")
        ),
        millions("slippage"),
        str(told["median_days_to_use"]),
        f"{Decimal(told['es_95']):.1%}",
    )
    return f"| {' | '.join(cells)} |"


def table():
    models = lab_files.models_of(MODELS)
    register = lab_files.register_of(ROOT / "data" / "us_seized_sales.csv")
    market = lab_files.market_of([], "USD", models)
    found = compare(register, models, market, date(2014, 1, 1), date(2025, 12, 17))
    told = document(found, rows=False)
    return [line(name, told["models"][name]) for name in MODELS]


def test_the_table_is_what_the_command_prints():
    said = (ROOT / "docs" / "lab.md").read_text(encoding="utf-8").splitlines()
    heading = said.index("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    assert table() == said[heading + 1 : heading + 1 + len(MODELS)]
