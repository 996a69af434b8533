"""A Deployment: what it serves, how a version is rolled out, and where a rollout stands."""
