"""`kubectl colonnade`: what people ask of Colonnade and tell it, in their words.

Each command is a file. `views` turn objects into a `page`, which is data, without asking the cluster or the clock;
`rendering` makes of it what a terminal shows, and `output` is for programs;
`store` moves files in and out of the artifact store.
"""

from colonnade.cli.main import main

__all__ = ["main"]
