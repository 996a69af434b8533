"""Every case of h2spec, its strict ones too, against the server as it runs."""

import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cluster.build import H2SPEC, ensure_built, program
from tests.ports import port
from tests.serving.process import serving
from tests.soak import model

CASES = 140
OF_BOTH_TONGUES = {"Sends invalid connection preface"}
"""The HTTP port takes what doesn't begin by HTTP/2's preface for HTTP/1.1: 400 in that tongue, and no GOAWAY."""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return model.bundle(tmp_path_factory.mktemp("model"))


@pytest.mark.parametrize(("tongues", "unlike"), [("gRPC", set()), ("both", OF_BOTH_TONGUES)])
def test_every_case_passes(tongues: str, unlike: set[str], bundle: Path, tmp_path: Path):
    ensure_built((H2SPEC,))
    own, report = port(), tmp_path / "report.xml"
    with serving(tmp_path, str(bundle), f"--grpc-port={own}") as served:
        asked = own if tongues == "gRPC" else served.port
        command = [str(program(H2SPEC, "h2spec")), f"-port={asked}", f"-report={report}", "-timeout=10s"]
        said = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False).stdout
        assert served.ask("GET", "/v2/health/ready").status == 200
    cases = list(ElementTree.parse(report).iter("testcase"))
    assert len(cases) > CASES, said[-2000:]
    assert {case.get("classname") for case in cases if case.find("skipped") is not None} == set()
    failed = {case.get("classname") for case in cases for kind in ("failure", "error") if case.find(kind) is not None}
    assert failed == unlike, said[-2000:]
