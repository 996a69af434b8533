"""What each of our processes begins with: settings from its environment, and logs as one JSON object a line."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings

WRONG_SETTINGS = 2
Told = TypeVar("Told", bound=BaseSettings)


def settings_or_exit(settings: type[Told]) -> Told:
    """Ends the process with 2 and a line for each variable that can't be what it is."""
    try:
        return settings()
    except ValidationError as error:
        for wrong in error.errors(include_url=False, include_input=False):
            name = "_".join(("COLONNADE", *(str(part) for part in wrong["loc"]))).upper()
            sys.stderr.write(f"{name}: {wrong['msg']}\n")
        sys.exit(WRONG_SETTINGS)


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def log_to_stderr(level: str) -> None:
    """Of kopf only its errors are worth a line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger("kopf").setLevel(logging.ERROR)
