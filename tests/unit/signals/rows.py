"""Answers about serving pods, as Prometheus gives them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from colonnade.kube.kinds import DEPLOYMENTS, Key
from colonnade.signals import judge
from colonnade.signals.counted import Counted
from colonnade.signals.evidence import Exposure, SignalEvidence
from colonnade.signals.reading import About, Answer, Seen
from colonnade.signals.registry import type_of
from colonnade.signals.series import Series
from colonnade_api import Signal, Verdict

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
FLIGHTS = Key(DEPLOYMENTS, "air", "flights")
CANDIDATE = Exposure("c1", "s1", NOW - timedelta(hours=2), NOW)
ALONE = Exposure("c1", None, NOW - timedelta(hours=2), NOW)
SERVING = Exposure("c1", None, NOW - timedelta(days=9), None, standing=True)
UPSTREAM = "Dataset flights, owner data@air.example"


def told(counts: str, value: float, revision: str = "c1", **labels: str) -> Series:
    return Series({"counts": counts, "revision": revision} | labels, ((NOW.timestamp(), value),))


def scraped(revision: str = "c1", ago: float = 3) -> Series:
    return told("scraped", NOW.timestamp() - ago, revision)


def bins(
    counts: str, rows: Sequence[int], feature: str = "", revision: str = "c1", starts: Sequence[str] = ()
) -> list[Series]:
    """A series a bin; scores have no feature."""
    of = {"feature": feature} if feature else {}
    return [
        told(counts, count, revision, bin=str(place), **of, **({"from": starts[place]} if starts else {}))
        for place, count in enumerate(rows)
    ]


def feature(
    name: str, then: Sequence[int], now: Sequence[int], revision: str = "c1", starts: Sequence[str] = ()
) -> list[Series]:
    begin = starts or ["", *map(str, range(1, len(then)))]
    return [*bins("frozen", then, name, revision, begin), *bins("now", now, name, revision)]


def about(exposure: Exposure) -> About:
    return About(FLIGHTS, exposure, NOW, UPSTREAM)


def judged(signal: Signal, answer: Answer, exposure: Exposure = ALONE) -> Verdict:
    """As `measure` reads it."""
    kind, asked = type_of(signal), about(exposure)
    numbers: Mapping[str, Answer] = {signal.name: answer}
    own, compared = kind.read(signal, asked, Seen(Counted((), NOW), (), numbers))
    return judge(signal, SignalEvidence(signal.name, kind.query(signal, asked), own, compared, NOW, UPSTREAM))
