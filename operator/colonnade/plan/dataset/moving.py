"""A Dataset whose namespace has another store now than the one that its versions lie in."""

from colonnade.formatting import clipped
from colonnade.plan.common.conditions import ConditionUpdate, carried_over, false, true
from colonnade.plan.common.decision import Event
from colonnade.plan.common.places import MOVED, Place
from colonnade_api import DatasetStatus, DatasetVersion
from colonnade_api.datasets.keeping import KeepingRecord

KEPT = ("Valid", "Protected", "Audited", "BackedUp")


def relocated(status: DatasetStatus, place: Place | None) -> DatasetStatus:
    """With the addresses of today for what was copied."""
    if place is None or not place.copied_from:
        return status
    return status.model_copy(
        update={
            "versions": tuple(_version(version, place) for version in status.versions),
            "refused": _version(status.refused, place) if status.refused else None,
            "keeping": tuple(_record(record, place) for record in status.keeping),
            "store_uri": place.today(status.store_uri) if status.store_uri else None,
        }
    )


def placed(status: DatasetStatus, place: Place | None) -> DatasetStatus:
    """With the addresses of today, and said where it lies, unless that is elsewhere."""
    status = relocated(status, place)
    if place is None or elsewhere(status, place):
        return status
    return status.model_copy(update={"store_uri": place.root})


def elsewhere(status: DatasetStatus, place: Place | None) -> str:
    """Why nothing can be done with its versions; empty where they lie in the namespace's store.

    What was erased is remembered in the store, too: a look without that memory would bring people back.
    """
    if place is None:
        return ""
    count = len(status.versions)
    for version in status.versions:
        if version.report_uri and not place.has(version.report_uri):
            return place.moved(_lie(count), version.report_uri.rpartition("/datasets/")[0])
    if status.store_uri and not place.has(status.store_uri) and (status.versions or status.erased):
        return place.moved(_lie(count) if count else "who was erased is remembered", status.store_uri)
    return ""


def conditions(status: DatasetStatus, said: str) -> tuple[ConditionUpdate, ...]:
    return (false("Ready", MOVED, said), *carried_over(status.conditions, KEPT), true("Stalled", MOVED, said))


def events(before: DatasetStatus, said: str) -> tuple[Event, ...]:
    """Once."""
    ready = before.condition("Ready")
    return () if ready and ready.reason == MOVED else (Event("Warning", MOVED, clipped(said)),)


def _lie(count: int) -> str:
    return "1 version lies" if count == 1 else f"{count} versions lie"


def _version(version: DatasetVersion, place: Place) -> DatasetVersion:
    uris = {field: getattr(version, field) for field in ("report_uri", "quarantine_uri")}
    return version.model_copy(update={field: place.today(uri) for field, uri in uris.items() if uri})


def _record(record: KeepingRecord, place: Place) -> KeepingRecord:
    uris = {field: getattr(record, field) for field in ("report_uri", "page_uri")}
    return record.model_copy(update={field: place.today(uri) for field, uri in uris.items() if uri})
