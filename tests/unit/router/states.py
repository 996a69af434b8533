"""Small states."""

from colonnade.router.state import Endpoint, Name, Revision, State, TrafficSplit

FLIGHTS = Name("air", "flights")


def split(stable="s1", candidate=None, weight=0, deployment=FLIGHTS, **more):
    return TrafficSplit(deployment, stable, candidate, weight, **more)


def state(*splits, pods=None):
    """Each revision of a split has one pod, unless `pods` says how many."""
    named = {Revision(one.deployment, rev) for one in splits for rev in (one.stable, one.candidate) if rev}
    counts = dict.fromkeys(named, 1) | {Revision(FLIGHTS, rev): count for rev, count in (pods or {}).items()}
    return State(
        splits, {rev: tuple(Endpoint(f"10.0.0.{n}", 8080) for n in range(count)) for rev, count in counts.items()}
    )
