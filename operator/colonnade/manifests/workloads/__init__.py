"""What runs to an end: a Task says what to run and on what, and a function turns it into objects that run it.

`job` runs a Task once, in one pod. Another way to run one (many trials, several nodes) is another function of the same
Task; another thing to run is another case of `task_of`. How its end is told is the same for all: the termination
message of its pod, which `plan.common.job_results` reads.
"""

from colonnade.manifests.workloads.job import job, job_document, job_network, mounts_document

__all__ = ["job", "job_document", "job_network", "mounts_document"]
