"""From an object as the API server gives it to a page, as data; nothing here asks the cluster or the clock, or renders.

`status_of` reads one object of any of our kinds.
"""

from colonnade.cli.views.status import status_of

__all__ = ["status_of"]
