"""Pages from elsewhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving.process import Served, row, run, serving

INFER = "/v2/models/logistic/infer"
APP = "https://app.example"


@pytest.fixture(scope="module")
def served(logistic: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "token").write_text("s3cret")
    options = (f"--cors-origins={APP}, http://localhost:3000", f"--bearer-token-file={folder}/token")
    with serving(folder, str(logistic), *options) as running:
        yield running


@pytest.mark.parametrize("path", [INFER, "/v2", "/v1/models/logistic:predict"])
def test_browsers_get_leave_without_a_token(served: Served, path: str):
    asks = {"access_control_request_method": "POST", "access_control_request_headers": "authorization, content-type"}
    leave = served.ask("OPTIONS", path, origin=APP, **asks)
    assert (leave.status, leave.headers["access-control-allow-origin"]) == (200, APP)
    assert "POST" in leave.headers["access-control-allow-methods"]
    assert "authorization" in leave.headers["access-control-allow-headers"].lower()
    other = served.ask("OPTIONS", path, origin="https://evil.example", **asks)
    assert "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize("origin", [APP, "http://localhost:3000"])
def test_each_answer_may_be_read_by_those_pages(served: Served, origin: str):
    with_token = {"authorization": "Bearer s3cret", "origin": origin}
    for _ in range(3):
        for body, status in ((row(1, 2, 3), 200), (row(1), 400)):
            answer = served.ask("POST", INFER, body, **with_token)
            assert (answer.status, answer.headers["access-control-allow-origin"]) == (status, origin)
            assert "x-request-id" in answer.headers["access-control-expose-headers"]
    assert served.ask("POST", INFER, row(1, 2, 3), origin=origin).headers["access-control-allow-origin"] == origin


def test_not_by_others(served: Served):
    answer = served.ask("POST", INFER, row(1, 2, 3), authorization="Bearer s3cret", origin="https://evil.example")
    assert "access-control-allow-origin" not in answer.headers
    same = served.ask("POST", INFER, row(1, 2, 3), authorization="Bearer s3cret")
    assert (same.status, "access-control-allow-origin" in same.headers) == (200, False)


def test_it_is_off_by_default(logistic: Path, tmp_path: Path):
    with serving(tmp_path, str(logistic)) as served:
        assert "access-control-allow-origin" not in served.ask("POST", INFER, row(1, 2, 3), origin=APP).headers
        assert served.ask("OPTIONS", INFER, origin=APP, access_control_request_method="POST").status == 405


@pytest.mark.parametrize("origins", ["app.example", "https://app.example/path", "https://a.example,,", "null"])
def test_what_is_no_origin_is_refused(logistic: Path, origins: str):
    ended = run(str(logistic), f"--cors-origins={origins}")
    assert ended.returncode == 2
    assert "--cors-origins" in ended.stderr
