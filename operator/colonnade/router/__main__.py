"""`python -m colonnade.router [run | bootstrap --output FILE | drain]`."""

import argparse
import asyncio
from pathlib import Path

import aiohttp
import yaml

from colonnade.process import log_to_stderr, settings_or_exit
from colonnade.router import source
from colonnade.router.admin import Admin
from colonnade.router.app import run
from colonnade.router.bootstrap import bootstrap
from colonnade.router.settings import Settings


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m colonnade.router", description="The agent beside an Envoy.")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("run", help="configure the Envoy beside this process (the default)")
    writes = commands.add_parser("bootstrap", help="write what Envoy starts from")
    writes.add_argument("--output", type=Path, required=True, metavar="FILE")
    commands.add_parser("drain", help="let Envoy send its clients elsewhere, before it is stopped")
    chosen, settings = parser.parse_args(), settings_or_exit(Settings)
    log_to_stderr(settings.log_level)
    if chosen.command == "bootstrap":
        chosen.output.write_text(yaml.safe_dump(bootstrap(settings), sort_keys=False))
    elif chosen.command == "drain":
        asyncio.run(_drain(settings))
    else:
        asyncio.run(run(settings, lambda view, metrics: source.watch(view, metrics, settings)))


async def _drain(settings: Settings) -> None:
    async with aiohttp.ClientSession() as session:
        await Admin(session, settings.admin_url).drain()


if __name__ == "__main__":
    main()
