"""A subject, forgotten: each version that has its rows is written anew without them, and what held them is destroyed.

`finding` tells whose rows a version holds, `rewriting` makes it anew, `destroying` leaves nothing of the old one in the
store and in the backup, `bundles` looks into models. What queries have made of it, `cascade` destroys by a Job of their
own Dataset, and `descendants` where nobody lists it. `job` has the order, in which each step may be the last one of a
Job that is killed: the next one finds what it left, and ends as if it had not been.
"""

from .cascade import run as cascade
from .job import run

__all__ = ["cascade", "run"]
