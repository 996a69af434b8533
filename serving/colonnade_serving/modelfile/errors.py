"""What is wrong with a model."""


class ModelInvalid(Exception):
    """The file is no model that can be served; the message says why, on one line."""
