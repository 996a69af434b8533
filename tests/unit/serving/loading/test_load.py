from pathlib import Path

import numpy as np
import pytest

from colonnade_serving import digests
from colonnade_serving.loading import CannotServe, Source, load
from colonnade_serving.store import open_store


def test_a_bundle_is_served_under_its_own_name_or_another(bundle: tuple[Path, str], tmp_path: Path):
    directory, digest = bundle
    assert load(Source(str(directory), digest), tmp_path).name == "logistic"
    assert load(Source(f"file://{directory}", name="flights"), tmp_path).name == "flights"


def test_it_matched_its_golden_outputs_before_anyone_saw_it(bundle: tuple[Path, str], tmp_path: Path):
    assert load(Source(str(bundle[0])), tmp_path).golden == 0.0


def test_another_digest_than_the_one_asked_for_is_refused(bundle: tuple[Path, str], tmp_path: Path):
    with pytest.raises(CannotServe, match=r"bundle\.json has digest .* was asked for: the bundle was changed"):
        load(Source(str(bundle[0]), digests.of_bytes(b"another")), tmp_path)


def test_a_directory_named_by_a_digest_must_have_it(bundle: tuple[Path, str], tmp_path: Path):
    directory, digest = bundle
    right, wrong = tmp_path / digests.hex_of(digest), tmp_path / ("0" * 64)
    directory.rename(right)
    assert load(Source(f"file://{right}/"), tmp_path).digest == digest
    right.rename(wrong)
    with pytest.raises(CannotServe, match="was changed"):
        load(Source(f"file://{wrong}"), tmp_path)


def test_a_signature_that_the_graph_does_not_have_is_refused(bundle: tuple[Path, str], tmp_path: Path):
    manifest = bundle[0] / "bundle.json"
    manifest.write_bytes(manifest.read_bytes().replace(b'"name":"label"', b'"name":"class"'))
    with pytest.raises(CannotServe, match=r"outputs: bundle\.json promises class \(INT64\), .* the graph has label"):
        load(Source(str(bundle[0])), tmp_path)


def test_a_bare_file_has_its_own_digest_and_the_graphs_names(logistic: Path, tmp_path: Path):
    model = load(Source(str(logistic), digests.of_file(logistic)), tmp_path)
    assert (model.name, list(model.signature.inputs), model.golden) == ("logistic", ["X"], None)
    with pytest.raises(CannotServe, match="the file was changed"):
        load(Source(str(logistic), digests.of_bytes(b"another")), tmp_path)


def test_a_bare_file_that_refuses_made_up_inputs_is_served_all_the_same(late_flights: Path, tmp_path: Path):
    assert load(Source(str(late_flights)), tmp_path).name == "late_flights"


@pytest.mark.usefixtures("s3")
def test_a_bundle_comes_from_s3(bundle: tuple[Path, str], tmp_path: Path):
    directory, digest = bundle
    store = open_store("s3://bucket/artifacts", "team")
    store.commit(directory, f"models/{digests.hex_of(digest)}", "bundle.json")
    model = load(Source(store.uri(f"models/{digests.hex_of(digest)}"), digest), tmp_path / "cache")
    assert model.digest == digest
    assert model.engine.infer({"X": np.zeros((1, 3), np.float32)})["label"].shape == (1,)


@pytest.mark.usefixtures("s3")
def test_a_bundle_that_s3_lacks_is_said(tmp_path: Path):
    with pytest.raises(CannotServe, match=r"s3://bucket/models/nothing/bundle\.json: not found"):
        load(Source("s3://bucket/models/nothing"), tmp_path)
