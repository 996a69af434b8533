"""What is known of a revision: pods, endpoints, complaints."""

from colonnade.kube.kinds import DEPLOYMENTS
from colonnade.observe.workloads import workloads_of
from tests.unit.manifests.wishes import owner
from tests.unit.observe.cluster import ended, known, serving_pod, slice_, workload


def observed(*objects):
    (found,) = workloads_of(owner(DEPLOYMENTS, "late"), known(*objects))
    return found


def crashing(words):
    return {"state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 10s"}}, "last": ended(1, words)}


def test_a_revision_is_told_by_its_labels_and_counts():
    found = observed(workload(replicas=3, ready=1))
    assert (found.revision, found.model_version, found.desired, found.ready) == ("c0ffee0123", "late-1", 3, 1)


def test_endpoints_are_counted_once_and_only_while_ready():
    first = slice_("a", ("192.0.2.1", True), ("192.0.2.2", False))
    second = slice_("b", ("192.0.2.1", True), ("192.0.2.3", None))
    elsewhere = slice_("c", ("192.0.2.9", True), service="other")
    assert observed(workload(), first, second, elsewhere).endpoints == 2


def test_a_crash_is_told_by_the_pods_failure_message():
    found = observed(workload(ready=0), serving_pod("p", **crashing("digest mismatch: expected sha256:1f")))
    assert found.waiting == ("CrashLoopBackOff: exit code 1: digest mismatch: expected sha256:1f",)


def test_the_worst_complaint_comes_first_and_each_is_said_once():
    pulling = {"state": {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}}}
    pods = [serving_pod("a", **pulling), serving_pod("b", **pulling), serving_pod("c", **crashing("boom"))]
    found = observed(workload(ready=0), *pods)
    assert found.waiting == ("CrashLoopBackOff: exit code 1: boom", "ImagePullBackOff: no such image")


def test_a_pod_that_may_not_be_made_is_told_in_the_api_servers_words():
    words = 'pods "late-1" is forbidden: exceeded quota: team, requested: limits.memory=1Gi, limited: 2Gi'
    failure = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": words}
    assert observed(workload(ready=0, conditions=[failure])).waiting == (f"FailedCreate: {words}",)


def test_a_container_that_was_killed_and_runs_again_is_told_until_it_is_ready():
    killed = {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}
    assert observed(workload(ready=0), serving_pod("p", state={"running": {}}, last=killed)).waiting == (
        "Restarted: OOMKilled: it took more memory than its limit; raise resources.limits.memory",
    )
    ready = serving_pod("p", state={"running": {}}, last=killed)
    ready["status"]["containerStatuses"][0]["ready"] = True
    assert observed(workload(), ready).waiting == ()


def test_another_revisions_pods_do_not_complain_here():
    assert observed(workload(), serving_pod("p", revision="other", **crashing("boom"))).waiting == ()
