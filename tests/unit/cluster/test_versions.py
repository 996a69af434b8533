"""One version of everything, wherever it has to be written twice."""

import re
from pathlib import Path

import pytest

from cluster import build, versions
from cluster.paths import PACKAGE, REPOSITORY

DOCKERFILES = [REPOSITORY / folder / "Dockerfile" for folder in ("operator", "serving", "jobs")]


def pins() -> dict[str, str]:
    return {name: value for name, value in vars(versions).items() if name.isupper() and isinstance(value, str)}


@pytest.mark.parametrize("name", [name for name in pins() if not name.endswith(("IMAGE", "RELEASE"))])
def test_a_version_is_exact(name: str) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", pins()[name])


def test_kubernetes_is_built_from_the_version_that_it_says() -> None:
    module = (PACKAGE / "go" / "kubernetes" / "go.mod").read_text()
    assert f"k8s.io/kubernetes v{versions.KUBERNETES}\n" in module


def test_all_of_kubernetes_has_one_version() -> None:
    module = (PACKAGE / "go" / "kubernetes" / "go.mod").read_text()
    library = "v0." + versions.KUBERNETES.split(".", 1)[1]
    replaced = re.findall(r"^\t(\S+) => (\S+) (\S+)$", module, flags=re.MULTILINE)
    assert len(replaced) > 30
    assert all(name == other and version == library for name, other, version in replaced)


@pytest.mark.parametrize(
    ("folder", "requirement"),
    [
        ("etcd", f"go.etcd.io/etcd/server/v3 v{versions.ETCD}"),
        ("coredns", f"github.com/coredns/coredns v{versions.COREDNS}"),
        ("flux", f"github.com/fluxcd/source-controller v{versions.FLUX} // indirect"),
        ("flux", f"github.com/fluxcd/kustomize-controller v{versions.FLUX} // indirect"),
        ("h2spec", f"github.com/summerwind/h2spec v{versions.H2SPEC}+incompatible"),
    ],
)
def test_a_module_of_ours_requires_the_pinned_version(folder: str, requirement: str) -> None:
    assert requirement in (PACKAGE / "go" / folder / "go.mod").read_text()


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.parent.name)
def test_an_image_is_built_by_the_pinned_tools_on_the_pinned_base(dockerfile: Path) -> None:
    words = dockerfile.read_text()
    locked = (REPOSITORY / "requirements.txt").read_text()
    assert f"ARG UV_VERSION={versions.UV}\n" in words
    named = r"^ARG (HATCHLING|MYPY|SETUPTOOLS|TYPES_PROTOBUF)_VERSION=(\S+)$"
    builders = dict(re.findall(named, words, flags=re.MULTILINE))
    assert builders
    for name, version in builders.items():
        assert re.search(rf"^{name.lower().replace('_', '-')}=={re.escape(version)} ", locked, flags=re.MULTILINE)
    assert f"FROM {versions.BASE_IMAGE} AS python\n" in words


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.parent.name)
def test_an_image_runs_as_a_user_that_kubernetes_can_see_is_not_root(dockerfile: Path) -> None:
    final = dockerfile.read_text().rpartition("\nFROM ")[2]
    assert "USER 65532:65532\n" in final


def test_a_build_of_another_recipe_lies_elsewhere_in_the_cache() -> None:
    one = build.Build("x", "1.0.0", ("x",), packages=("example.com/x@v1.0.0",))
    other = build.Build("x", "1.0.0", ("x",), packages=("example.com/x@v1.0.0",), tags="small")
    assert one.home() != other.home()
