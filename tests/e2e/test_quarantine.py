"""Bad rows are put aside and can be fetched; too many make no version, and a ModelVersion says what it waits for."""

from pathlib import Path

import pandas as pd

from tests.e2e import tables
from tests.e2e.world import Namespace, dataset, model_version

RULES = {
    "schema": {
        "columns": [
            {"name": "price", "type": "number", "nullable": True, "min": 0},
            {"name": "country", "type": "category", "nullable": True, "allowed": ["NL", "DE", "FR"]},
        ]
    }
}


def with_negative_prices(share: float) -> pd.DataFrame:
    frame = tables.mixed()
    frame.loc[: int(len(frame) * share) - 1, "price"] = -1.0
    return frame


def test_bad_rows_are_quarantined_and_can_be_fetched(namespace: Namespace, tmp_path: Path) -> None:
    namespace.apply(dataset("orders", **RULES, validation={"onInvalid": "Quarantine", "maxInvalidFraction": 0.05}))
    namespace.push("orders", tables.csv(tmp_path, with_negative_prices(0.02)))
    namespace.becomes("dset", "orders")
    version = namespace.status("dset", "orders")["versions"][0]
    assert (version["rows"], version["invalidRows"]) == (588, 12)
    namespace.colonnade("report", "dset/orders", "--quarantined", str(tmp_path / "bad.parquet"))
    bad = pd.read_parquet(tmp_path / "bad.parquet")
    assert list(bad["price"].astype(float)) == [-1.0] * 12


def test_too_many_bad_rows_make_no_version_and_the_model_says_what_it_waits_for(
    namespace: Namespace, tmp_path: Path
) -> None:
    namespace.apply(
        dataset("orders", **RULES, validation={"onInvalid": "Quarantine", "maxInvalidFraction": 0.01}),
        model_version("orders-1", "orders", "returned"),
    )
    namespace.push("orders", tables.csv(tmp_path, with_negative_prices(0.05)))
    said = namespace.becomes("dset", "orders", "Valid", "False")
    assert said["reason"] == "TooManyInvalidRows"
    assert "5" in said["message"]
    assert "price" in said["message"]
    assert namespace.status("dset", "orders").get("versions", []) == []
    assert "orders" in namespace.becomes("mv", "orders-1", "Ready", "False")["message"]
    assert namespace.all("jobs", "colonnade.dev/modelversion=orders-1") == []


def test_a_changed_source_gives_a_new_version_and_an_unchanged_one_none(namespace: Namespace, tmp_path: Path) -> None:
    namespace.apply(dataset("orders"))
    file = tables.csv(tmp_path, tables.mixed())
    namespace.push("orders", file)
    namespace.becomes("dset", "orders")
    first = namespace.status("dset", "orders")["versions"]
    file.touch()
    namespace.push("orders", file)
    namespace.push("orders", tables.csv(tmp_path, tables.mixed(seed=8)))
    namespace.becomes("dset", "orders", "Reconciling", "Unknown")
    versions = namespace.status("dset", "orders")["versions"]
    assert len(versions) == 2
    assert versions[1]["digest"] == first[0]["digest"]
