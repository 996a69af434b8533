"""Text models: scikit-learn's exporter leaves the locale to onnxruntime, which then wants en_US.UTF-8."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from skl2onnx import to_onnx
from skl2onnx.common.data_types import StringTensorType
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from colonnade_serving.engine import Engine
from tests.serving.process import run

TEXTS = ["good day", "bad day", "Good one", "BAD one"]


def tfidf(path: Path, **options: object) -> Path:
    """A classifier of texts, text BYTES [-1, 1]. options: of its TfidfVectorizer's export."""
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(TEXTS, [1, 0, 1, 0])
    chosen = {TfidfVectorizer: options} if options else None
    onnx.save(to_onnx(model, initial_types=[("text", StringTensorType([None, 1]))], options=chosen), path)
    return path


def test_where_the_locale_is_missing_the_server_ends_and_says_how_to_export(tmp_path: Path):
    ended = run(str(tfidf(tmp_path / "tfidf.onnx")), "--http-port=0", LOCPATH=str(tmp_path))
    said = json.loads(ended.stderr.splitlines()[-1])["message"]
    assert ended.returncode == 1
    assert "tfidf.onnx can't be loaded: its StringNormalizer wants the locale en_US.UTF-8, which this machine" in said
    assert "options={TfidfVectorizer: {'locale': 'C.UTF-8'}}" in said
    assert "localedef -i en_US -f UTF-8 en_US.UTF-8" in said
    assert "onnxruntime_src" not in ended.stderr


def test_exported_as_it_says_it_needs_no_locale_but_debians_own(tmp_path: Path):
    engine = Engine(tfidf(tmp_path / "tfidf.onnx", locale="C.UTF-8"))
    labels = engine.infer({"text": np.array([["GOOD day"], ["Bad day"]], object)})["output_label"]
    assert labels.tolist() == [1, 0]


@pytest.mark.parametrize("image", ["serving", "jobs"])
def test_what_the_image_brings_is_the_locale_that_is_wanted(image: str, tmp_path: Path):
    root = Path(__file__).parents[2]
    written = (root / image / "Dockerfile").read_text()
    command = next(line for line in written.splitlines() if "localedef" in line)
    assert "--no-archive -i en_US -f UTF-8 en_US.UTF-8" in command
    assert "COPY --from=locale /usr/lib/locale/en_US.utf8 /usr/lib/locale/en_US.utf8" in written
