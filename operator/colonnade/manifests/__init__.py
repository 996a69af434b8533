"""Everything that Colonnade makes in a cluster, as functions from a wish to a whole manifest.

Plain dictionaries, ready for server-side apply; names, labels and owners come from `labels`, the installation's images,
store and addresses from a `Platform`. Nothing here reads or writes anything.
"""

from colonnade.manifests.budget import budget
from colonnade.manifests.labels import Owner
from colonnade.manifests.modelversion import model_version
from colonnade.manifests.networkpolicy import serving_network
from colonnade.manifests.platform import BucketStore, Platform, Store, VolumeStore
from colonnade.manifests.service import client_service, revision_service
from colonnade.manifests.serving import workload
from colonnade.manifests.signing import Signing, public_keys
from colonnade.manifests.store import store_claim
from colonnade.manifests.workloads import job, job_document, job_network, mounts_document

__all__ = [
    "BucketStore",
    "Owner",
    "Platform",
    "Signing",
    "Store",
    "VolumeStore",
    "budget",
    "client_service",
    "job",
    "job_document",
    "job_network",
    "model_version",
    "mounts_document",
    "public_keys",
    "revision_service",
    "serving_network",
    "store_claim",
    "workload",
]
