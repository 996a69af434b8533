"""Files in and out of a namespace's artifact store, by a short-lived pod that mounts it.

Nothing else reaches a claim from outside; the pod runs the jobs image, holds no token and ends by itself.
"""

from colonnade_access.store.installation import Installation, installation
from colonnade_access.store.pod import StorePod, mounted
from colonnade_access.store.transfer import LocalFile, fetch, send

__all__ = ["Installation", "LocalFile", "StorePod", "fetch", "installation", "mounted", "send"]
