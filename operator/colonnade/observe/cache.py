"""What the watches have told so far: every object of the watched kinds, as the API server last said it."""

from collections import OrderedDict, defaultdict
from collections.abc import Iterator

from colonnade.manifests.resources import WATCHED, Key, Manifest, Resource, key_of

REMEMBERED_DELETIONS = 10_000


class Cache:
    """Never goes back in time: an older state of an object, or one of an object known to be gone, is ignored.

    Our own writes are put here as soon as they are answered, so that the next pass sees them, event or no event.
    """

    def __init__(self) -> None:
        self._objects: dict[Resource, dict[str, dict[str, Manifest]]] = {
            resource: defaultdict(dict) for resource in WATCHED
        }
        self._gone: OrderedDict[str, None] = OrderedDict()

    def put(self, manifest: Manifest) -> bool:
        """Whether this was news."""
        key, uid = key_of(manifest), manifest["metadata"]["uid"]
        known = self.get(key)
        if uid in self._gone or (known and _uid(known) == uid and _version(manifest) <= _version(known)):
            return False
        self._objects[key.resource][key.namespace][key.name] = manifest
        return True

    def remove(self, key: Key, uid: str) -> bool:
        """Whether this very object was here until now."""
        self._gone[uid] = None
        if len(self._gone) > REMEMBERED_DELETIONS:
            self._gone.popitem(last=False)
        known = self.get(key)
        if known is None or _uid(known) != uid:
            return False
        del self._objects[key.resource][key.namespace][key.name]
        return True

    def get(self, key: Key) -> Manifest | None:
        return self._objects[key.resource][key.namespace].get(key.name)

    def all(self, resource: Resource) -> Iterator[Manifest]:
        for namespace in list(self._objects[resource].values()):
            yield from list(namespace.values())

    def within(self, resource: Resource, namespace: str) -> tuple[Manifest, ...]:
        return tuple(self._objects[resource][namespace].values())

    def labelled(self, resource: Resource, namespace: str, label: str, value: str) -> tuple[Manifest, ...]:
        found = self._objects[resource][namespace].values()
        return tuple(one for one in found if (one["metadata"].get("labels") or {}).get(label) == value)

    def __len__(self) -> int:
        return sum(len(names) for spaces in self._objects.values() for names in spaces.values())


def _uid(manifest: Manifest) -> str:
    return str(manifest["metadata"]["uid"])


def _version(manifest: Manifest) -> int:
    """Kubernetes 1.35 made resourceVersions comparable; every API server on etcd has always counted them up."""
    return int(manifest["metadata"]["resourceVersion"])
