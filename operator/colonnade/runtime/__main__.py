"""`python -m colonnade.runtime`: the operator, as its pod runs it, or beside a kubeconfig."""

import asyncio
import sys

from pydantic import ValidationError

from colonnade.runtime.logs import log_to_stderr
from colonnade.runtime.operator import run
from colonnade.runtime.settings import Settings


def main() -> None:
    try:
        settings = Settings()
    except ValidationError as error:
        for wrong in error.errors(include_url=False, include_input=False):
            name = "_".join(("COLONNADE", *(str(part) for part in wrong["loc"]))).upper()
            sys.stderr.write(f"{name}: {wrong['msg']}\n")
        sys.exit(2)
    log_to_stderr(settings.log_level)
    asyncio.run(run(settings))


if __name__ == "__main__":
    main()
