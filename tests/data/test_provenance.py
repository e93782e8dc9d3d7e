"""What PROVENANCE.md says of the copied files is true of them."""

import re
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "data"
PROVENANCE = (DATA / "PROVENANCE.md").read_text(encoding="utf-8")
COPIED = ("prices", "rates", "government_sales")


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
