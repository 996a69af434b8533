"""Versions that can't be read without a key: one data key a version, wrapped by the key of a Secret.

`keyring` has the keys that the Job was given, `seals` what a data key does to a file, `protection` what is encrypted
when: what a Job stores, and what lay there in plain or under another key.
"""

from .keyring import KEYS, Keyring, mounted, wrapping_key
from .protection import check_open, check_upstream, data_key_of, protect, protect_folder
from .seals import is_sealed, open_file, open_table

__all__ = [
    "KEYS",
    "Keyring",
    "check_open",
    "check_upstream",
    "data_key_of",
    "is_sealed",
    "mounted",
    "open_file",
    "open_table",
    "protect",
    "protect_folder",
    "wrapping_key",
]
