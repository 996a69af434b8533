"""`make demo`, held to what it promises."""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

pytestmark = pytest.mark.alone

REPORT = Path("build/demo/report.json")
DEMO_SECONDS = 900


@pytest.fixture(scope="module")
def report(installed: None) -> dict[str, object]:
    sample = Path("build/demo/flights.parquet")
    if not sample.exists():
        subprocess.run([sys.executable, "-m", "demo.flights", str(sample.parent)], check=True, timeout=120)
    REPORT.unlink(missing_ok=True)
    demo = [sys.executable, "-m", "demo"]
    told = subprocess.run(demo, capture_output=True, text=True, timeout=DEMO_SECONDS, check=False)
    assert told.returncode == 0, told.stdout[-4000:] + told.stderr[-2000:]
    found: dict[str, object] = json.loads(REPORT.read_text())
    return found


def test_no_request_fails(report):
    assert report["requests"]["sent"] > 1000
    assert report["requests"]["failed"] == 0


def test_the_good_version_is_promoted_and_the_others_go_home(report):
    assert [(each["version"], each["outcome"], each["reason"]) for each in report["rollouts"]] == [
        ("flights-late-2", "Promoted", ""),
        ("flights-late-3", "RolledBack", "LatencyBreached"),
        ("flights-late-4", "RolledBack", "ErrorRateBreached"),
    ]


def test_traffic_is_home_within_a_scrape_and_a_second(report):
    for each in report["rollouts"]:
        if each["outcome"] == "RolledBack":
            seen, back = (datetime.fromisoformat(each[name]) for name in ("breachScrapedAt", "stableAt"))
            assert (back - seen).total_seconds() <= report["scrapeIntervalSeconds"] + 1, each
