"""What is built from Go modules, once for each version, into the cache."""

import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cluster import versions
from cluster.golang import go
from cluster.locks import locked
from cluster.paths import PACKAGE, cache
from cluster.shell import MINUTES, run
from cluster.steps import step

KUBERNETES_PROGRAMS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy", "kubelet")
BUILD_LIMIT_SECONDS = 60 * MINUTES


@dataclass(frozen=True)
class Build:
    """One module's programs: from a module of ours (`sources`: its main package, or `packages` of it and of those that
    it requires), or straight from the module (`packages` alone)."""

    name: str
    version: str
    programs: tuple[str, ...]
    sources: Path | None = None
    packages: tuple[str, ...] = ()
    tags: str = ""
    stamps: tuple[str, ...] = ()  # "package.variable=value", for what the programs say of themselves
    crds: tuple[
        str, ...
    ] = ()  # modules whose CustomResourceDefinitions are to lie in a folder `crds` beside the programs

    def home(self) -> Path:
        return cache() / "bin" / f"{self.name}-{self.version}-{self.digest()}"

    def digest(self) -> str:
        """Tells apart builds of one version from different recipes."""
        recipe = hashlib.sha256(repr((self.programs, self.packages, self.tags, self.stamps)).encode())
        recipe.update("".join(self.crds).encode())
        for source in sorted(self.sources.rglob("*")) if self.sources else ():
            if source.is_file():
                recipe.update(source.name.encode() + source.read_bytes())
        return recipe.hexdigest()[:8]

    def arguments(self) -> list[str]:
        stamps = " ".join(f"-X {stamp}" for stamp in self.stamps)
        return ["-trimpath", "-tags", self.tags, "-ldflags", f"-s -w {stamps}".strip()]


def ours(name: str, version: str, programs: tuple[str, ...], *stamps: str) -> Build:
    return Build(name, version, programs, sources=PACKAGE / "go" / name, stamps=stamps)


VERSION = "k8s.io/component-base/version"
KUBERNETES = ours(
    "kubernetes",
    versions.KUBERNETES,
    KUBERNETES_PROGRAMS,
    f"{VERSION}.gitVersion=v{versions.KUBERNETES}",
    f"{VERSION}.gitMajor={versions.KUBERNETES.split('.')[0]}",
    f"{VERSION}.gitMinor={versions.KUBERNETES.split('.')[1]}",
)
ETCD = ours("etcd", versions.ETCD, ("etcd",))
COREDNS = ours("coredns", versions.COREDNS, ("coredns",))
CONTAINERD = Build(
    "containerd",
    versions.CONTAINERD,
    ("containerd", "containerd-shim-runc-v2", "ctr"),
    packages=tuple(
        f"github.com/containerd/containerd/v2/cmd/{program}@v{versions.CONTAINERD}"
        for program in ("containerd", "containerd-shim-runc-v2", "ctr")
    ),
    stamps=(f"github.com/containerd/containerd/v2/version.Version=v{versions.CONTAINERD}",),
)
HELM = Build(
    "helm",
    versions.HELM,
    ("helm",),
    packages=(f"helm.sh/helm/v4/cmd/helm@v{versions.HELM}",),
    stamps=(f"helm.sh/helm/v4/internal/version.version=v{versions.HELM}",),
)
PROMETHEUS = Build(
    "prometheus",
    versions.PROMETHEUS,
    ("prometheus",),
    packages=(f"github.com/prometheus/prometheus/cmd/prometheus@v{versions.PROMETHEUS_MODULE}",),
    tags="remove_all_sd,enable_kubernetes_sd",
    stamps=(f"github.com/prometheus/common/version.Version={versions.PROMETHEUS}",),
)
LOCAL_PATH = Build(
    "local-path-provisioner",
    versions.LOCAL_PATH_PROVISIONER,
    ("local-path-provisioner",),
    packages=(f"github.com/rancher/local-path-provisioner@v{versions.LOCAL_PATH_PROVISIONER}",),
)
H2SPEC = ours("h2spec", versions.H2SPEC, ("h2spec",))
"""No part of the cluster: the serving runtime is tried with it."""
FLUX = Build(
    "flux",
    versions.FLUX,
    ("source-controller", "kustomize-controller", "kstatus"),
    sources=PACKAGE / "go" / "flux",
    packages=("github.com/fluxcd/source-controller", "github.com/fluxcd/kustomize-controller", "./kstatus"),
    crds=("github.com/fluxcd/source-controller", "github.com/fluxcd/kustomize-controller"),
)
"""No part of the cluster either: the tests of GitOps apply manifests from Git with it."""

CONTROL_PLANE = (KUBERNETES, ETCD)
ALL = (KUBERNETES, ETCD, CONTAINERD, COREDNS, HELM, PROMETHEUS, LOCAL_PATH)
TESTED_WITH = (H2SPEC, FLUX)


def ensure_built(builds: Sequence[Build] = ALL) -> None:
    """Builds what isn't in the cache yet; a second call builds nothing."""
    if all(build.home().exists() for build in builds):
        return
    with locked(cache() / "build.lock"):
        missing = [build for build in builds if not build.home().exists()]
        for number, build in enumerate(missing, start=1):
            with step(f"build {build.name} {build.version} ({number} of {len(missing)})"):
                _build(build)


def build_everything() -> None:
    """What the cluster is made of, and what it is tested with."""
    ensure_built((*ALL, *TESTED_WITH))


def program(build: Build, name: str) -> Path:
    return build.home() / name


def _build(build: Build) -> None:
    unfinished = build.home().with_name(f"{build.home().name}.{os.getpid()}")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    env = {"CGO_ENABLED": "0", "GOBIN": str(unfinished), "GOFLAGS": "-buildvcs=false"}
    if build.sources:
        packages, out = (build.packages, f"{unfinished}/") if build.packages else ((".",), unfinished / build.name)
        run(
            [go(), "build", "-mod=readonly", *build.arguments(), "-o", out, *packages],
            cwd=build.sources,
            env=env,
            timeout_seconds=BUILD_LIMIT_SECONDS,
        )
        for name in build.programs:
            if not build.packages and name != build.name:
                (unfinished / name).symlink_to(build.name)
    else:
        run([go(), "install", *build.arguments(), *build.packages], env=env, timeout_seconds=BUILD_LIMIT_SECONDS)
    for module in build.crds:
        found = run([go(), "list", "-m", "-f", "{{.Dir}}", module], cwd=build.sources).strip()
        (unfinished / "crds").mkdir(exist_ok=True)
        for crd in Path(found, "config", "crd", "bases").glob("*.yaml"):
            shutil.copyfile(crd, unfinished / "crds" / crd.name)
    shutil.rmtree(build.home(), ignore_errors=True)
    unfinished.rename(build.home())  # appears whole or not at all
