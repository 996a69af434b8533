"""What the servers need, made once under the cache: virtual environments, models, programs."""

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from cluster.build import Build, ensure_built, program
from cluster.debian import ensure_installed
from cluster.golang import go
from cluster.locks import locked
from cluster.shell import run
from tests.bench.environments import home, made, virtual_environment

from . import bundles
from .cases import MODELS, Case
from .registry import OURS, SYSTEM, Server

HERE = Path(__file__).resolve().parent
SERVERS = HERE / "servers"
# onnxruntime's C headers, which its wheel lacks; the API only grows, so an older release's are good.
HEADERS = "github.com/yalue/onnxruntime_go@v1.27.0"
VEGETA = Build("vegeta", "12.13.0", ("vegeta",), packages=("github.com/tsenart/vegeta/v12@v12.13.0",))
GHZ = Build("ghz", "0.93.0", ("ghz",), packages=("github.com/bojand/ghz/cmd/ghz@v0.93.0",))


def prepare(chosen: Sequence[Server]) -> None:
    """Makes all that these servers and their load need; says what it is at, and does nothing twice."""
    venvs = {server.venv for server in chosen} - {OURS}
    ensure_installed(["wrk", *(["nginx-light"] if SYSTEM in venvs and not shutil.which("nginx") else [])])
    ensure_built((VEGETA, GHZ) if any(server.rpc for server in chosen) else (VEGETA,))
    with locked(home() / "lock"):
        models()
        for venv in sorted(venvs):
            binaries(venv)


def vegeta() -> Path:
    return program(VEGETA, "vegeta")


def ghz() -> Path:
    return program(GHZ, "ghz")


def models() -> Path:
    """The folder with cases.json, and for each model one with model.onnx, training.npy and bundle/."""
    recipe = HERE / "make_models.py"

    def make(folder: Path) -> None:
        run([binaries("models") / "python", recipe, folder])
        for name in MODELS:
            bundles.write(folder / name, folder / name / "bundle")

    return made("models", [recipe, HERE / "bundles.py", SERVERS / "models" / "requirements.lock"], make)


def case(model: str) -> Case:
    return Case.read(models(), model)


def binaries(venv: str) -> Path:
    """The folder of its programs: `python` and what its packages brought."""
    if venv == OURS:
        return Path(sys.prefix) / "bin"
    if venv == SYSTEM:
        return Path("/usr/bin")
    return _cpp() if venv == "cpp" else _virtual_environment(venv) / "bin"


def _virtual_environment(name: str) -> Path:
    return virtual_environment(name, SERVERS / name / "requirements.lock")


def _cpp() -> Path:
    """The C++ yardstick, linked to the very onnxruntime that the thin servers use."""
    library = next(
        _virtual_environment("thin").glob("lib/python3.*/site-packages/onnxruntime/capi/libonnxruntime.so.*")
    )

    def make(folder: Path) -> None:
        (folder / "libonnxruntime.so.1").symlink_to(library)
        source, headers = SERVERS / "cpp" / "server.cc", _headers()
        compiler = ["g++", "-O3", "-march=native", "-std=c++17", f"-I{headers}"]
        run([*compiler, source, "-o", folder / "server", library, "-Wl,-rpath,$ORIGIN"])

    ensure_installed(["g++"])
    return made("cpp", [SERVERS / "cpp" / "server.cc", SERVERS / "thin" / "requirements.lock"], make)


def _headers() -> Path:
    told = run([go(), "mod", "download", "-json", HEADERS], cwd=home(), env={"GOFLAGS": "-mod=mod"})
    return Path(json.loads(told)["Dir"])
