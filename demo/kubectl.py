"""kubectl, as the reader of the README would type it."""

import asyncio
import json
import sys
import time
from typing import Any

from rich.console import Console

COMMAND_TIMEOUT_SECONDS = 60
console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)


class CommandFailed(RuntimeError):
    """kubectl ended with an error; the message is what it said."""


BEGAN = time.monotonic()


def chapter(title: str) -> None:
    console.rule(f"{title} [dim]{time.monotonic() - BEGAN:.0f} s[/]")


async def kubectl(*arguments: str, say: bool = False) -> str:
    if say:
        console.print(f"[dim]$ kubectl {' '.join(arguments)}[/]")
    process = await asyncio.create_subprocess_exec(
        "kubectl", *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(COMMAND_TIMEOUT_SECONDS):
        out, err = await process.communicate()
    if process.returncode != 0:
        raise CommandFailed(f"kubectl {' '.join(arguments)}: {err.decode().strip()}")
    if say:
        console.print(out.decode().rstrip(), style="dim")
    return out.decode()


async def get(kind: str, name: str, namespace: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(await kubectl("get", kind, name, "-n", namespace, "-o", "json"))
    return found


def condition(resource: dict[str, Any], kind: str) -> dict[str, Any]:
    conditions = resource.get("status", {}).get("conditions", [])
    return next((c for c in conditions if c["type"] == kind), {"status": "Unknown", "message": "", "reason": ""})


async def wait_for(kind: str, name: str, namespace: str, seconds: float) -> dict[str, Any]:
    """Until the resource's Ready is True; shows each change of its message on the way."""
    deadline, shown = time.monotonic() + seconds, ""
    while time.monotonic() < deadline:
        resource = await get(kind, name, namespace)
        ready = condition(resource, "Ready")
        if ready["status"] == "True":
            return resource
        if ready["message"] != shown:
            shown = ready["message"]
            console.print(f"  {kind}/{name}: {shown}", style="dim")
        await asyncio.sleep(0.5)
    raise CommandFailed(f"{kind}/{name} was not Ready within {seconds:.0f} s: {shown}")
