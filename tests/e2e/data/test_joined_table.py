"""The story of docs/data/joined-table.md: applied as it stands, each table after those that it is made of."""

from pathlib import Path

import pandas as pd

from tests.e2e.world import Namespace, kubectl
from tests.story import Story

STORY = Story("joined-table")


def test_a_table_is_made_of_others_in_the_order_that_its_queries_tell(namespace: Namespace, tmp_path: Path) -> None:
    kubectl("apply", "-n", namespace.name, "-f", str(STORY.folder))
    namespace.becomes("dset", "flights-weather")
    versions = {name: namespace.status("dset", name)["versions"][0] for name in ("flights", "hours", "weather")}
    joined = namespace.status("dset", "flights-weather")["versions"][0]
    assert versions["hours"]["upstream"] == [{"dataset": "flights", "digest": versions["flights"]["digest"]}]
    assert joined["upstream"] == [{"dataset": name, "digest": each["digest"]} for name, each in versions.items()]
    report = namespace.colonnade("report", "dset/flights-weather")
    assert "\n".join(line.rstrip() for line in report.strip().splitlines()) == STORY.shown[0]
    pulled = tmp_path / "joined.parquet"
    namespace.colonnade("pull", "dset/flights-weather", "-o", str(pulled))
    header, *lines = STORY.shown[1].splitlines()
    rows = pd.read_parquet(pulled)[header.split()].iloc[40:].head(len(lines))
    assert rows.to_string(index=False) == STORY.shown[1]
