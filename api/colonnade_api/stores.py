"""Where a namespace's artifacts lie, as status says it and every program of ours works it out."""

from typing import Annotated

from pydantic import Field

from colonnade_api.common import Uri

StoreUri = Annotated[
    Uri | None,
    Field(
        description="Where in the artifact store all that was made of it lies: the namespace's own part, which the "
        "platform team chose."
    ),
]


def root_of(url: str, namespace: str) -> str:
    """The URI below which everything of a namespace lies: in a bucket with the namespace, on a volume, of which each
    namespace has its own, without."""
    url = url.rstrip("/")
    return url if url.startswith("file:") else f"{url}/{namespace}"


def is_below(uri: str, root: str) -> bool:
    return uri == root or uri.startswith(f"{root}/")
