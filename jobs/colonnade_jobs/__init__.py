"""What Colonnade's data and training Jobs run.

`data` turns a source into a validated, content-addressed dataset version; `training` turns a version into a verified
model bundle; `main` is the command. Nothing imports this package: Jobs read one JSON document and answer with another.
"""

import os

from . import arithmetic

# Idle OpenMP threads sleep rather than spin: where processors are shared, spinning makes training ten times slower.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
arithmetic.pin()
