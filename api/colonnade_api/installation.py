"""What the operator and the agents beside the routers have to agree on, unless both are told otherwise."""

CLUSTER_DOMAIN = "cluster.local"
LEASE_NAME = "colonnade-operator"
"""Of the operator's leader: the agents take a candidate's weight for real only while it is seen to change."""
AGENT_PORT = 9904
"""Where an agent says what its router has in force."""
