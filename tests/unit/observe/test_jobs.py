"""What is known of a Job: its answer, its failures, what it waits for."""

import json

import pytest

from colonnade.kube.kinds import DATASETS
from colonnade.manifests import Owner
from colonnade.observe.jobs import jobs_of
from tests.unit.manifests.wishes import FLIGHTS, owner
from tests.unit.observe.cluster import ended, job, job_pod, known

ANSWER = {"outcome": "NewVersion", "reason": "NewVersion", "message": "1,000 rows"}


def observed(*objects):
    (found,) = jobs_of(FLIGHTS, known(*objects))
    return found


def test_a_job_that_runs_has_no_answer():
    found = observed(job(active=1), job_pod(state={"running": {}}))
    assert (found.active, found.succeeded, found.failed, found.result, found.message) == (1, False, False, None, "")


def test_the_answer_is_the_termination_message_of_the_pod_that_exited_0():
    done = job(conditions=("Complete",), completionTime="2026-11-23T12:05:00Z")
    failed_first = job_pod("a", created="2026-11-23T12:01:00Z", state=ended(1, '{"outcome": "Error"}'))
    then_answered = job_pod("b", created="2026-11-23T12:02:00Z", state=ended(0, json.dumps(ANSWER)))
    found = observed(done, failed_first, then_answered)
    assert found.succeeded
    assert found.result == ANSWER
    assert found.finished_at.isoformat() == "2026-11-23T12:05:00+00:00"


def test_a_job_is_not_done_before_its_pods_message_is_known():
    still_running_as_far_as_we_know = job_pod(state={"running": {}})
    assert not observed(job(conditions=("Complete",)), still_running_as_far_as_we_know).succeeded


def test_an_answer_is_remembered_when_its_pod_goes_with_its_node():
    answered = job_pod("a", state=ended(0, json.dumps(ANSWER)))
    cache = known(job(active=1), answered)
    cache.remove(answered)
    cache.put(job(conditions=("Complete",)))
    (found,) = jobs_of(FLIGHTS, cache)
    assert (found.succeeded, found.result) == (True, ANSWER)


def test_a_job_whose_pod_someone_deleted_is_done_without_an_answer():
    found = observed(job(conditions=("Complete",)))
    assert found.succeeded
    assert found.result is None


def test_an_answer_that_went_with_its_pod_is_not_waited_for_though_an_earlier_try_is_still_there():
    failed_first = job_pod("a", state=ended(1, '{"outcome": "Error"}'))
    found = observed(job(conditions=("Complete",)), failed_first)
    assert found.succeeded
    assert found.result is None


def test_a_pod_that_its_node_evicted_before_it_began_has_nothing_more_to_tell():
    assert observed(job(conditions=("Complete",)), job_pod(phase="Failed", reason="Evicted")).succeeded


def test_a_job_that_ran_out_of_memory_or_time_is_spent_and_one_that_its_store_failed_is_not():
    gave_up = {"conditions": ("Failed",), "failed": 4}
    assert observed(job(**gave_up), job_pod(state=ended(137, reason="OOMKilled"))).spent
    assert observed(job(**gave_up), job_pod(state=ended(1, '{"outcome": "Error", "reason": "OutOfMemory"}'))).spent
    assert observed(job(**gave_up, reason="DeadlineExceeded")).spent
    assert not observed(job(**gave_up), job_pod(state=ended(1, '{"outcome": "Error", "reason": "StoreAway"}'))).spent
    assert not observed(job(failed=1), job_pod(state=ended(137, reason="OOMKilled"))).spent, "it tries again"


@pytest.mark.parametrize("words", ["", "not JSON", "[1]", "null"])
def test_words_that_are_no_answer_are_none(words):
    assert observed(job(conditions=("Complete",)), job_pod(state=ended(0, words))).result is None


def test_a_try_that_failed_says_why_in_its_own_words():
    error = {"outcome": "Error", "reason": "SourceUnreachable", "message": "s3://raw: connection refused"}
    assert observed(job(failed=1), job_pod(state=ended(1, json.dumps(error)))).message == error["message"]


def test_a_pod_that_took_too_much_memory_says_what_to_do():
    message = observed(job(failed=1), job_pod(state=ended(137, reason="OOMKilled"))).message
    assert message == "OOMKilled: it took more memory than its limit; raise resources.limits.memory"


def test_a_pod_that_left_no_words_is_told_by_its_exit_code():
    assert observed(job(failed=1), job_pod(state=ended(2, reason="Error"))).message == "exit code 2"


def test_a_pod_that_its_node_evicted_says_what_the_node_was_short_of():
    words = "The node was low on resource: ephemeral-storage. Threshold quantity: 1Gi, available: 900Mi."
    evicted = job_pod(state=ended(137, reason="Error"), reason="Evicted", message=words)
    assert observed(job(failed=1), evicted).message == f"Evicted: {words}"


def test_a_pod_that_was_killed_says_by_whom_that_may_be():
    message = observed(job(failed=1), job_pod(state=ended(137, reason="Error"))).message
    assert message == "it was killed (exit code 137): its node was short of something, or someone ended it"


def test_a_pod_that_was_told_to_end_says_so():
    message = observed(job(failed=1), job_pod(state=ended(143, reason="Error"))).message
    assert message == "it was told to end (exit code 143): its node is being drained, or someone deleted it"


def test_an_image_that_cannot_be_pulled_is_told():
    held = {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}}
    assert observed(job(active=1), job_pod(state=held)).message == "ImagePullBackOff: no such image"


def test_a_container_on_its_way_is_no_complaint():
    assert observed(job(active=1), job_pod(state={"waiting": {"reason": "ContainerCreating"}})).message == ""


def test_a_pod_that_finds_no_node_is_told():
    nowhere = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes: no memory"}
    assert observed(job(active=1), job_pod(conditions=[nowhere])).message == "Unschedulable: 0/1 nodes: no memory"


def test_a_job_that_gave_up_is_failed_with_a_time():
    found = observed(job(conditions=("Failed",), failed=4))
    assert (found.failed, found.attempts_failed) == (True, 4)
    assert found.finished_at


def test_a_job_that_its_exit_code_ended_for_good_is_final_and_one_that_ran_out_of_tries_is_not():
    ended_for_good = job(conditions=("Failed",), reason="PodFailurePolicy", failed=1)
    assert observed(ended_for_good, job_pod(state=ended(3))).final
    assert not observed(job(conditions=("Failed",), reason="BackoffLimitExceeded", failed=4)).final
    assert not observed(job(active=1)).final


def test_a_job_says_which_image_it_ran():
    assert observed(job(image="colonnade/jobs:1")).image == "colonnade/jobs:1"


def test_another_datasets_jobs_are_not_ours():
    assert jobs_of(owner(DATASETS, "weather"), known(job())) == ()


def test_what_a_predecessor_of_the_same_name_left_is_not_ours():
    assert jobs_of(Owner(FLIGHTS.key, "uid-of-the-new-one"), known(job())) == ()
