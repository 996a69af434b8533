"""The operator's loop: `python -m colonnade.runtime`.

kopf's watches (`watching`) and audits (`audit`) keep a cache of what there is; a change in it puts the keys that it
concerns (`affected`) into the work queue (`queue`); the replica that leads (`election`) works the queue off, one pass
an object at a time (`reconcile`, `kinds`). What it is told stands in `settings`, what it may do in `verbs`.
"""
