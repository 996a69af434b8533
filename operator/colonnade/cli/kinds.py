"""Our four kinds and how people name them: `mdep/flights-late`, `dataset/flights`, or a bare name for a Deployment."""

from colonnade.cli.errors import UsageError
from colonnade_access.references import Reference
from colonnade_api.kinds import OURS, PODS, Resource

DATASET, MODEL_VERSION, DEPLOYMENT, MONITOR_POLICY = OURS
POD = PODS
ALIASES = {DEPLOYMENT: "dep"}


def spellings(kind: Resource) -> set[str]:
    """What people may write before the slash."""
    known = {kind.short, kind.plural, kind.kind.lower(), str(kind)}
    return known | {ALIASES[kind]} if kind in ALIASES else known


def reference(text: str, *allowed: Resource) -> Reference:
    """`KIND/NAME`, or a bare NAME of the first kind allowed.

    Raises UsageError when the kind is unknown or isn't one that the command takes.
    """
    spelling, slash, name = text.rpartition("/")
    if not slash:
        return Reference(allowed[0], name)
    found = next((kind for kind in OURS if spelling.lower() in spellings(kind)), None)
    takes = " or ".join(f"{kind.short}/NAME" for kind in allowed)
    if found not in allowed or not name:
        raise UsageError(f'"{text}" is not something that this command takes; write {takes}')
    return Reference(found, name)
