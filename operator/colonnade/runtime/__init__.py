"""The operator's loop: `python -m colonnade.runtime`.

kopf's watches (`watches`) and relists (`relist`) keep a cache of what there is; a change in it puts the keys that it
concerns (`enqueue`) into the work queue (`queue`); the replica that leads (`election`) works the queue off, one pass
an object at a time (`reconcile`, `observer`). What it is told stands in `settings`, what it may do in `rbac`.
"""
