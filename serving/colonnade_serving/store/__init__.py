"""The artifact store: one URL, `file:///store` or `s3://bucket/prefix`, behind six verbs.

A directory appears whole or not at all: `commit` renames it into place (file) or writes its manifest last, on the
condition that there is none yet (s3). Digests are computed while the bytes stream.
"""

from .store import FULL, Item, Store, StoreError, StoreFull, StoreNotFound, StoreRefused, open_store

__all__ = ["FULL", "Item", "Store", "StoreError", "StoreFull", "StoreNotFound", "StoreRefused", "open_store"]
