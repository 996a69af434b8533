"""Which version of a Dataset somebody means: the current one, a tag, or a digest's first digits."""

from colonnade_access.errors import ColonnadeError
from colonnade_access.references import Object
from colonnade_access.words import short
from colonnade_api.references import tags

WHOLE, TOLD = 64, 16


class Ambiguous(ColonnadeError):
    """No one version has that name; the message lists those that there are, or those that could be meant."""


def version_of(dataset: Object, name: str | None = None) -> str:
    """The 64 hex digits of the version that is meant; the current one where no name is given.

    A tag, or a whole digest, also names one that status lists no more. Raises Ambiguous.
    """
    status, known = dataset.get("status") or {}, tags(dataset["metadata"].get("annotations") or {})
    listed = [_hex(each["digest"]) for each in status.get("versions") or [] if each.get("digest")]
    if name is None:
        return _current(dataset, listed)
    digits = _hex(known.get(name, name))
    if len(digits) == WHOLE and set(digits) <= set("0123456789abcdef"):
        return digits
    found = [each for each in listed if digits and each.startswith(digits)]
    if len(found) == 1:
        return found[0]
    about = f"dset/{dataset['metadata']['name']}"
    if found:
        could = ", ".join(each[:TOLD] for each in found)
        raise Ambiguous(f"{about}: {len(found)} versions begin with {name}: {could}")
    there = ", ".join([*map(short, listed), *known]) or "none"
    raise Ambiguous(f"{about} has no version called {name}; there are: {there}")


def _current(dataset: Object, listed: list[str]) -> str:
    current = (dataset.get("status") or {}).get("current")
    if current or listed:
        return _hex(current) if current else listed[0]
    name = f"dset/{dataset['metadata']['name']}"
    raise Ambiguous(f"{name} was not collected yet; see kubectl colonnade status {name}")


def _hex(digest: str) -> str:
    return digest.removeprefix("sha256:")
