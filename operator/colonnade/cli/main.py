"""`kubectl colonnade`: all commands, and what becomes of their errors."""

import logging
import sys

import typer

from colonnade.cli.approval import approve, reject
from colonnade.cli.compare import compare
from colonnade.cli.drift import drift
from colonnade.cli.errors import UsageError
from colonnade.cli.forget import forget
from colonnade.cli.keeping import audit, backup, diff, gc, restore, rotate
from colonnade.cli.options import flags_before_the_command
from colonnade.cli.pull import pull
from colonnade.cli.push import push
from colonnade.cli.refresh import refresh
from colonnade.cli.report import report
from colonnade.cli.reproduce import reproduce
from colonnade.cli.rollout import abort, promote, retry, undo
from colonnade.cli.status import status
from colonnade.cli.tags import hold, release, tag
from colonnade.cli.terminal import say
from colonnade.cli.tree import tree
from colonnade.cli.trials import trials
from colonnade.cli.verify import verify
from colonnade.cli.versions import versions
from colonnade_access.errors import ColonnadeError

app = typer.Typer(
    name="kubectl colonnade",
    help="Data, models and their rollouts on this cluster. Exit codes: 0 done, 1 not done, 2 command line wrong.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.callback()(flags_before_the_command)
for command in (
    status,
    tree,
    versions,
    trials,
    verify,
    compare,
    reproduce,
    push,
    pull,
    refresh,
    report,
    drift,
    promote,
    abort,
    retry,
    undo,
    approve,
    reject,
    tag,
    hold,
    release,
    diff,
    audit,
    backup,
    restore,
    rotate,
    gc,
    forget,
):
    app.command()(command)


# An answer of ours says what urllib3 would warn of at each try.
logging.getLogger("urllib3").setLevel(logging.ERROR)


def main() -> None:
    """The console script."""
    try:
        app()
    except ColonnadeError as error:
        say(f"error: {error}")
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except KeyboardInterrupt:
        sys.exit(130)
