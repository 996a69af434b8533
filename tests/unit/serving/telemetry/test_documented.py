import re
from pathlib import Path

from colonnade_serving.telemetry import Metrics
from colonnade_serving.telemetry.reasons import REASONS

PAGE = (Path(__file__).parents[4] / "docs" / "serving" / "metrics.md").read_text()


def test_the_docs_name_the_series_that_there_are_and_no_others():
    told = [metric for metric in Metrics().registry.collect() if metric.name.startswith("colonnade")]
    assert set(re.findall(r"`(colonnade_\w+)", PAGE)) == {
        metric.name + "_total" * (metric.type == "counter") for metric in told
    }


def test_the_docs_name_every_reason():
    assert not [reason for reason in sorted(REASONS) if f"`{reason}`" not in PAGE]
