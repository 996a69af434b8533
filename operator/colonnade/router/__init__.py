"""The agent beside each Envoy: Deployments and their endpoints in, Envoy's resources out.

`snapshot` is pure: a `state` in, resources out. `ads` sends them to one Envoy over a local socket. `weights` says which
candidate may have traffic, and `lease` for how long; `source` watches the API server, with read-only rights.
`python -m colonnade.router` runs the agent, `... bootstrap` writes what Envoy starts from, and `... drain` sends the
clients of an Envoy that has to leave elsewhere.
"""
