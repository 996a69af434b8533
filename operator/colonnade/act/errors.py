"""What stands in the way of an object that we need."""


class NotOwned(Exception):
    """An object of the name belongs to someone else, and is left alone."""


class Terminating(Exception):
    """An object of the name is on its way out; it only has to be waited for."""
