"""A Deployment: which revision serves, which takes over, and how the traffic moves."""
