"""A MonitorPolicy: what is watched, and what was seen."""
