"""Behind a proxy with a path prefix."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from colonnade_serving import prefix
from tests.serving.process import Served, row, run, serving


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ([], "/conf"),
        ([b"/ml"], "/ml"),
        ([b"/ml/"], "/ml"),
        ([b"/a, /b/"], "/a/b"),
        ([b"/a", b"/b"], "/a/b"),
        ([b"/namespaces/n/deployments/d/"], "/namespaces/n/deployments/d"),
        ([b"/"], ""),
        ([b""], ""),
        ([b"ml"], "/conf"),
        ([b"//evil.example"], "/conf"),
        ([b"/a//b"], "/conf"),
        ([b'/"><script>'], "/conf"),
        ([b"/a b"], "/conf"),
        ([b"/\xe4"], "/conf"),
        ([b"/a\\b"], "/conf"),
        ([b"https://evil.example"], "/conf"),
    ],
)
def test_only_a_path_is_a_prefix(sent: list[bytes], found: str):
    assert prefix.of([(b"host", b"x"), *((b"x-forwarded-prefix", value) for value in sent)], "/conf") == found


def test_a_prefix_as_our_own_paths_begin_is_never_taken_off():
    assert prefix.without("/v2", "/v2/models/m") == "/v2/models/m"


@pytest.mark.parametrize(
    ("path", "rest"),
    [("/ml/v2", "/v2"), ("/v2", "/v2"), ("/ml", "/"), ("/ml/", "/"), ("/mlops/v2", "/mlops/v2"), ("/", "/")],
)
def test_a_prefix_is_taken_off_where_it_was_kept(path: str, rest: str):
    assert prefix.without("/ml", path) == rest


@pytest.fixture(scope="module")
def served(logistic: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    with serving(folder, str(logistic), "--root-path=/ml/") as running:
        yield running


@pytest.mark.parametrize("before", ["", "/ml"])
@pytest.mark.parametrize("headers", [{}, {"x_request_timeout_ms": "x"}], ids=["quick", "in words"])
def test_requests_are_answered_with_the_prefix_and_without(served: Served, before: str, headers: dict[str, str]):
    for _ in range(2):
        answer = served.ask("POST", f"{before}/v2/models/logistic/infer", row(1, 2, 3), **headers)
        assert answer.status == (400 if headers else 200)
    for path in ("/v2", "/v2/models/logistic/", "/docs", "/metrics"):
        assert served.ask("GET", before + path).status == 200


@pytest.mark.parametrize(
    ("headers", "before"), [({}, "/ml"), ({"x_forwarded_prefix": "/a"}, "/a"), ({"x_forwarded_prefix": "//b"}, "/ml")]
)
def test_what_it_says_of_its_urls_has_the_prefix(served: Served, headers: dict[str, str], before: str):
    assert served.ask("GET", "/openapi.json", **headers).json()["servers"] == [{"url": before}]
    assert f'"{before}/openapi.json"' in served.ask("GET", "/docs", **headers).body.decode()
    root = served.ask("GET", "/", **headers).json()
    assert root["docs"] == f"{before}/docs"
    assert root["models"][0]["url"] == f"{before}/v2/models/logistic"


def test_a_prefix_that_is_kept_is_known_by_its_header(served: Served):
    kept = {"x_forwarded_prefix": "/a"}
    assert served.ask("POST", "/a/v2/models/logistic/infer", row(1, 2, 3), **kept).status == 200
    assert served.ask("GET", "/a/v2", **kept).status == 200
    assert served.ask("GET", "/a/v2").status == 404


@pytest.mark.parametrize("prefix", ["ml", "//ml", "/m l", "http://ml", "/v2"])
def test_a_root_path_that_is_none_is_refused(prefix: str, logistic: Path):
    ended = run(str(logistic), f"--root-path={prefix}")
    assert ended.returncode == 2
    assert "--root-path" in ended.stderr
