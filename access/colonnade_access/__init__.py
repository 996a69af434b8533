"""How a person's program reaches Colonnade: as whom and where, its objects, and the files of its artifact store.

The kubectl plugin and the Python client stand on it; it knows neither, and of ours the API alone.
"""

from colonnade_access.cluster import Cluster, NotFound, Refused
from colonnade_access.connection import connect
from colonnade_access.errors import ColonnadeError
from colonnade_access.references import Object, Reference

__all__ = ["Cluster", "ColonnadeError", "NotFound", "Object", "Reference", "Refused", "connect"]
