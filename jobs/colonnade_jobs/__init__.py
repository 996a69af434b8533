"""What Colonnade's data and training Jobs run.

`data` turns a source into a validated, content-addressed dataset version; `training` turns a version into a verified
model bundle; `main` is the command. Nothing imports this package: Jobs read one JSON document and answer with another.
"""
