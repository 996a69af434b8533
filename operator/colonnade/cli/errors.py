"""What goes wrong, in people's words, and the exit code that scripts see."""

from collections.abc import Iterable


class CliError(Exception):
    """Ends the command with this message and exit code 1; the message says what to do."""

    exit_code = 1


class UsageError(CliError):
    """The command line itself is wrong: exit code 2, as the shell's own tools do."""

    exit_code = 2


class NotFound(CliError):
    """No object of this name; the message lists those that there are."""

    def __init__(self, what: str, namespace: str, existing: Iterable[str]) -> None:
        names = sorted(existing)
        kind = what.partition("/")[0]
        nothing = f"there is none; look in another namespace with -n, or see `kubectl get {kind} -A`"
        there = f"there are: {', '.join(names)}" if names else nothing
        super().__init__(f"{what} is not in namespace {namespace}; {there}")
