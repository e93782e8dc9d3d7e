"""`qazyna programme performance` and `cashflows`: of files without a database, and of the books."""

import subprocess
import sys

import numpy as np
import psycopg
import pytest

from qazyna.programme.manager import AdmitManager
from qazyna.programme.nav import StateNav
from qazyna.programme.subscription import Subscribe
from qazyna.reserve.funding import Appropriate
from qazyna.shell.store.commit import execute
from tests.programme.performance import plain
from tests.programme.performance.test_track import month
from tests.shell.cli.conftest import database
from tests.shell.cli.line import Line
from tests.shell.cli.shapes import problems

MEASURES = {
    "n": "count",
    "benchmark_n": "count",
    **dict.fromkeys(
        (
            *("cumulative", "twr_annualised", "volatility", "downside_deviation", "max_drawdown"),
            *("sharpe", "sortino", "skew", "kurtosis_excess", "var_95", "es_95", "beta"),
            *("alpha_annualised", "correlation", "tracking_error", "information_ratio"),
            *("up_capture", "down_capture", "desmoothed_volatility", "beta_se", "beta_t"),
            *("alpha_se", "alpha_t", "phi", "peer_rank"),
        ),
        "number|null",
    ),
    "from": "date",
    "to": "date",
}
ESTIMATE = {"series": "text|null", "measures": ["text"], "why": "text"}
MONEY = {
    **dict.fromkeys(("irr", "ks_pme", "direct_alpha"), "number|null"),
    **dict.fromkeys(("dpi", "rvpi", "tvpi", "pic"), "number"),
    "irr_roots": ["number"],
    "conventional": "bool",
    "warnings": ["text"],
    "estimates": [{"measures": ["text"], "why": "text"}],
}
OF_A_FILE = {
    **dict.fromkeys(("periods", "rf", "mar"), "number"),
    "from": "date",
    "to": "date",
    "gross_and_net": {},
    "estimates": [ESTIMATE],
}
YEAR = {
    "year": "count",
    "months": "count",
    "net": "number",
    **dict.fromkeys(
        (
            *("gross", "benchmark", "total_fund", "three_year_deviation", "total_fund_assets"),
            *("benchmark_three_year_deviation", "share"),
        ),
        "number|null",
    ),
    "portfolios": "count",
    "assets": "number",
}
OF_THE_BOOKS = {
    "as_of": "date",
    "from": "date|null",
    "currency": "text",
    "rf": "number",
    "mar": "number",
    "composite": [YEAR],
    "estimates": [ESTIMATE],
}
MANAGER = {
    "name": "text",
    "kind": "hedge_fund|venture_fund",
    "currency": "text",
    "periods": "count",
    "gross": "null",
    "modified_dietz": {"cumulative": "number|null", "periods": "count"},
}


@pytest.fixture
def line(tmp_path):
    """A command line whose home does not exist, and must not come to be."""
    line = Line(tmp_path / "home")
    yield line
    assert not line.home.exists()


def a_file(folder, name, **series):
    """A file of monthly returns."""
    rows = [",".join(("date", *series))]
    for number, values in enumerate(zip(*series.values(), strict=True)):
        rows.append(",".join((month(number).isoformat(), *map(repr, values))))
    path = folder / name
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


def drawn(seed, count=36):
    return np.random.default_rng(seed).normal(0.006, 0.03, count).tolist()


def test_the_measures_of_a_file_are_those_of_its_numbers(line, tmp_path):
    a, b = drawn(1), drawn(2)
    returns = a_file(tmp_path, "returns.csv", A=a, B=b)
    benchmark = a_file(tmp_path, "market.csv", M=drawn(3))
    found = line.json(
        *("programme", "performance", "--returns", returns),
        *("--rf", "0.03", "--mar", "0.05", "--benchmark", benchmark),
    )
    assert [] == problems(found, OF_A_FILE | {"series": {"A": MEASURES, "B": MEASURES}})
    told = found["series"]["A"]
    rf, mar = plain.by_period(0.03, 12), plain.by_period(0.05, 12)
    alpha, beta, _, _ = plain.regression(a, drawn(3), rf)
    expected = {
        "n": 36,
        "cumulative": plain.cumulative(a),
        "sharpe": plain.sharpe(a, rf, 12),
        "sortino": plain.sortino(a, mar, 12),
        "beta": beta,
        "alpha_annualised": 12 * alpha,
    }
    assert expected == pytest.approx({name: told[name] for name in expected}, rel=1e-9)
    assert {0.0, 1.0} == {each["peer_rank"] for each in found["series"].values()}


def test_a_column_may_be_the_benchmark(line, tmp_path):
    returns = a_file(tmp_path, "returns.csv", A=drawn(1), M=drawn(3))
    found = line.json("programme", "performance", "--returns", returns, "--benchmark", "M")
    assert ["A"] == list(found["series"])
    market = a_file(tmp_path, "market.csv", M=drawn(3))
    alone = a_file(tmp_path, "alone.csv", A=drawn(1))
    apart = line.json("programme", "performance", "--returns", alone, "--benchmark", market)
    assert apart["series"] == found["series"]


def test_what_is_not_defined_is_null_and_listed(line, tmp_path):
    returns = a_file(tmp_path, "returns.csv", A=[0.01] * 24)
    found = line.json("programme", "performance", "--returns", returns)
    told = found["series"]["A"]
    assert (0.0, None, None) == (told["volatility"], told["sharpe"], told["skew"])
    listed = {measure for each in found["estimates"] for measure in each["measures"]}
    assert {name for name, value in told.items() if value is None} <= listed


def test_gross_and_net_are_told_apart(line, tmp_path):
    gross = drawn(1)
    columns = {"A gross": gross, "A net": [each - 0.001 for each in gross]}
    found = line.json("programme", "performance", "--returns", a_file(tmp_path, "r.csv", **columns))
    pair = found["gross_and_net"]["A"]
    assert ("A gross", "A net") == (pair["gross"], pair["net"])
    assert 0.012 < pair["difference"]["twr_annualised"] < 0.014


def test_a_bad_file_is_refused_by_line(line, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("date,A\n2026-01-31,0.01\n2026-02-28,-1.2\n2026-02-28,x\n", "utf-8")
    answer = line("programme", "performance", "--returns", path, "--json")
    assert [(3, "A", "below_minus_one"), (4, "date", "duplicate_date")] == answer.findings


@pytest.mark.parametrize(
    "words",
    [
        ("--returns", "r.csv", "--manager", "HF-1"),
        ("--returns", "r.csv", "--total-fund"),
        ("--returns", "r.csv", "--benchmark", "nowhere.csv"),
        ("--returns", "r.csv", "--benchmark", "A"),
        ("--returns", "r.csv", "--benchmark", "two.csv"),
        ("--returns", "r.csv", "--rf", "much"),
        ("--returns", "r.csv", "--periods", "0"),
    ],
)
def test_wrong_usage_is_status_two(line, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    a_file(tmp_path, "r.csv", A=drawn(1))
    a_file(tmp_path, "two.csv", M=drawn(1), N=drawn(2))
    answer = line("programme", "performance", *words, "--json")
    assert (2, "usage") == (answer.status, answer.json["refused"]["code"])


def test_cash_flows_of_a_file(line, tmp_path):
    (tmp_path / "f.csv").write_text(
        "date,amount,nav\n2020-01-01,-100,\n2020-12-31,60,\n2021-12-31,60,20\n", "utf-8"
    )
    (tmp_path / "i.csv").write_text(
        "date,level\n2020-01-01,100\n2020-12-31,110\n2021-12-31,121\n", "utf-8"
    )
    found = line.json(
        "programme", "cashflows", "--file", tmp_path / "f.csv", "--index", tmp_path / "i.csv"
    )
    assert [] == problems(found, MONEY)
    assert (1.2, 0.2, 1.4, 100.0) == (found["dpi"], found["rvpi"], found["tvpi"], found["pic"])
    assert (60 * 1.1 + 60 + 20) / 121 == pytest.approx(found["ks_pme"])
    rate = found["irr"]
    assert 0 == pytest.approx(-100 + 60 / (1 + rate) + 80 / (1 + rate) ** 2, abs=1e-9)


def test_what_a_program_reads_stands_in_json_at_full_precision(line, tmp_path):
    returns = a_file(tmp_path, "returns.csv", A=drawn(1))
    answer = line("programme", "performance", "--returns", returns, "--json")
    assert all(word not in answer.out for word in ("NaN", "Infinity"))
    told = answer.json["series"]["A"]["cumulative"]
    assert plain.cumulative(drawn(1)) == pytest.approx(told, rel=1e-14)


def test_commands_load_no_kernel_before_they_compute():
    code = (
        "import sys; from qazyna.shell.cli import app; import qazyna.shell.rooms\n"
        "print(*[n for n in ('numpy', 'pyxirr', 'cvxpy', 'pandas') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert "" == done.stdout.strip()


# the books


@pytest.fixture(scope="module")
def programme(copies, untouched):
    """Two managers, subscribed to, over thirteen months."""
    line = copies(database(untouched))
    with psycopg.connect(line.environment["DATABASE_URL"], autocommit=True) as connection:
        for command in told():
            execute(connection, command, actor="owner")
    return line


def told():
    yield Appropriate(
        items=({"asset": "USD", "quantity": "1000000"},),
        appropriated_on="2024-01-02",
        act_ref="A",
    )
    for code, paid in (("HF-1", "300000"), ("HF-2", "200000")):
        yield AdmitManager(
            manager=code,
            manager_kind="hedge_fund",
            name=f"Fund {code}",
            currency="USD",
            admitted_on="2024-01-03",
            decision_ref="D",
        )
        yield Subscribe(
            manager=code,
            quantity=paid,
            paid_on="2024-01-15",
            dealing_on="2024-01-31",
            decision_ref="D",
        )
        worth = 100.0
        for number, each in enumerate((0.0, *RETURNS[code])):
            worth *= 1 + each
            yield StateNav(
                manager=code,
                valuation_on=month(number).isoformat(),
                stated_on=month(number).isoformat(),
                nav_per_unit=f"{worth:.6f}",
                statement_ref="S",
            )


RETURNS = {
    "HF-1": (0.01, -0.02, 0.03, 0.01, 0.00, 0.02, -0.01, 0.02, 0.01, -0.03, 0.02, 0.01, 0.02),
    "HF-2": (0.02, -0.04, 0.05, 0.02, 0.01, 0.03, -0.02, 0.03, 0.02, -0.05, 0.04, 0.00, 0.00),
}
END = month(13).isoformat()


def test_the_measures_of_the_books_are_those_of_the_navs_in_them(programme):
    found = programme.json("programme", "performance", "--to", END, "--rf", "0.03")
    series = dict.fromkeys(RETURNS, MEASURES)
    managers = {code: MANAGER | {"money": MONEY} for code in RETURNS}
    shape = OF_THE_BOOKS | {"series": series, "managers": managers}
    assert [] == problems(found, shape)
    for code, r in RETURNS.items():
        told = found["series"][code]
        expected = {
            "n": 13,
            "cumulative": plain.cumulative(r),
            "twr_annualised": plain.annualised(r, 12),
            "volatility": plain.volatility(r, 12),
            "sharpe": plain.sharpe(r, plain.by_period(0.03, 12), 12),
            "max_drawdown": plain.max_drawdown(r),
        }
        assert expected == pytest.approx({name: told[name] for name in expected}, rel=1e-4)


def test_money_is_what_the_bank_paid_and_what_is_there(programme):
    found = programme.json("programme", "performance", "--to", END)
    money = found["managers"]["HF-1"]["money"]
    growth = 1 + plain.cumulative(RETURNS["HF-1"])
    assert (300_000, 0.0, growth) == pytest.approx(
        (money["pic"], money["dpi"], money["tvpi"]), rel=1e-6
    )
    # paid on 15 January 2024, and still there on 28 February 2025
    assert growth ** (365 / 410) - 1 == pytest.approx(money["irr"], rel=1e-5)


def test_the_composite_links_months_weighted_by_what_was_there(programme):
    found = programme.json("programme", "performance", "--to", END)
    first, second = found["composite"]
    held, linked = np.array([300_000.0, 200_000.0]), 1.0
    for returns in zip(*RETURNS.values(), strict=True):
        linked *= 1 + held @ np.array(returns) / held.sum()
        held *= 1 + np.array(returns)
    assert linked == pytest.approx((1 + first["net"]) * (1 + second["net"]), rel=1e-5)
    assert (11, 2, 2) == (first["months"], second["months"], second["portfolios"])
    assert held.sum() == pytest.approx(second["assets"], rel=1e-5)


SAID = """\
item,name,value
fund,,HF-1
currency,,USD
period_from,,2024-02-01
period_to,,2024-02-29
final,,yes
statement_ref,,HF-1/2024/02
opening_units,,3000
opening_value,,300000.00
gross_result,,3900.00
management_fee,,600.00
performance_fee,,300.00
fees_total,,900.00
closing_units,,3000
nav_per_unit,,101.00
closing_value,,303000.00
"""


def test_gross_is_net_and_what_the_managers_statement_charged(copies, programme, tmp_path):
    line = copies(database(programme))
    asked = ("--manager", "HF-1", "--from", month(0).isoformat(), "--to", month(1).isoformat())
    assert line.json("programme", "performance", *asked)["managers"]["HF-1"]["gross"] is None
    (tmp_path / "said.csv").write_text(SAID, "utf-8")
    line.json("programme", "statement", "import", tmp_path / "said.csv", "--manager", "HF-1")
    found = line.json("programme", "performance", *asked)
    gross = found["managers"]["HF-1"]["gross"]["cumulative"]
    assert 0.01 == pytest.approx(found["series"]["HF-1"]["cumulative"])
    assert 3_900 / 300_000 == pytest.approx(gross)
    assert 0.013 == pytest.approx(found["composite"][0]["gross"])


def test_the_whole_reserve_stands_beside_the_managers(programme):
    """Half of a million is with the managers, and dollars in the bank earn nothing."""
    asked = ("programme", "performance", "--to", END, "--total-fund")
    first, second = programme.json(*asked)["composite"]
    gained = second["assets"] - 500_000
    assert 1_000_000 + gained == pytest.approx(second["total_fund_assets"])
    assert second["assets"] / (1_000_000 + gained) == pytest.approx(second["share"])
    whole = (1 + first["total_fund"]) * (1 + second["total_fund"])
    assert 1 + gained / 1_000_000 == pytest.approx(whole)


def test_a_repeated_nav_is_marked_as_stale(programme):
    found = programme.json("programme", "performance", "--to", END)
    assert found["managers"]["HF-1"]["stale"] is None
    stale = found["managers"]["HF-2"]["stale"]
    assert (["repeated_nav"], month(11).isoformat()) == (stale["reasons"], stale["since"])


def test_a_stale_nav_is_moved_on_by_a_benchmark(programme, tmp_path):
    market = [each * 2 for each in RETURNS["HF-1"]]
    benchmark = a_file(tmp_path, "m.csv", M=[0.0, *market, -0.10, -0.10, 0.0])
    asked = month(16).isoformat()
    found = programme.json(
        "programme", "performance", "--to", asked, "--benchmark", benchmark, "--manager", "HF-1"
    )
    stale = found["managers"]["HF-1"]["stale"]
    assert (["no_new_nav"], END) == (stale["reasons"], stale["since"])
    estimate = stale["estimate"]
    assert 0.9**2 - 1 == pytest.approx(estimate["benchmark_return"])
    assert 1 + estimate["beta"] * (0.81 - 1) == pytest.approx(float(estimate["factor"]), abs=1e-6)
    assert estimate["why"] in [each["why"] for each in found["estimates"]]


def test_one_manager_and_a_span_of_days(programme):
    asked = ("--manager", "HF-1", "--from", month(6).isoformat(), "--to", month(12).isoformat())
    found = programme.json("programme", "performance", *asked)
    assert ["HF-1"] == list(found["managers"])
    assert plain.cumulative(RETURNS["HF-1"][6:12]) == pytest.approx(
        found["series"]["HF-1"]["cumulative"], rel=1e-4
    )


def test_a_manager_that_is_not_there_is_refused(programme):
    refused = programme.refused("programme", "performance", "--manager", "HF-9")
    assert "no_manager" == refused["code"]


def test_the_text_for_people_says_what_is_stale(programme):
    answer = programme("programme", "performance", "--to", END)
    assert 0 == answer.status
    assert "STALE: the NAV of 2024-12-31 was repeated 2 times since" in answer.out
    assert "Composite of the managers" in answer.out
