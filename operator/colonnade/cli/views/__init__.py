"""From an object as the API server gives it to what a terminal shows; nothing here asks the cluster or the clock.

`status_of` reads one object of any of our kinds.
"""

from colonnade.cli.views.status import status_of

__all__ = ["status_of"]
