from pathlib import Path

import pytest

from colonnade_serving.observation import Metrics
from colonnade_serving.observation.reasons import REASONS

PAGE = Path(__file__).parents[4] / "docs" / "serving" / "metrics.md"


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text()


def test_every_series_and_every_reason_is_in_the_docs(page: str):
    families = vars(Metrics().families).values()
    described = [metric for family in families for metric in getattr(family, "describe", list)()]
    names = {metric.name + "_total" * (metric.type == "counter") for metric in described}
    assert len(names) > 20
    assert not [name for name in sorted(names) + sorted(REASONS) if f"`{name}`" not in page]


def test_no_series_in_the_docs_is_of_the_past(page: str):
    families = vars(Metrics().families).values()
    names = {metric.name for family in families for metric in getattr(family, "describe", list)()}
    said = {
        cell.strip("` ").removesuffix("_total") for cell in page.split("|") if cell.strip().startswith("`colonnade_")
    }
    assert said == names
