"""Colonnade's control plane: the API, the decisions, the operator, the router's agent and the kubectl plugin."""
