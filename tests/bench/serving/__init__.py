"""The same models behind many servers, on one core, loaded from another: `make bench-serving`, README.md.

`registry` says how each server is started and spoken to, `environments` makes what it runs in, `processes` runs it,
`load` sends it requests, `measuring` puts these together, `report` and `plot` show what came out.
"""
