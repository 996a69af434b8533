"""CEL gates: an expression over what is known of a version, in the language of Kubernetes' own rules.

A pure function of status. What can't be computed denies, with words.
"""

import re
from collections.abc import Mapping
from typing import Any

import cel

from colonnade.formatting import clipped, number
from colonnade_api import GateVerdict, ModelVersionStatus

KNOWN = ("metrics", "heldOut", "crossValidation", "fairness", "comparison", "parity", "latency", "size")
MOST_LOOPS = 2
LOOP = re.compile(r"\.\s*(all|exists|exists_one|map|filter)\s*\(")
PATH = re.compile(r"\b[a-z]\w*(?:\.[A-Za-z_]\w*)+\b(?!\s*\()", re.ASCII)
MOST_SHOWN = 6


def objection(expression: str) -> str:
    """Why an expression can't be a gate, for people; nothing where it can."""
    if len(LOOP.findall(expression)) > MOST_LOOPS:
        return f"more than {MOST_LOOPS} of all, exists, exists_one, map and filter: each within another takes for ever"
    try:
        cel.compile(expression)
    except Exception as error:  # the library's errors share no class of their own
        return f"it can't be read: {_first_line(error)}"
    return ""


def judge_cel(name: str, expression: str, status: ModelVersionStatus) -> GateVerdict:
    """Pass where it is true, Fail where it is false; Error, which denies, where it is neither."""
    if why := objection(expression):
        return _error(name, expression, why)
    told = known(status)
    try:
        answer = cel.evaluate(expression, told)
    except KeyError as error:
        return _error(name, expression, f"there is no {error.args[0]}; known are {_names(told)}")
    except Exception as error:
        return _error(name, expression, _first_line(error))
    if not isinstance(answer, bool):
        return _error(name, expression, f"it gives {answer!r:.40}, where true or false is due")
    said = f"{expression} is {'true' if answer else 'false'}{_figures(expression, told)}"
    return GateVerdict(name=name, verdict="Pass" if answer else "Fail", message=clipped(said))


def known(status: ModelVersionStatus) -> dict[str, Any]:
    """What an expression may name: as status has it, fairness by column, and size.bytes."""
    told = status.model_dump(mode="json", by_alias=True, exclude_none=True)
    fairness = {column["column"]: column["metrics"] for column in told.get("fairness", ())}
    return {name: told.get(name, {}) for name in KNOWN} | {"fairness": fairness, "size": {"bytes": status.bytes or 0}}


def _error(name: str, expression: str, why: str) -> GateVerdict:
    return GateVerdict(name=name, verdict="Error", message=clipped(f"{expression}: {why}"))


def _names(told: Mapping[str, Any]) -> str:
    return ", ".join([*(f"metrics.{name}" for name in told["metrics"]), *(name for name in told if name != "metrics")])


def _figures(expression: str, told: Mapping[str, Any]) -> str:
    """What the numbers are that it names."""
    found = {path: _at(told, path.split(".")) for path in dict.fromkeys(PATH.findall(expression))}
    shown = [f"{path} is {number(value)}" for path, value in found.items() if isinstance(value, int | float)]
    return f": {', '.join(shown[:MOST_SHOWN])}" if shown else ""


def _at(told: Any, path: list[str]) -> Any:
    for name in path:
        told = told.get(name) if isinstance(told, Mapping) else None
    return told


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split("\n| ")[0].split())
