"""`kubectl colonnade`: what people ask of Colonnade and tell it, in their words.

Each command is a file. `views` turn objects into what is shown, without asking the cluster or the clock;
`store` moves files in and out of the artifact store.
"""

from colonnade.cli.main import main

__all__ = ["main"]
