"""What a server says of a classifier that came with a ZipMap."""

import json
from pathlib import Path

from tests.serving.process import row, serving
from tests.unit.serving.modelfile.test_zipmap import CLASSES, default_export

__all__ = ["default_export"]


def test_the_classes_are_told_at_the_start_in_the_metadata_and_in_the_configuration(
    default_export: Path, tmp_path: Path
):
    with serving(tmp_path, str(default_export)) as served:
        told = served.logged("an output's ZipMap is left out: it is a tensor, a column a class")
        label, probability = served.ask("GET", "/v2/models/default").json()["outputs"]
        config = served.ask("GET", "/v2/models/default/config").json()
        answer = served.ask("POST", "/v2/models/default/infer", row(0.1, 0.2, 0.3, 0.4)).json()
    assert (told["model"], told["output"], told["classes"]) == ("default", "output_probability", CLASSES)
    assert label == {"name": "output_label", "datatype": "BYTES", "shape": [-1]}
    assert probability["parameters"] == {"classes": CLASSES}
    assert json.loads(config["parameters"]["classes.output_probability"]["string_value"]) == CLASSES
    assert [output["shape"] for output in answer["outputs"]] == [[1], [1, 3]]
