from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade_serving import digests
from colonnade_serving.loading import CannotServe, Repository, Source, load
from colonnade_serving.loading.repository import layout
from colonnade_serving.store import open_store


def test_a_bundle_has_its_own_name_or_the_one_given(bundle: tuple[Path, str]):
    address = str(bundle[0])
    assert Repository(address).look() == {"logistic": [Source(address, None, "logistic", "1")]}
    assert list(Repository(address, name="flights").look()) == ["flights"]


def test_a_bare_file_is_called_as_its_file(logistic: Path):
    assert Repository(str(logistic)).look() == {"logistic": [Source(str(logistic), None, "logistic", "1")]}


def test_a_folder_holds_bundles_files_and_versions(tmp_path: Path):
    for path in ("a/bundle.json", "a/model.onnx", "b.onnx", "c/1/model.onnx", "c/10/bundle.json", "c/9/model.onnx"):
        _touch(tmp_path / path)
    found = Repository(str(tmp_path)).look()
    assert {name: [(s.version, s.address.removeprefix(f"{tmp_path}/")) for s in found[name]] for name in found} == {
        "a": [("1", "a")],
        "b": [("1", "b.onnx")],
        "c": [("10", "c/10")],
    }
    every = Repository(str(tmp_path), every_version=True).look()["c"]
    assert [source.version for source in every] == ["1", "9", "10"]


@pytest.mark.parametrize(
    "path",
    ["c/latest/model.onnx", "c/0/model.onnx", "c/config.pbtxt", "README.md", "c/1/weights/model.onnx", "c/x.onnx"],
)
def test_what_is_no_model_is_left_alone(path: str):
    assert layout([path]) == {}


@pytest.mark.parametrize(
    "path",
    ["._iris.onnx", ".iris.onnx", "..data/model.onnx", ".git/1/model.onnx", "c/.1/model.onnx", "._c/bundle.json"],
)
def test_what_begins_with_a_dot_is_left_alone(path: str):
    assert layout([path]) == {}


def test_a_folder_from_macos_holds_what_one_sees(tmp_path: Path):
    for name in ("iris.onnx", "._iris.onnx", ".DS_Store", "c/1/model.onnx", "c/1/._model.onnx", "._c"):
        _touch(tmp_path / name)
    assert list(Repository(str(tmp_path)).look()) == ["c", "iris"]


def test_a_mounted_config_map_holds_each_of_its_models_once(logistic: Path, tmp_path: Path):
    """As kubelet writes it: a folder of this moment, a link to it, and a link into that for each key."""
    moment = tmp_path / "..2026_11_28_10_00_00.123"
    moment.mkdir()
    (moment / "model.onnx").write_bytes(logistic.read_bytes())
    (tmp_path / "..data").symlink_to(moment.name)
    (tmp_path / "model.onnx").symlink_to("..data/model.onnx")
    found = Repository(str(tmp_path)).look()
    assert found == {"model": [Source(f"{tmp_path}/model.onnx", None, "model", "1")]}
    assert load(found["model"][0], tmp_path / "cache").name == "model"


def test_links_are_followed_and_what_leads_back_is_not(tmp_path: Path):
    _touch(tmp_path / "kept" / "3" / "model.onnx")
    models = tmp_path / "models"
    _touch(models / "model.onnx")
    (models / "flights").symlink_to(tmp_path / "kept")
    (models / "again").symlink_to(".")
    (models / "above").symlink_to("..")
    found = Repository(str(models)).look()
    assert {name: [source.version for source in sources] for name, sources in found.items()} == {
        "flights": ["3"],
        "model": ["1"],
    }


@given(st.permutations(["a/bundle.json", "a/model.onnx", "b/2/model.onnx", "b/2/bundle.json", "c.onnx"]))
def test_the_order_of_files_changes_nothing(files: list[str]):
    assert layout(files) == {"a": {"1": "a"}, "b": {"2": "b/2"}, "c": {"1": "c.onnx"}}


@pytest.mark.usefixtures("s3")
def test_a_folder_in_a_store_is_one_too(bundle: tuple[Path, str], tmp_path: Path):
    store = open_store(f"s3://bucket/{tmp_path.name}")
    store.commit(bundle[0], "flights/3", "bundle.json")
    store.send(bundle[0] / "model.onnx", "bare.onnx")
    found = Repository(store.url).look()
    assert [(source.name, source.version) for sources in found.values() for source in sources] == [
        ("bare", "1"),
        ("flights", "3"),
    ]
    loaded = [load(sources[0], tmp_path / "cache") for sources in found.values()]
    assert [(model.name, model.version) for model in loaded] == [("bare", "1"), ("flights", "3")]


def test_a_folder_without_models_is_said(tmp_path: Path):
    with pytest.raises(CannotServe, match=r"holds no model: a bundle is a directory with a bundle\.json"):
        Repository(str(tmp_path)).look()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (partial(Repository, name="flights"), "--name is for one model"),
        (partial(Repository, digest=digests.of_bytes(b"")), "--digest is for one model"),
    ],
)
def test_what_is_for_one_model_is_refused_for_several(tmp_path: Path, given: Callable[[str], Repository], says: str):
    _touch(tmp_path / "a.onnx")
    _touch(tmp_path / "b.onnx")
    with pytest.raises(CannotServe, match=f"{says}, but .* holds 2: a, b"):
        given(str(tmp_path)).look()


def _touch(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
