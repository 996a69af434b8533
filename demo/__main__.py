"""Runs the story against the cluster that KUBECONFIG and COLONNADE_URL name."""

import argparse
import asyncio
import os
import sys
import time
from pathlib import Path
from typing import Any

from demo.breach import Breach, first_scrape_of, scrape_interval_seconds
from demo.kubectl import CommandFailed, chapter, condition, console, kubectl, wait_for
from demo.plot import draw
from demo.report import Report, Rollout, stable_at, unix
from demo.story import CHAPTERS, Chapter
from demo.traffic import Traffic, bodies, inputs_of
from demo.watcher import Watcher

EXAMPLES = Path("examples")
BUILD = Path("build/demo")
NAME, NAMESPACE = "flights-late", "default"
READY_SECONDS = 240
CHAPTER_SECONDS = 240
LAST_GOOD = [each.version for each in CHAPTERS if each.outcome == "Promoted"][-1]


class StoryBroken(RuntimeError):
    """A chapter did not end as it must."""


async def main(rate: float, sample: Path) -> Report:
    await _reset()
    await _first_version(sample)
    model_url = f"{os.environ['COLONNADE_URL']}/namespaces/{NAMESPACE}/deployments/{NAME}/v2/models/{NAME}"
    traffic = Traffic(f"{model_url}/infer", bodies(sample, await inputs_of(model_url)), rate)
    watcher, stopped = Watcher(NAME, NAMESPACE), asyncio.Event()
    chapter(f"A steady load: {rate:.0f} real flights a second on {model_url}")
    watching, loading = asyncio.create_task(watcher.run()), asyncio.create_task(traffic.run(stopped))
    try:
        rollouts = tuple([await _play(each, watcher, traffic) for each in CHAPTERS])
    finally:
        stopped.set()
        await loading
        watching.cancel()
    failed = sum(answer.failed for answer in traffic.answers)
    report = Report(await scrape_interval_seconds(), len(traffic.answers), failed, rollouts)
    report.write(BUILD / "report.json")
    draw(BUILD / "rollouts.png", watcher.moments, sorted(traffic.answers, key=lambda a: a.sent_at), rollouts)
    _show_failures(traffic)
    report.show(console)
    if (stable := watcher.status["stable"]["modelVersion"]) != LAST_GOOD:
        raise StoryBroken(f"{stable} serves at the end, where {LAST_GOOD} was promoted for good")
    return report


async def _reset() -> None:
    """A second run starts its story from the beginning."""
    folders = [argument for folder in ("rollbacks", "quickstart") for argument in ("-f", str(EXAMPLES / folder))]
    await kubectl("delete", *folders, "--ignore-not-found", "--timeout=50s")


async def _first_version(sample: Path) -> None:
    chapter("Real data becomes a model, and the model answers")
    for manifest in ("10-dataset.yaml", "20-model-v1.yaml", "30-deployment.yaml"):
        await kubectl("apply", "-f", str(EXAMPLES / "quickstart" / manifest), say=True)
    await kubectl("colonnade", "push", "dset/flights", str(sample), "-n", NAMESPACE, say=True)
    await wait_for("dset", "flights", NAMESPACE, READY_SECONDS)
    await kubectl("get", "dset", "flights", "-n", NAMESPACE, say=True)
    await wait_for("mv", "flights-late-1", NAMESPACE, READY_SECONDS)
    await kubectl("get", "mv", "flights-late-1", "-n", NAMESPACE, say=True)
    await wait_for("mdep", NAME, NAMESPACE, READY_SECONDS)
    await kubectl("get", "mdep", NAME, "-n", NAMESPACE, say=True)


async def _play(act: Chapter, watcher: Watcher, traffic: Traffic) -> Rollout:
    chapter(act.title)
    await kubectl("apply", "-f", str(EXAMPLES / act.manifest), say=True)
    await wait_for("mv", act.version, NAMESPACE, READY_SECONDS)
    began, revision, said = time.time(), "", ""
    deadline = time.monotonic() + CHAPTER_SECONDS
    while (outcome := act.ended(watcher.status)) is None:
        if time.monotonic() > deadline:
            raise StoryBroken(f"{act.version}: neither promoted nor rolled back within {CHAPTER_SECONDS} s: {said}")
        revision = (watcher.status.get("candidate") or {}).get("revision", revision)
        said = _say_step(watcher.status, said)
        await asyncio.sleep(0.2)
    rejection = act.rejection(watcher.status)
    reason = rejection["reason"] if rejection else ""
    console.print(f"  {act.version}: {outcome} {reason}", style="bold green" if outcome == "Promoted" else "bold red")
    if (outcome, reason) != (act.outcome, act.reason):
        raise StoryBroken(f"{act.version}: {outcome} {reason}, where {act.outcome} {act.reason} was due")
    if rejection is None:
        return Rollout(act.version, watcher.status["stable"]["revision"], outcome, reason, began, time.time())
    decided = unix(rejection["at"])
    await asyncio.sleep(3)
    back_at = stable_at(traffic.answers, revision, decided)
    ended = time.time()
    breached = await first_scrape_of(Breach(NAMESPACE, NAME, revision, reason, began, ended))
    return Rollout(act.version, revision, outcome, reason, began, ended, breached, decided, back_at)


def _say_step(status: dict[str, Any], said: str) -> str:
    """Says where the rollout stands when the reason is another than the one said before."""
    progressing = condition({"status": status}, "Progressing")
    step = f"{progressing['reason']}, step {(status.get('step') or {}).get('shown', '')}"
    if step != said and status.get("candidate"):
        console.print(f"  {progressing['message']}", style="dim")
        return step
    return said


def _show_failures(traffic: Traffic) -> None:
    for answer in [a for a in traffic.answers if a.failed][:5]:
        console.print(
            f"  failed: HTTP {answer.status} from {answer.revision or 'the router'}: {answer.error}", style="red"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--rate", type=float, default=60, help="requests a second")
    parser.add_argument("--sample", type=Path, default=BUILD / "flights.parquet", help="the flights to ask about")
    arguments = parser.parse_args()
    try:
        done = asyncio.run(main(arguments.rate, arguments.sample))
    except (StoryBroken, CommandFailed) as broken:
        sys.exit(f"demo: {broken}")
    sys.exit(1 if done.failed else 0)
