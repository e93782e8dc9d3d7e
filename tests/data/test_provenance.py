"""What PROVENANCE.md says of the copied files is true of them."""

import gzip
import re
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "data"
PROVENANCE = (DATA / "PROVENANCE.md").read_text(encoding="utf-8")
COPIED = (
    *("prices", "rates", "equities", "government_sales"),
    *("tracing/tags/packs", "tracing/tags/sanctions"),
)


def test_every_copied_file_has_the_stated_hash() -> None:
    stated = dict(re.findall(r"^\| `([^`]+)` \| `([0-9a-f]{64})` \|$", PROVENANCE, re.MULTILINE))
    files = [path for folder in COPIED for path in (DATA / folder).iterdir()]

    assert stated == {
        path.relative_to(DATA).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files
    }


def test_bitcoins_daily_series_misses_the_stated_six_days() -> None:
    lines = (DATA / "prices" / "btc_usd_daily.csv").read_text().splitlines()[1:]
    days = [date.fromisoformat(line.split(",", 1)[0]) for line in lines]
    whole = {days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1)}

    assert len(days) == 5627
    assert sorted(whole - set(days)) == [date(2011, 6, 20) + timedelta(days=n) for n in range(6)]


def test_the_index_of_shares_ends_where_it_is_said_to_end() -> None:
    content = gzip.decompress((DATA / "equities" / "sp500_index.csv.gz").read_bytes()).decode()
    days = [line.split(",", 1)[0] for line in content.splitlines()[1:]]

    assert (8313, "1990-01-02", "2022-12-28") == (len(days), days[0], days[-1])


@pytest.mark.parametrize("name", ["DGS1MO", "DGS3MO"])
def test_yields_are_blank_on_the_stated_number_of_days(name: str) -> None:
    lines = (DATA / "rates" / f"{name}.csv").read_text().splitlines()[1:]
    days = [line.split(",") for line in lines]

    assert (5515, "2005-01-03", "2026-02-20") == (len(days), days[0][0], days[-1][0])
    assert 228 == sum(not value for _, value in days)
