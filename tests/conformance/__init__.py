"""One kit of foreign clients, run against this server and its peers.

`python -m tests.conformance` starts colonnade-serve with the kit's models and runs every client against it;
`--server mlserver|kserve|triton` a peer, `--url … --grpc … --name …` whatever serves these models already;
`--table` all four, and writes docs/serving/conformance.md. Clients live in virtual environments of their own.
"""
