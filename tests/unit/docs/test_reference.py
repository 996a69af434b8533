from pathlib import Path
from typing import Any

import pytest
import yaml

from colonnade_api import wellknown
from docs.site.reference import chart, commands, kinds, metrics, settings

REPOSITORY = Path(__file__).resolve().parents[3]
CRDS = sorted((REPOSITORY / "crds").glob("*.yaml"))


def fields(schema: dict[str, Any]) -> set[str]:
    """Names of all fields, however deep."""
    inner = [*schema.get("properties", {}).values(), schema.get("items", {}), schema.get("additionalProperties", {})]
    deeper = [fields(each) for each in inner if isinstance(each, dict) and each]
    return set(schema.get("properties", {})).union(*deeper)


@pytest.mark.parametrize("crd", CRDS, ids=lambda path: path.stem)
def test_each_field_of_a_kind_has_a_row(crd: Path):
    found = yaml.safe_load(crd.read_text())
    text = kinds.pages(REPOSITORY)[Path(f"docs/reference/{found['spec']['names']['singular']}.md")]
    root = found["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]
    wanted = fields(root["spec"]) | fields(root["status"])
    assert [name for name in sorted(wanted) if f"| `{name}`<br>" not in text] == []


def test_each_setting_of_the_control_plane_is_described():
    classes = [each for _, each in settings.found()]
    assert len(classes) >= 2
    assert [name for each in classes for name, field in each.model_fields.items() if not field.description] == []


def test_each_value_of_the_chart_has_a_row_and_is_described():
    (text,) = chart.pages(REPOSITORY).values()
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert len(rows) > 50
    assert [row for row in rows if row.endswith("|  |")] == []


def test_each_command_is_described():
    programs = dict(commands.programs_of(("colonnade",)))
    assert "kubectl colonnade" in programs
    assert [name for program in programs.values() for name, each in program.commands.items() if not each.help] == []


def test_each_series_of_operator_and_router_has_a_row():
    (text,) = metrics.pages(REPOSITORY).values()
    assert "| `colonnade_operator_pass_duration_seconds`<br>histogram |" in text
    assert "| `colonnade_router_leased`<br>gauge |" in text
    assert "| `envoy_colonnade_tries`<br>counter |" in text


def test_each_command_by_annotation_is_on_the_reference_page():
    text = (REPOSITORY / "docs/reference/README.md").read_text()
    commands = {value for name, value in vars(wellknown).items() if name.endswith("_ANNOTATION")}
    assert sorted(value for value in commands - {wellknown.DIGEST_ANNOTATION} if f"`{value}`" not in text) == []
