"""What there is, read into the snapshots that `plan` decides on.

Objects come from the `cache` that watches fill, what the routers have in force from their agents (`routers`), and what
was measured from Prometheus (`signals`, out of raw scrapes by `evidence`). What can't be read is a value of its own.
"""
