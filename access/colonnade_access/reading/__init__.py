"""What lies in the artifact store, read as a person: by the bucket's own credentials or through a pod that mounts the
claim, proven by its digest, opened by the keys that this person has.

Buckets, tables and what is encrypted need the extra `reading`: obstore, pyarrow, cryptography.
"""

from colonnade_access.reading.extra import needed
from colonnade_access.reading.files import Files, opened, path_of
from colonnade_access.reading.place import Place
from colonnade_access.reading.reports import content, report

__all__ = ["Files", "Place", "content", "needed", "opened", "path_of", "report"]
