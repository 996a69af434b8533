"""What the cache keeps of each object, and what that costs."""

import json
import tracemalloc
from pathlib import Path

import pytest

from colonnade.act.up_to_date import is_up_to_date
from colonnade.kube.kinds import PODS, WORKLOADS
from colonnade.observe.cache import Cache
from colonnade.observe.compact import compact
from tests.unit.observe.cluster import an_object

RECORDED = (Path(__file__).parent / "recorded" / "idle-deployment.json").read_text()
"""A Deployment without pods and all that is made for it, as an API server had them."""
DEPLOYMENTS = 100
MOST_BYTES_EACH = 45_000
ONE_TABLE = 1_000_000
"""The interpreter's table of interned strings may grow meanwhile: megabytes, and none of ours."""
OURS = [tracemalloc.Filter(True, place) for place in ("*/json/*", "*/colonnade/*", __file__)]
"""Where what is kept comes from: other tests' threads take memory meanwhile, too."""


def told(number):
    """The objects of one Deployment among many, as a watch tells them."""
    return json.loads(RECORDED.replace("idle-0003", f"idle-{number:04}").replace('"uid": "', f'"uid": "{number:04}'))


def test_a_deployment_without_pods_costs_some_forty_kilobytes():
    cache = Cache()
    tracemalloc.start()
    try:
        for number in range(DEPLOYMENTS):
            for manifest in told(number):
                cache.put(manifest)
        sizes = [trace.size for trace in tracemalloc.take_snapshot().filter_traces(OURS).traces]
    finally:
        tracemalloc.stop()
    assert sum(size for size in sizes if size < ONE_TABLE) / DEPLOYMENTS < MOST_BYTES_EACH


@pytest.mark.parametrize("manifest", told(3), ids=lambda manifest: manifest["kind"])
def test_whether_we_own_fields_that_a_manifest_no_longer_mentions_is_still_told(manifest):
    desired = {part: manifest[part] for part in ("apiVersion", "kind", "status") if part in manifest}
    for subresource in ("", "status"):
        assert is_up_to_date(desired, compact(manifest), subresource) == is_up_to_date(desired, manifest, subresource)


def test_the_copy_that_kubectl_leaves_is_not_kept_and_the_object_is_left_as_it_came():
    annotations = {"kubectl.kubernetes.io/last-applied-configuration": "{...}", "colonnade.dev/refresh": "7"}
    pod = an_object(PODS, "late-x", spec={"containers": []}, status={"phase": "Running"})
    pod["metadata"]["annotations"] = annotations
    kept = compact(pod)
    assert kept["metadata"]["annotations"] == {"colonnade.dev/refresh": "7"}
    assert kept["status"] == {"phase": "Running"}
    assert len(pod["metadata"]["annotations"]) == 2


def test_of_a_workload_its_replicas_are_kept_and_the_pods_that_it_makes_are_not():
    kept = compact(an_object(WORKLOADS, "late-1", spec={"replicas": 3, "template": {"spec": {"containers": []}}}))
    assert kept["spec"] == {"replicas": 3}
