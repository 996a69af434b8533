"""Answers for programs: objects as the API server has them."""

import json
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any

import typer
import yaml

from colonnade_access.references import Object


class Output(StrEnum):
    """Formats beside the one for people."""

    json = "json"
    yaml = "yaml"


AsOutput = Annotated[Output | None, typer.Option("-o", "--output", help="For programs: as the API server has it.")]


def dump(what: Any, output: Output) -> None:
    """One document; of several, each begins with the mark that its format has for it."""
    typer.echo(_yaml(what) if output is Output.yaml else json.dumps(what, indent=2, ensure_ascii=False))


def shown(item: Object) -> Object:
    """Without the record of whose field is whose, as kubectl leaves it out."""
    metadata = {key: value for key, value in item["metadata"].items() if key != "managedFields"}
    return {**item, "metadata": metadata}


def listed(items: Iterable[Object]) -> Object:
    return {"apiVersion": "v1", "kind": "List", "items": [shown(each) for each in items]}


def _yaml(what: Any) -> str:
    text = yaml.safe_dump(what, sort_keys=False, allow_unicode=True, explicit_start=True)
    return str(text).rstrip()
