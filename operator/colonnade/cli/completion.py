"""What the shell may offer behind `kubectl colonnade`.

kubectl looks for a program `kubectl_complete-colonnade`, gives it the words so far (the last may be empty), and reads
cobra's protocol: one word a line, its description behind a tab, last a colon and a number that says what else to offer.
typer finds the words; `kubectl-colonnade --install-completion` is its own, for the program's own name.
"""

import io
import os
import shlex
import sys
from contextlib import redirect_stdout, suppress

from colonnade.cli.main import app

PROGRAM = "kubectl-colonnade"
ASKS = "_KUBECTL_COLONNADE_COMPLETE"
NOTHING_ELSE, FILES_TOO = ":4", ":0"


def complete() -> None:
    """The console script. typer's way of asking for fish has the lines that kubectl reads."""
    *before, word = sys.argv[1:] or [""]
    line = f"{shlex.join([PROGRAM, *before])} {shlex.quote(word) if word else ''}"
    asked = {ASKS: "complete_fish", "_TYPER_COMPLETE_FISH_ACTION": "get-args", "_TYPER_COMPLETE_ARGS": line}
    os.environ.update(asked)
    said = io.StringIO()
    try:
        with redirect_stdout(said), suppress(SystemExit):
            app(prog_name=PROGRAM, complete_var=ASKS)
    finally:
        for name in asked:
            del os.environ[name]
    found = said.getvalue().strip()
    print(f"{found}\n{NOTHING_ELSE}" if found else FILES_TOO)
