"""A Dataset: its versions, and what was refused."""

from datetime import datetime

from colonnade.cli.page import Page, Table, facts, page, table
from colonnade.cli.views.parts import conditions, heading
from colonnade_access.references import Object
from colonnade_access.words import NOTHING, ago, count, short, size
from colonnade_api import DatasetStatus, DatasetVersion

SHOWN_VERSIONS = 5


def dataset(item: Object, now: datetime) -> Page:
    status = DatasetStatus.model_validate(item.get("status") or {})
    name = item["metadata"]["name"]
    return page(
        heading(item, "Dataset", now),
        facts(
            [
                ("source", source(item)),
                ("checked", f"{ago(status.checked_at, now)} ago" if status.checked_at else None),
                ("refused", _refused(status.refused, name)),
            ]
        ),
        _versions(status, now),
        conditions(status.conditions, now),
    )


def source(item: Object) -> str:
    wanted = item["spec"]["source"]
    if address := wanted.get("storageUri"):
        return str(address)
    if "query" in wanted:
        return f"the query over {', '.join(each['name'] for each in wanted['query']['datasets'])}"
    if "sql" in wanted:
        return f"the database of Secret {wanted['sql']['connectionSecretRef']['name']}"
    return f"upload: kubectl colonnade push dset/{item['metadata']['name']} FILE"


def _refused(refused: DatasetVersion | None, name: str) -> str | None:
    if refused is None:
        return None
    broken = count(refused.invalid_rows, "row")
    return f"{broken} broke a rule and no version was made: kubectl colonnade report dset/{name}"


def _versions(status: DatasetStatus, now: datetime) -> Table | None:
    rows = [
        (
            short(version.digest),
            f"{version.rows:,}",
            f"{version.invalid_rows:,}",
            size(version.bytes),
            ago(version.created_at, now),
            "current" if version.digest == status.current else "",
            version.source or NOTHING,
        )
        for version in status.versions[:SHOWN_VERSIONS]
    ]
    columns = ("version", "rows", "invalid", "size", "age", "", "source")
    return table(columns, rows, right=("rows", "invalid", "size", "age")) if rows else None
