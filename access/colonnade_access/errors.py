"""What goes wrong, in people's words."""


class ColonnadeError(Exception):
    """The message says what happened, to what, and what to do."""


class Corrupt(ColonnadeError):
    """What came out of the store isn't what its digest names; nothing of it is handed out."""


class Encrypted(ColonnadeError):
    """The rows are encrypted, and this program has no key to them."""
