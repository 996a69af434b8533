"""What is about to be removed from the store, and how a writer keeps it: a mark, then a day later a flag, then removal.

Remover: put the flag; look whether the mark is still there; only then delete. Writer: take the mark away; look whether
there is a flag. Whichever of the two comes second sees the other, so that nobody relies on what is being removed.
"""

import json
from datetime import UTC, datetime, timedelta

from colonnade_serving.store import Store, StoreNotFound

from .errors import TransientError, store_answers

FOLDER = "gc"
ABANDONED_AFTER = timedelta(minutes=15)
"""A remover that was killed in the middle; whoever wants to write the unit ends its work."""


def mark(store: Store, unit: str, now: datetime) -> datetime:
    """Since when the unit is marked: now, where it wasn't."""
    if store.put_new(_mark(unit), json.dumps({"unit": unit, "at": now.isoformat()}).encode()):
        return now
    return marked_at(store, unit) or now


def marked_at(store: Store, unit: str) -> datetime | None:
    return _time(store, _mark(unit))


def lift(store: Store, unit: str) -> None:
    store.delete(_mark(unit))


def marked(store: Store) -> list[str]:
    """All units that have a mark, or the flag of a removal."""
    items = [item for folder in ("marks", "removing") for item in store.list(f"{FOLDER}/{folder}")]
    return sorted({json.loads(store.get(item.path))["unit"] for item in items})


def is_being_removed(store: Store, unit: str) -> bool:
    """Whether somebody removes it, or was killed over it."""
    return store.exists(_flag(unit))


def begin_removal(store: Store, unit: str, now: datetime) -> bool:
    """False where a writer has lifted the mark meanwhile: nothing may be deleted then."""
    store.put(_flag(unit), json.dumps({"unit": unit, "at": now.isoformat()}).encode())
    if marked_at(store, unit) is not None:
        return True
    store.delete(_flag(unit))
    return False


def end_removal(store: Store, unit: str) -> None:
    """The mark goes last, so that a collection which is killed here is ended by the next one."""
    store.delete(_flag(unit))
    lift(store, unit)


def remove_files(store: Store, unit: str, manifest: str) -> int:
    """Deletes a unit, the manifest first: without it, nothing of the rest counts. Returns the bytes that it had."""
    files = sorted(store.list(unit), key=lambda item: not item.path.endswith(f"/{manifest}"))
    for item in files:
        store.delete(item.path)
    return sum(item.size for item in files)


def keep(store: Store, unit: str, manifest: str) -> None:
    """Before something is written to a unit, or what is there is relied on. Raises TransientError while it is being
    removed."""
    with store_answers():
        lift(store, unit)
        flagged = _time(store, _flag(unit))
        if flagged is None:
            return
        if datetime.now(UTC) - flagged < ABANDONED_AFTER:
            raise TransientError("BeingRemoved", f"{store.uri(unit)} is being removed; it is made anew in a moment")
        remove_files(store, unit, manifest)
        store.delete(_flag(unit))


def _time(store: Store, path: str) -> datetime | None:
    try:
        return datetime.fromisoformat(json.loads(store.get(path))["at"])
    except StoreNotFound:
        return None
    except (ValueError, KeyError):
        return datetime.now(UTC)


def _mark(unit: str) -> str:
    return f"{FOLDER}/marks/{unit.replace('/', '.')}.json"


def _flag(unit: str) -> str:
    return f"{FOLDER}/removing/{unit.replace('/', '.')}.json"
