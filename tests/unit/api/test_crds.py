"""The files in crds/ and in the chart: as the types say, and found out when they are not."""

from pathlib import Path

import pytest
import yaml

from colonnade_api import KINDS
from colonnade_api.crds import files as crds
from colonnade_api.crds.__main__ import main
from colonnade_api.crds.definition import definition


def test_what_is_committed_is_what_the_types_say() -> None:
    assert crds.drifted(crds.REPOSITORY) == []


def test_a_second_writing_changes_nothing(tmp_path: Path) -> None:
    assert len(crds.write(tmp_path)) == 2 * len(KINDS)
    assert crds.write(tmp_path) == []


def test_a_hand_that_edits_a_crd_is_found_out(tmp_path: Path) -> None:
    crds.write(tmp_path)
    edited = tmp_path / crds.PLAIN / "datasets.yaml"
    edited.write_text(edited.read_text() + "# mine\n")
    assert crds.drifted(tmp_path) == [edited]


def test_the_crd_of_a_kind_that_is_no_more_goes(tmp_path: Path) -> None:
    crds.write(tmp_path)
    left = tmp_path / crds.CHART / "pipelines.yaml"
    left.write_text("kind: CustomResourceDefinition\n")
    assert crds.write(tmp_path) == [left]
    assert not left.exists()


def test_checking_names_the_file_and_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    crds.write(tmp_path)
    (tmp_path / crds.PLAIN / "datasets.yaml").unlink()
    monkeypatch.setattr("colonnade_api.crds.__main__.REPOSITORY", tmp_path)
    monkeypatch.setattr("sys.argv", ["crds", "--check"])
    assert main() == 1
    assert capsys.readouterr().out == "crds/datasets.yaml: is not what the types say; run `make crds`\n"


def test_the_charts_copy_differs_only_in_its_guards() -> None:
    for kind in KINDS:
        template = (crds.REPOSITORY / crds.CHART / f"{kind.names.plural}.yaml").read_text()
        assert "{{- if .Values.crds.enabled }}" in template
        assert "helm.sh/resource-policy: keep" in template
        bare = (
            template.replace(crds.KEEP, "").replace("{{- if .Values.crds.enabled }}\n", "").replace("{{- end }}\n", "")
        )
        assert yaml.safe_load(bare.replace('{{ "{{" }}', "{{")) == definition(kind)
