"""What a rule is: an operator's, that says of its outputs what is known of its inputs."""

from collections.abc import Callable

from ..read import Node
from ..tensor import Inputs, Tensor

Rule = Callable[[Node, Inputs], tuple[Tensor, ...]]
"""Raises Mixes when rows may meet in an output. An output that it doesn't name is one of which nothing is known."""
