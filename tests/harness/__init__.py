"""Everybody around an operator but a cluster: a real API server, users, kubelet and controllers in small, a router that
obeys, and a proxy on the way that can be told to misbehave. Each run has a namespace of its own."""
