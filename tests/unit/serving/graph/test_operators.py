"""Each operator that has a rule: a graph of it that is declared apart answers alone as in a batch."""

from pathlib import Path

import numpy as np
import pytest
from onnx import ModelProto, parser

from colonnade_serving.graph import Graph, objection
from colonnade_serving.graph.rules import RULES
from tests.unit.serving.graph import drawing

CONSTANTS = {
    "c": "<value=float {0.5}>",
    "d": "<value=float {2.5}>",
    "zero": "<value_ints=[0]>",
    "one": "<value_ints=[1]>",
    "four": "<value_ints=[4]>",
}
ROWS = np.random.default_rng(5).permutation(30).reshape(5, 6).astype(np.float32) / 4 - 4


def texts() -> dict[str, str]:
    """The nodes of operators.txt by OPERATOR@OPSET."""
    found: dict[str, str] = {}
    name = ""
    for line in Path(__file__).with_name("operators.txt").read_text().splitlines():
        if line.endswith(":") and not line.startswith((" ", "#")):
            name = line[:-1]
        elif line.startswith(" "):
            found[name] = f"{found.get(name, '')} {line.strip()}"
    return found


TEXTS = texts()


def graph(name: str) -> ModelProto:
    operator, _, opset = name.partition("@")
    opsets = f'"" : {opset}, "ai.onnx.ml" : {5 if operator.endswith("Ensemble") else 3}, "com.microsoft" : 1'
    text = TEXTS[name]
    constants = " ".join(
        f"{name} = Constant {value} ()" for name, value in CONSTANTS.items() if f" {name} = Constant" not in text
    )
    header = f"<ir_version: 10, opset_import: [{opsets}]> g (float[N,6] X) => (float[N,M] Y)"
    return parser.parse_model(f"{header} {{ {constants} {text} }}")


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_it_answers_alone_as_in_a_batch(name: str):
    model = graph(name)
    assert name.partition("@")[0] in {node.operator for node in Graph.of(model).nodes}
    assert str(objection(model) or "") == ""
    both = drawing.answers(model, ROWS)
    assert both is not None
    assert drawing.agree(*both)
    assert len(np.unique(both[1], axis=0)) > 1


def test_no_operator_has_a_rule_that_is_not_tried():
    drawn: set[str] = set()
    for seed in range(600):
        model, _ = drawing.draw(seed)
        if objection(model) is None:
            drawn |= {node.operator for node in Graph.of(model).nodes}
    assert sorted(set(RULES) - drawn - {name.partition("@")[0] for name in TEXTS}) == []
