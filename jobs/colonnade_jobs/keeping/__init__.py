"""What is done for stored versions: proven again, copied, brought back, compared, and removed once nothing refers.

Each is a Job that is told one task and gives one answer. A Job that is killed at any write leaves whole versions
behind, and the next one goes on from there.
"""

from .job import run

__all__ = ["run"]
