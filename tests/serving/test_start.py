"""What keeps a server from starting, and what it says before it starts."""

import shutil
import subprocess
import sys
from pathlib import Path

from colonnade_serving.compiled import PACKAGE
from colonnade_serving.usage import usage
from tests.serving.process import run


def test_a_server_whose_compiled_code_is_another_does_not_start(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / PACKAGE.name)
    with (tmp_path / PACKAGE.name / "clock.py").open("a") as source:
        source.write("# mended\n")
    serve = [sys.executable, "-c", "from colonnade_serving.main import main; main()", str(tmp_path)]
    ended = subprocess.run(serve, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "and would run in their place (clock.py)" in ended.stderr


def test_help_is_the_usage_and_says_defaults_and_variables():
    said = run("--help").stdout
    assert said == usage()
    for text in ("--http-port N", "COLONNADE_HTTP_PORT", "[8080]", "--model TEXT, --name TEXT", "What to serve"):
        assert text in said
