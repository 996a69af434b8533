"""How many Deployments one control plane holds, beside one that is served under load."""
