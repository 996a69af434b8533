"""Tests run what is shipped: compiled code."""

import ast
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from colonnade_serving.compiled import COMPILED, PACKAGE, made_of, outdated

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


# What was compiled may be older than what lies beside it


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A package of two modules."""
    for name, text in CODE.items():
        (tmp_path / name).write_text(text)
    return tmp_path


CODE = {"clock.py": "tick()", "wire.py": "send()"}
DIGESTS = {name: sha256(text.encode()).hexdigest() for name, text in CODE.items()}


def test_code_that_was_made_of_these_sources_may_run(folder: Path) -> None:
    assert outdated(folder, DIGESTS) is None


def test_where_no_sources_lie_beside_there_are_none_to_be_other(tmp_path: Path) -> None:
    assert outdated(tmp_path, DIGESTS) is None


def test_code_that_was_made_of_another_source_names_it_and_the_mend(folder: Path) -> None:
    (folder / "wire.py").write_text("send(2)")
    assert outdated(folder, DIGESTS) == (
        "the compiled code was made of other sources than those beside it, and would run in their place (wire.py): "
        "make venv compiles it anew"
    )


def test_of_many_other_sources_a_few_are_named(folder: Path) -> None:
    digests = dict.fromkeys(map(str, range(9)), "") | DIGESTS
    for number in range(9):
        (folder / str(number)).touch()
    said = outdated(folder, digests)
    assert said is not None
    assert "(0, 1, 2 and 6 more)" in said


def test_code_that_says_of_nothing_what_it_was_made_of_is_as_good_as_other(folder: Path) -> None:
    assert outdated(folder, None) == (
        "the compiled code doesn't say of which sources it was made, so it is older than they are: "
        "make venv compiles it anew"
    )


def test_the_compiled_code_is_that_of_the_sources_beside_it() -> None:
    assert set(made_of() or ()) == set(hot())
    assert outdated(PACKAGE, made_of()) is None
