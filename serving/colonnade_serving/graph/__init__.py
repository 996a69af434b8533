"""What a model's graph says before it runs: which nodes there are, and whether the rows of a batch stay apart in it.

Nothing here computes: the rows' axis is followed from the inputs to the outputs, by a rule for each operator.
"""

from .apart import Objection, objection
from .cost import why_unpredictable
from .read import Graph, Node

__all__ = ["Graph", "Node", "Objection", "objection", "why_unpredictable"]
