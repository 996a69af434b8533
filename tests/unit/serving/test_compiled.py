"""Tests run what is shipped: compiled code."""

import ast
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from colonnade_serving.compiled import COMPILED

SETUP = Path(__file__).parents[3] / "serving" / "setup.py"


def hot() -> list[str]:
    """setup.py's list, without running it."""
    assigned = {
        target.id: node.value
        for node in ast.parse(SETUP.read_text()).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return [str(path) for path in ast.literal_eval(assigned["HOT"])]


@pytest.mark.parametrize("path", hot())
def test_what_every_request_goes_through_is_compiled(path: str) -> None:
    name = f"colonnade_serving.{path.removesuffix('.py').replace('/', '.')}"
    found = find_spec(name)
    assert found is not None
    assert found.origin is not None
    assert found.origin.endswith(".so"), "make venv compiles it"
    import_module(name)


def test_the_server_knows() -> None:
    assert COMPILED
