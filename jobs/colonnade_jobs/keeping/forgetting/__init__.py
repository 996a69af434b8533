"""A subject, forgotten: each version that has its rows is written anew without them, and what held them is destroyed.

`finding` tells whose rows a version holds, `rewriting` makes it anew, `destroying` leaves nothing of the old one in the
store and in the backup, `bundles` looks into models. `job` has the order, in which each step may be the last one of a
Job that is killed: the next one finds what it left, and ends as if it had not been.
"""

from .job import run

__all__ = ["run"]
