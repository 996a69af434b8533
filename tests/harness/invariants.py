"""What holds of every run, whatever went wrong in it, told from its journal and from what came by the proxy.

Each function returns the sentences that are not so: none, where all is well.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from colonnade.kube.kinds import (
    DEPLOYMENTS,
    JOBS,
    MODEL_VERSIONS,
    OURS,
    WORKLOADS,
    Key,
    Manifest,
)
from colonnade.manifests.labels import OWNER_LABELS
from colonnade_api.wellknown import SPEC_HASH_LABEL
from tests.harness.journal import Entry, Journal
from tests.harness.proxy import Call

PLAIN = {
    "<time>": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)"),
    "<uid>": re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
    "<address>": re.compile(r"\b(127|10)\.\d+\.\d+\.\d+\b"),
}
OF_ONE_RUN = ("uid", "resourceVersion", "managedFields", "namespace", "selfLink")
WINDOW_SECONDS = 5.0
MOST_TRIES_IN_WINDOW = 12

Snapshot = dict[str, object]
Told = Iterator[str]


def snapshot(journal: Journal) -> Snapshot:
    """Everything there is, by kind and name, less what differs from run to run: namespace, times, uids, addresses."""
    namespace = journal.client.namespace
    return {f"{key.resource} {key.name}": _plain(manifest, namespace) for key, manifest in journal.now.items()}


def _plain(value: object, namespace: str) -> object:
    if isinstance(value, dict):
        return {name: _plain(inner, namespace) for name, inner in value.items() if name not in OF_ONE_RUN}
    if isinstance(value, list):
        return [_plain(inner, namespace) for inner in value]
    if isinstance(value, str):
        value = value.replace(namespace, "<namespace>")
        for name, pattern in PLAIN.items():
            value = pattern.sub(name, value)
    return value


def differences(before: object, after: object, at: str = "") -> Told:
    """Where two snapshots differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            yield from differences(before.get(name, "nothing"), after.get(name, "nothing"), f"{at}.{name}")
    elif before != after:
        yield f"{at}: {after}, not {before}"


def lives(journal: Journal) -> Counter[str]:
    """How often each object came, and how often it went."""
    counts: Counter[str] = Counter()
    for entry in journal.entries():
        if entry.kind != "MODIFIED":
            counts[f"{entry.key.resource} {entry.key.name} {entry.kind}"] += 1
    return counts


def always(journal: Journal, calls: Sequence[Call]) -> list[str]:
    """All that holds at every moment of every run."""
    entries = journal.entries()
    rules = (weights_sum_to_100, stable_keeps_its_pods, steps_ascend, status_speaks_of_what_it_saw, dates_move_on_flips)
    told = [sentence for rule in rules for sentence in rule(entries)]
    return [*told, *one_training_job(entries), *failures_are_bounded(calls)]


def weights_sum_to_100(entries: Iterable[Entry]) -> Told:
    for entry in _of(entries, DEPLOYMENTS):
        stable, candidate = _served(entry.manifest)
        shares = [one["weight"] for one in (stable, candidate) if one]
        if stable and sum(shares) != 100:
            yield f"{_at(entry)}: weights {shares}"


def stable_keeps_its_pods(entries: Iterable[Entry]) -> Told:
    """Nobody scales or takes away what serves, or takes requests."""
    serving: dict[str, set[str]] = {}
    pods: dict[str, int] = {}
    for entry in entries:
        if entry.key.resource == DEPLOYMENTS:
            stable, candidate = _served(entry.manifest)
            taking = [one for one in (stable, candidate) if one and one["weight"] > 0]
            serving[entry.key.name] = {f"{entry.key.name}-{one['revision']}" for one in taking}
        elif entry.key.resource == WORKLOADS:
            pods[entry.key.name] = 0 if entry.kind == "DELETED" else entry.manifest["spec"]["replicas"]
        else:
            continue
        for workload in set().union(*serving.values()):
            if pods.get(workload) == 0:
                yield f"{_at(entry)}: {workload} takes requests and has no pods"


def steps_ascend(entries: Iterable[Entry]) -> Told:
    for before, after in _neighbours(entries, DEPLOYMENTS):
        (_, was), (_, candidate) = _served(before.manifest), _served(after.manifest)
        same = was and candidate and was["revision"] == candidate["revision"]
        if same and after.manifest["status"]["step"]["index"] < before.manifest["status"]["step"]["index"]:
            yield f"{_at(after)}: its step goes back"


def status_speaks_of_what_it_saw(entries: Iterable[Entry]) -> Told:
    """observedGeneration is the generation on which the status was judged."""
    for resource in OURS:
        for before, after in _neighbours(entries, resource):
            status = after.manifest.get("status") or {}
            if status == (before.manifest.get("status") or {}) or after.kind == "DELETED":
                continue
            seen = {status["observedGeneration"], *(one["observedGeneration"] for one in status["conditions"])}
            generation = before.manifest["metadata"]["generation"]
            if seen != {generation}:
                yield f"{_at(after)}: status of generation {seen}, written on {generation}"


def dates_move_on_flips(entries: Iterable[Entry]) -> Told:
    for resource in OURS:
        for before, after in _neighbours(entries, resource):
            was = {one["type"]: one for one in (before.manifest.get("status") or {}).get("conditions") or ()}
            for one in (after.manifest.get("status") or {}).get("conditions") or ():
                known = was.get(one["type"])
                if known and (known["status"] == one["status"]) != (
                    known["lastTransitionTime"] == one["lastTransitionTime"]
                ):
                    yield f"{_at(after)}: {one['type']} was {known['status']}, is {one['status']}; dated {one}"


def one_training_job(entries: Iterable[Entry]) -> Told:
    jobs: dict[tuple[str, str], set[str]] = defaultdict(set)
    for entry in _of(entries, JOBS):
        labels = entry.manifest["metadata"].get("labels") or {}
        if owner := labels.get(OWNER_LABELS[MODEL_VERSIONS]):
            jobs[owner, labels[SPEC_HASH_LABEL]].add(entry.uid)
    yield from (f"{owner} was trained {len(uids)} times" for (owner, _), uids in jobs.items() if len(uids) > 1)


def failures_are_bounded(calls: Sequence[Call]) -> Told:
    """What fails is not tried over and over."""
    tries: dict[tuple[str, str], list[float]] = defaultdict(list)
    for call in calls:
        if call.writes and (call.status is None or call.status >= 400):
            tries[call.verb, call.path].append(call.at)
    for (verb, path), times in tries.items():
        most = max(sum(begin <= at < begin + WINDOW_SECONDS for at in times) for begin in times)
        if most > MOST_TRIES_IN_WINDOW:
            yield f"{verb} {path} failed {most} times in {WINDOW_SECONDS:.0f} s"


def _served(manifest: Manifest) -> tuple[Manifest | None, Manifest | None]:
    status = manifest.get("status") or {}
    return status.get("stable"), status.get("candidate")


def _of(entries: Iterable[Entry], resource: object) -> Iterator[Entry]:
    return (entry for entry in entries if entry.key.resource == resource and entry.kind != "DELETED")


def _neighbours(entries: Iterable[Entry], resource: object) -> Iterator[tuple[Entry, Entry]]:
    """Each version of each object with the one before it."""
    versions: dict[tuple[Key, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.key.resource == resource:
            versions[entry.key, entry.uid].append(entry)
    for one in versions.values():
        yield from pairwise(one)


def _at(entry: Entry) -> str:
    return f"{entry.key.resource} {entry.key.name} at {entry.version}"
