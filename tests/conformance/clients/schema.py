"""schemathesis: made-up requests by the server's own OpenAPI, and answers held against it."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from harness import Target, check, main

QUIET = ("--no-color", "--warnings", "off", "--max-examples", "8", "--seed", "1")


CONFIG = """
[generation]
allow-extra-parameters = false
[checks.negative_data_rejection]
expected-statuses = ["400", "403", "404", "405", "413", "415", "422", "5xx"]
[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", "503", "504"]
[[operations]]
include-path-regex = "(/infer|:predict)$"
checks.positive_data_acceptance.enabled = false
"""
"""No server refuses headers that it doesn't know. A list that is too long is too large (413): that is a refusal. A
deadline of a microsecond is missed (503, 504). And no schema can say that a body's shape and data agree with the
model's: what fits it may be refused."""


def run(target: Target, config: str, *options: str) -> None:
    assert target.openapi, "the server has no OpenAPI"
    program = Path(sys.executable).with_name("schemathesis")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "schemathesis.toml").write_text(config + CONFIG)
        command = [program, "--config-file", "schemathesis.toml", "run", target.url + target.openapi]
        ended = subprocess.run(
            [*command, "--url", target.url, *QUIET, *options],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
    assert ended.returncode == 0, _found(ended.stdout + ended.stderr)


def _found(said: str) -> str:
    first = re.search(r"=+ (?:FAILURES|ERRORS) =+\n(.*)", said, re.DOTALL)
    return first.group(1) if first else said[-300:]


NAMES = '[parameters]\nmodel = "{0}"\nmodel_name = "{0}"\nversion = "1"\n'
UNLOAD = "/unload$"
"""Not of models that the other clients ask for."""


@check("OpenAPI")
def made_up_requests_are_answered_as_it_says(target: Target) -> None:
    run(target, "", "--phases", "examples,coverage,fuzzing", "--exclude-path-regex", UNLOAD)


@check("OpenAPI")
def so_are_those_to_a_model_that_there_is(target: Target) -> None:
    chosen = ("--include-path-regex", "/models/{model", "--exclude-path-regex", "/repository/")
    run(target, NAMES.format("same_fp32"), "--phases", "examples,fuzzing", *chosen)


@check("OpenAPI")
def so_are_those_that_unload(target: Target) -> None:
    run(target, NAMES.format("other"), "--phases", "examples,coverage", "--include-path-regex", UNLOAD)


if __name__ == "__main__":
    main()
