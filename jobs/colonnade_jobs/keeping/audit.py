"""Stored versions, read again: each byte against its digest, the current one's rows against today's rules."""

from collections.abc import Sequence
from pathlib import Path

from colonnade_api.datasets.dataset import DatasetSpec
from colonnade_api.jobs.keeping import KeepResult, shortly
from colonnade_serving.store import Store

from .. import progress
from . import restore
from .blobs import Fault, faults
from .copies import Copies
from .rules_of_today import Check, check_rules


def run(spec: DatasetSpec, versions: Sequence[str], store: Store, copies: Copies | None, scratch: Path) -> KeepResult:
    """versions: digests, the current one first. What is damaged is healed from copies."""
    found, healed, done = list[Fault](), list[Fault](), list[str]()
    for digest in versions:
        progress.report(10, f"reading {digest}")
        wrong = list(faults(store, digest, scratch))
        if wrong and copies and restore.bring(digest, store, copies, scratch) is not None:
            healed += wrong
            wrong = list(faults(store, digest, scratch))
        found += wrong
        done += [] if wrong else [shortly(digest)]
    if found:
        return _damaged(found, versions, copies, done)
    proven = f"{len(versions)} versions are, byte for byte, what their digests say"
    rules = check_rules(spec, versions[0], store, scratch) if versions else Check()
    if rules.unchecked:
        proven += f" (rules on {', '.join(rules.unchecked)} speak of rows before spec.privacy: not checked again)"
    if rules.broken:
        said = f"{proven}, but of the current one {rules.broken}; collect the Dataset again, or mend the rule"
        return KeepResult(outcome="Failed", reason="RulesBroken", message=said, done=tuple(done))
    if healed:
        said = f"{proven}, after {len(healed)} were healed from the backup: {_list(healed)}"
        return KeepResult(outcome="Succeeded", reason="Healed", message=said, done=tuple(done))
    return KeepResult(outcome="Succeeded", reason="Proven", message=proven, done=tuple(done))


def _damaged(found: list[Fault], versions: Sequence[str], copies: Copies | None, done: list[str]) -> KeepResult:
    way = "the backup has no whole copy of it" if copies else "there is no backup to heal it from: see spec.backup"
    said = f"{_list(found)}: {len(versions) - len(done)} of {len(versions)} versions are damaged; {way}"
    return KeepResult(outcome="Failed", reason="Damaged", message=said, done=tuple(done))


def _list(found: list[Fault]) -> str:
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return "; ".join(map(str, found[:3])) + more
