"""A MonitorPolicy: what it watches, and whether its metrics can be read."""
