"""Everything at once on a real cluster: rollouts, rollbacks, drains, kills, Prometheus away."""
