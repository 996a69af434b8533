"""The agent as it runs in a pod, but for its source: a file that holds the objects in place of an API server.

`python -m tests.e2e.router.agent_from_file FILE`: {"deployments": [...], "endpointSlices": [...], "leased": true}
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable
from pathlib import Path

from colonnade.router import app
from colonnade.router.settings import Settings
from colonnade.router.view import View

POLL_SECONDS = 0.01
BEAT_SECONDS = 0.3
LEASE_SECONDS = 2


async def follow(view: View, read: Callable[[], str]) -> None:
    deployments, slices = view.deployments.part(), view.slices.part()
    seen, beats, leased = "", 0, False
    while True:
        text = read()
        if text != seen:
            seen, objects = text, json.loads(text)
            deployments.replace(objects["deployments"])
            slices.replace(objects["endpointSlices"])
            leased = objects["leased"]
        beats += 1
        if leased and beats % int(BEAT_SECONDS / POLL_SECONDS) == 0:
            view.saw_lease(
                {"spec": {"holderIdentity": "op", "renewTime": str(beats), "leaseDurationSeconds": LEASE_SECONDS}}
            )
        await asyncio.sleep(POLL_SECONDS)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(app.run(Settings(), lambda view, _metrics: follow(view, Path(sys.argv[1]).read_text)))
