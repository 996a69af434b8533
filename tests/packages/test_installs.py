"""Made into sdist and wheel as their build-system tables say, and installed where nothing of ours has been."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGES = ("api", "access", "operator", "serving", "jobs", "client")
COMMANDS = ("kubectl-colonnade", "colonnade-serve", "colonnade-jobs")
IGNORED = shutil.ignore_patterns("build", "*.so", "*.egg-info", "__pycache__", ".mypy_cache", "built.py")


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository as it is cloned: the settings of the whole of it stand above each package."""
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copy(REPOSITORY / "pyproject.toml", folder)
    for package in PACKAGES:
        shutil.copytree(REPOSITORY / package, folder / package, ignore=IGNORED)
    return folder


@pytest.fixture(scope="module")
def wheels(checkout: Path) -> Path:
    """A wheel of each, made from its sdist alone."""
    tools = environment(checkout / "tools")
    run(tools / "pip", "install", "--quiet", "build", cwd=checkout)
    for package in PACKAGES:
        run(tools / "python", "-m", "build", "--outdir", "dist", package, cwd=checkout)
    return checkout / "dist"


@pytest.fixture(scope="module")
def installed(checkout: Path, wheels: Path) -> Path:
    """All of them, with what they ask for, and nothing else."""
    binaries = environment(checkout / "env")
    run(binaries / "pip", "install", "--quiet", *sorted(wheels.glob("*.whl")), cwd=checkout)
    return binaries


def environment(folder: Path) -> Path:
    run(sys.executable, "-m", "venv", folder, cwd=REPOSITORY)
    return folder / "bin"


def test_each_package_is_an_sdist_and_a_wheel(wheels: Path) -> None:
    made = {path.name.split("-")[0] for path in wheels.glob("*.tar.gz")}
    assert made == {path.name.split("-")[0] for path in wheels.glob("*.whl")}
    assert made == {
        "colonnade",
        "colonnade_access",
        "colonnade_api",
        "colonnade_client",
        "colonnade_jobs",
        "colonnade_serving",
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_runs(installed: Path, command: str, tmp_path: Path) -> None:
    assert "Usage" in run(installed / command, "--help", cwd=tmp_path)


def test_the_hot_path_of_the_wheel_is_compiled(installed: Path, tmp_path: Path) -> None:
    where = "import colonnade_serving.protocol.request as it; print(it.__file__)"
    assert run(installed / "python", "-c", where, cwd=tmp_path).strip().endswith(".so")


def test_no_package_needs_what_it_did_not_ask_for(installed: Path, tmp_path: Path) -> None:
    assert "No broken requirements" in run(installed / "pip", "check", cwd=tmp_path)
    run(installed / "python", "-c", "import colonnade.runtime.operator, colonnade.router.agent", cwd=tmp_path)


def test_the_client_brings_little_along(checkout: Path, wheels: Path, tmp_path: Path) -> None:
    binaries = environment(checkout / "notebook")
    needed = [next(wheels.glob(f"colonnade_{name}-*.whl")) for name in ("api", "access", "client")]
    run(binaries / "pip", "install", "--quiet", *needed, cwd=checkout)
    assert "No broken requirements" in run(binaries / "pip", "check", cwd=tmp_path)
    brought = {line.partition("==")[0] for line in run(binaries / "pip", "freeze", cwd=tmp_path).splitlines()}
    assert not brought & {"colonnade", "kopf", "grpcio", "typer", "onnxruntime", "scikit-learn", "polars", "duckdb"}
    told = "import colonnade_client as it; from colonnade_client import libraries; libraries.load('polars')"
    said = subprocess.run([binaries / "python", "-c", told], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert 'pip install "colonnade-client[polars]"' in said.stderr


def test_what_a_build_leaves_behind_is_none_of_the_checks(tmp_path: Path) -> None:
    """setuptools builds in place: its copies of the sources must not be linted or typed as ours."""
    left = REPOSITORY / "serving/build/lib-left-behind/colonnade_serving/broken.py"
    left.parent.mkdir(parents=True, exist_ok=True)
    try:
        left.write_text("import os\nx: int = 'no'\n")
        run(sys.executable, "-m", "ruff", "check", "--quiet", "serving", cwd=REPOSITORY)
        run(sys.executable, "-m", "mypy", "serving", cwd=REPOSITORY)
    finally:
        shutil.rmtree(REPOSITORY / "serving/build/lib-left-behind")
