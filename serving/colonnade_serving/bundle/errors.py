"""What is wrong with a bundle."""


class BundleError(Exception):
    """The directory isn't the bundle that was meant; the message says which file and why, on one line."""
