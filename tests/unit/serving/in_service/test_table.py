import asyncio
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from colonnade_serving.batching import InferenceTask, Limits
from colonnade_serving.loading import CannotServe, LoadOptions, Repository, load
from colonnade_serving.models import Models, Served, State, start
from colonnade_serving.protocol.errors import ProtocolError
from colonnade_serving.settings import Settings
from colonnade_serving.telemetry.telemetry import Telemetry

ROW = {"X": np.array([[0.1, 0.2, 0.3]], np.float32)}


@pytest.fixture
def folder(logistic: Path, tmp_path: Path) -> Path:
    """A repository of two models, a and b."""
    (tmp_path / "models").mkdir()
    for name in ("a", "b"):
        shutil.copy(logistic, tmp_path / "models" / f"{name}.onnx")
    return tmp_path / "models"


def table(folder: Path, lazily: bool = False, every_version: bool = False) -> Models:
    telemetry = Telemetry(Settings(bundle=str(folder)))
    return Models(
        Repository(str(folder), every_version=every_version).look,
        partial(load, cache=folder.parent / "cache", options=LoadOptions(1)),
        partial(start, observe=telemetry.of, limits=Limits()),
        lazily,
    )


async def answer(served: Served) -> int:
    results = await served.batcher.infer(InferenceTask(ROW, ("label",), 1, lambda _: None))
    return int(results["label"][0])


def states(models: Models) -> dict[str, tuple[State, str]]:
    return {f"{listed.name}/{listed.version}": (listed.state, listed.reason) for listed in models.index()}


def refusal(ask: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(ProtocolError) as refused:
        ask()
    return refused.value.status, refused.value.message


async def test_all_of_a_folder_is_served_and_only_then_is_it_ready(folder: Path):
    models = table(folder)
    assert not models.ready
    assert refusal(lambda: models.find("a")) == (503, "the model is still loading")
    await models.begin()
    assert models.ready
    assert states(models) == {"a/1": (State.READY, ""), "b/1": (State.READY, "")}
    assert [await answer(served) for served in models.served()] == [0, 0]


async def test_what_there_is_not_is_a_404_that_says_what_there_is(folder: Path):
    models = table(folder)
    await models.begin()
    assert refusal(lambda: models.find("c")) == (404, "model 'c' is unknown; this server has 'a', 'b'")
    assert refusal(lambda: models.find("a", "2")) == (404, "version '2' of a is unknown; this server has '1'")


async def test_without_a_version_the_highest_answers(folder: Path, logistic: Path):
    for version in ("2", "10"):
        (folder / "c" / version).mkdir(parents=True)
        shutil.copy(logistic, folder / "c" / version / "model.onnx")
    models = table(folder, every_version=True)
    await models.begin()
    assert models.find("c") is models.find("c", "10")
    assert models.find("c", "2").model.version == "2"


async def test_a_bad_model_at_the_start_is_nobodys_start(folder: Path):
    (folder / "b.onnx").write_bytes(b"no model")
    models = table(folder)
    with pytest.raises(CannotServe, match=r"b\.onnx: b\.onnx is no ONNX model"):
        await models.begin()
    assert not models.ready


async def test_a_load_takes_what_the_folder_now_holds_and_who_wants_to_is_told(folder: Path, logistic: Path):
    models = table(folder)
    await models.begin()
    told: list[list[str]] = []
    models.changed.append(lambda: told.append([served.model.name for served in models.served()]))
    shutil.copy(logistic, folder / "c.onnx")
    await models.load("c")
    old = models.find("a")
    await models.load("a")
    assert models.find("a") is not old
    assert told == [["a", "b", "c"], ["a", "b", "c"]]


async def test_who_holds_a_model_that_was_replaced_is_still_answered(folder: Path):
    models = table(folder)
    await models.begin()
    old = models.find("a")
    await models.load("a")
    assert await answer(old) == 0


async def test_a_load_that_is_refused_changes_nothing_that_answers(folder: Path):
    models = table(folder)
    await models.begin()
    old = models.find("a")
    (folder / "a.onnx").write_bytes(b"no model")
    with pytest.raises(ProtocolError, match="is no ONNX model") as refused:
        await models.load("a")
    assert refused.value.status == 400
    assert models.find("a") is old
    assert models.ready
    state, reason = states(models)["a/1"]
    assert state is State.READY
    assert "is no ONNX model" in reason


async def test_a_new_model_that_is_refused_makes_nothing_unready(folder: Path):
    models = table(folder)
    await models.begin()
    (folder / "c.onnx").write_bytes(b"no model")
    with pytest.raises(ProtocolError, match="is no ONNX model"):
        await models.load("c")
    with pytest.raises(ProtocolError, match="not in the repository"):
        await models.load("d")
    assert models.ready
    assert states(models)["c/1"][0] is State.UNAVAILABLE


async def test_what_is_unloaded_is_gone_until_it_is_loaded_again(folder: Path):
    models = table(folder)
    await models.begin()
    await models.unload("a")
    assert refusal(lambda: models.find("a")) == (404, "model 'a' is not loaded: unloaded")
    assert states(models)["a/1"] == (State.UNAVAILABLE, "unloaded")
    assert models.ready
    await models.load("a")
    assert await answer(models.find("a")) == 0


async def test_a_lazy_model_is_loaded_once_by_its_first_requests(folder: Path):
    models = table(folder, lazily=True)
    await models.begin()
    assert models.ready
    loaded = asyncio.Event()
    changes: list[Served] = []
    models.changed.append(loaded.set)
    models.changed.append(lambda: changes.extend(models.served()))
    for _ in range(3):
        assert refusal(lambda: models.find("a")) == (503, "model 'a' is still loading")
    await asyncio.wait_for(loaded.wait(), 30)
    assert await answer(models.find("a")) == 0
    assert changes == [models.find("a")]
    assert states(models)["b/1"] == (State.UNAVAILABLE, "")


async def test_a_lazy_model_that_can_not_be_served_says_why(folder: Path):
    (folder / "a.onnx").write_bytes(b"no model")
    models = table(folder, lazily=True)
    await models.begin()
    tried = asyncio.Event()
    models.changed.append(tried.set)
    assert refusal(lambda: models.find("a"))[0] == 503
    await asyncio.wait_for(tried.wait(), 30)
    assert "is no ONNX model" in refusal(lambda: models.find("a"))[1]


async def test_with_others_a_load_is_done_everywhere_and_ready_is_all(folder: Path):
    models = table(folder)
    await models.begin()
    asked: list[tuple[str, str]] = []

    async def everywhere(verb: str, name: str) -> None:
        asked.append((verb, name))

    models.everywhere = everywhere
    models.others_ready = lambda: False
    await models.load("a")
    await models.unload("b")
    assert asked == [("load", "a"), ("unload", "b")]
    assert not models.ready
