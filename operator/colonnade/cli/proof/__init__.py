"""The chain of digests from rows to pods: each link looked at now, in the store, in the cluster, in the pods.

A link holds, is broken, or can't be told; what says so stands beside it.
"""

from colonnade.cli.proof.chain import Chain, chain_of
from colonnade.cli.proof.link import Link

__all__ = ["Chain", "Link", "chain_of"]
