"""The parts that the views share: a heading, conditions, verdicts."""

from collections.abc import Iterable
from datetime import datetime

from colonnade.cli.page import Line, Table, Tone, Word, line, table
from colonnade_access.references import Object
from colonnade_access.words import ago
from colonnade_api import Condition

ABNORMAL_WHEN_TRUE = ("Stalled", "RolledBack", "Alerting")
NEUTRAL = ("Progressing", "Reconciling")
VERDICT_TONES: dict[str, Tone] = {"Pass": "good", "Fail": "bad"}


def heading(item: Object, kind: str, now: datetime) -> Line:
    metadata = item["metadata"]
    age = ago(_time(metadata.get("creationTimestamp")), now)
    said: list[str | Word] = [Word(f"{kind} {metadata['name']}", "strong")]
    said.append(f"  namespace {metadata['namespace']}, {age} old")
    if metadata.get("deletionTimestamp"):
        said.append(Word("  being deleted", "bad"))
    if not item.get("status"):
        said.append(Word("  not looked at yet", "waiting"))
    observed, newest = (item.get("status") or {}).get("observedGeneration"), metadata.get("generation", 0)
    if observed is not None and observed < newest:
        said.append(Word(f"  generation {newest} is being taken up, this is of {observed}", "waiting"))
    return line(*said)


def conditions(those: Iterable[Condition], now: datetime) -> Table | None:
    rows = [
        (
            each.type,
            Word(each.status, condition_tone(each)),
            each.reason,
            ago(each.last_transition_time, now),
            each.message,
        )
        for each in those
    ]
    return table(("condition", "status", "reason", "since", "message"), rows) if rows else None


def condition_tone(condition: Condition) -> Tone:
    if condition.status == "Unknown" or condition.type in NEUTRAL:
        return "waiting"
    good = (condition.status == "True") != (condition.type in ABNORMAL_WHEN_TRUE)
    return "good" if good else "bad"


def verdict_word(result: str) -> Word:
    return Word(result, VERDICT_TONES.get(result, "waiting"))


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
