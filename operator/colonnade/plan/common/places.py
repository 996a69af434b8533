"""Where a namespace's artifacts lie, and what lies where they lay before."""

from dataclasses import dataclass

from colonnade_api.stores import is_below, root_of

MOVED = "StoreMoved"


@dataclass(frozen=True)
class Place:
    """A namespace's part of an artifact store. url: of the store. copied_from: stores of before, whose content the
    platform team says is here now."""

    url: str
    namespace: str
    copied_from: tuple[str, ...] = ()

    @property
    def root(self) -> str:
        """The URI below which everything of the namespace lies."""
        return root_of(self.url, self.namespace)

    def has(self, uri: str) -> bool:
        return is_below(uri, self.root)

    def today(self, uri: str) -> str:
        """A URI of before, where its content lies now; any other as it is."""
        if self.has(uri):
            return uri
        roots = (root_of(url, self.namespace) for url in self.copied_from)
        before = next((root for root in roots if is_below(uri, root)), None)
        return uri if before is None else f"{self.root}{uri.removeprefix(before)}"

    def moved(self, what: str, before: str) -> str:
        """Says that something lies where the store was before. before: the root that it was."""
        url = before.removesuffix(f"/{self.namespace}")
        return (
            f"{what} in {before}, and the store of namespace {self.namespace} is {self.root} now: until it is copied "
            f"there nothing is read or written; copy it all, then have the platform team add {url} to the chart's "
            f"store.namespaces.{self.namespace}.copiedFrom, or to store.copiedFrom where the namespace has no entry"
        )
