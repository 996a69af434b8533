"""`python -m colonnade.runtime`: the operator, as its pod runs it, or beside a kubeconfig."""

import asyncio

from colonnade.process import log_to_stderr, settings_or_exit
from colonnade.runtime.operator import run
from colonnade.runtime.settings import Settings


def main() -> None:
    settings = settings_or_exit(Settings)
    log_to_stderr(settings.log_level)
    asyncio.run(run(settings))


if __name__ == "__main__":
    main()
