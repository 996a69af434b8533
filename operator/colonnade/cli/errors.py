"""What a command can't do, and the command line that it can't read."""

from colonnade_access.errors import ColonnadeError


class CliError(ColonnadeError):
    """Ends the command with this message and exit code 1; the message says what to do."""


class UsageError(CliError):
    """The command line itself is wrong: exit code 2, as the shell's own tools do."""
