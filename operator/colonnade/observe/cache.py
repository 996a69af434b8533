"""What the watches have told so far: every object of the watched kinds, as the API server last said it."""

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from colonnade.kube.kinds import PODS, WATCHED, Key, Manifest, Resource, key_of
from colonnade.manifests.labels import controller_of
from colonnade.observe.compact import compact
from colonnade.observe.index import Index, label
from colonnade.observe.pods import answer
from colonnade_api.datasets.upstreams import Path

REMEMBERED_ENDS = 10_000
REMEMBERED_ANSWERS = 1_000

Changed = Callable[[Manifest, Manifest | None], None]
T = TypeVar("T")


class Cache:
    """Never goes back in time: an older state of an object than the one known, or than its end, is ignored.

    Our own writes are put here as soon as they are answered, so that the next pass sees them, event or no event.
    changed: hears of each object that came, changed or went, as it is now, and as it was before where it was known.
    """

    def __init__(self, changed: Changed = lambda _now, _before: None) -> None:
        self._changed = changed
        self._objects: dict[Resource, dict[str, dict[str, Manifest]]] = {
            resource: defaultdict(dict) for resource in WATCHED
        }
        self._indexes: dict[tuple[Resource, str], Index] = {}
        self._derived: dict[str, dict[Callable[[Manifest], Any], tuple[Manifest, Any]]] = {}  # by uid
        self._ended: OrderedDict[str, int] = OrderedDict()  # by uid, the version at which it left our sight
        self._answered: OrderedDict[str, Manifest] = OrderedDict()  # by its Job's uid, a pod that is gone

    def put(self, manifest: Manifest) -> bool:
        """Whether this was news."""
        key, uid, version = key_of(manifest), _uid(manifest), _version(manifest)
        known = self.get(key)
        if version <= self._ended.get(uid, -1) or (known and _uid(known) == uid and version <= _version(known)):
            return False
        manifest = compact(manifest)
        index = self._index(key.resource, key.namespace)
        if known:
            self._forget(index, known)
        self._objects[key.resource][key.namespace][key.name] = manifest
        index.put(manifest)
        self._changed(manifest, known)
        return True

    def remove(self, manifest: Manifest) -> bool:
        """It has left our sight in this state; whether this very object was here until now."""
        key, uid = key_of(manifest), _uid(manifest)
        known = self.get(key)
        known_version = _version(known) if known and _uid(known) == uid else -1
        self._ended[uid] = max(_version(manifest), known_version, self._ended.get(uid, -1))
        if len(self._ended) > REMEMBERED_ENDS:
            self._ended.popitem(last=False)
        self._remember(key.resource, manifest)
        if known_version < 0:
            return False
        if known:
            self._forget(self._index(key.resource, key.namespace), known)
        del self._objects[key.resource][key.namespace][key.name]
        self._changed(manifest, known)
        return True

    def answered(self, job_uid: str) -> tuple[Manifest, ...]:
        """The pod that answered for a Job, and went: a drained node takes those with it whose answer nobody has read,
        and the replica that only remembers may lead by the time that it matters."""
        return (self._answered[job_uid],) if job_uid in self._answered else ()

    def get(self, key: Key) -> Manifest | None:
        return self._objects[key.resource][key.namespace].get(key.name)

    def all(self, resource: Resource) -> Iterator[Manifest]:
        for namespace in list(self._objects[resource].values()):
            yield from list(namespace.values())

    def having(self, resource: Resource, namespace: str, field: Path, value: str) -> tuple[Manifest, ...]:
        """field: one of those that its index has."""
        return self._index(resource, namespace).having(field, value)

    def labelled(self, resource: Resource, namespace: str, name: str, value: str) -> tuple[Manifest, ...]:
        return self.having(resource, namespace, label(name), value)

    def derived(self, manifest: Manifest, derive: Callable[[Manifest], T]) -> T:
        """What `derive` makes of an object that is known here: made once for each of its states."""
        known = self._derived.setdefault(_uid(manifest), {})
        if derive not in known or known[derive][0] is not manifest:
            known[derive] = (manifest, derive(manifest))
        found: T = known[derive][1]
        return found

    def _remember(self, resource: Resource, manifest: Manifest) -> None:
        if resource != PODS or answer(manifest) is None:
            return
        self._answered[str(controller_of(manifest).get("uid"))] = compact(manifest)
        if len(self._answered) > REMEMBERED_ANSWERS:
            self._answered.popitem(last=False)

    def _index(self, resource: Resource, namespace: str) -> Index:
        return self._indexes.setdefault((resource, namespace), Index(resource))

    def _forget(self, index: Index, known: Manifest) -> None:
        index.remove(known)
        self._derived.pop(_uid(known), None)

    def __len__(self) -> int:
        return sum(len(names) for spaces in self._objects.values() for names in spaces.values())


def _uid(manifest: Manifest) -> str:
    return str(manifest["metadata"]["uid"])


def _version(manifest: Manifest) -> int:
    """Kubernetes 1.35 made resourceVersions comparable; every API server on etcd has always counted them up."""
    return int(manifest["metadata"]["resourceVersion"])
