"""What a model's graph says before it runs. Nothing here computes: nodes, attributes and shapes are read."""

from .read import Graph, Node, Unreadable, read

__all__ = ["Graph", "Node", "Unreadable", "read"]
