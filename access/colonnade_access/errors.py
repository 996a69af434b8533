"""What goes wrong, in people's words."""


class ColonnadeError(Exception):
    """The message says what happened, to what, and what to do."""
