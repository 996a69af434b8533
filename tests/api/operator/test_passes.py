"""What the operator makes of a wish, against the real API server."""

from tests.api.operator.processes import eventually
from tests.api.operator.quiet import stays_as_it_is, versions
from tests.api.operator.world import DIGEST


def mounts_claim(job):
    return any(volume["name"] == "source" for volume in job["spec"]["template"]["spec"]["volumes"])


def another_than(uid, jobs):
    return [job["metadata"]["uid"] for job in jobs] not in ([], [uid])


def test_a_dataset_gets_its_job_its_store_and_its_network_policy(world, operator):
    world.dataset()
    job = world.job_of("flights")
    assert job["metadata"]["ownerReferences"][0]["name"] == "flights"
    assert world.get("PersistentVolumeClaim", "colonnade-store")
    assert world.get("NetworkPolicy", "flights-dataset")
    eventually(lambda: world.has("Dataset", "flights", Ready="False", Reconciling="True"), "its status")


def test_a_jobs_answer_becomes_status_and_then_all_is_quiet(world, operator):
    world.dataset()
    world.accept()
    eventually(lambda: world.has("Dataset", "flights", Ready="True", Valid="True"), "a version")
    dataset = world.get("Dataset", "flights")
    assert dataset["status"]["current"] == DIGEST
    assert dataset["status"]["observedGeneration"] == dataset["metadata"]["generation"]
    assert stays_as_it_is(world, operator)


def test_an_operator_killed_and_started_again_writes_nothing_and_runs_no_second_job(world, operator):
    world.dataset()
    world.accept()
    eventually(lambda: world.has("Dataset", "flights", Ready="True"), "a version")
    jobs, before = world.all("Job"), versions(world)
    operator.kill()
    operator.process.wait(5)
    operator.start()
    eventually(operator.leads, "leading again")
    eventually(lambda: operator.passes() >= 1, "a pass")
    assert stays_as_it_is(world, operator)
    assert versions(world) == before
    assert world.all("Job") == jobs


def test_what_happened_while_no_operator_ran_is_taken_up(world, operator):
    world.dataset()
    job = world.job_of("flights")
    operator.kill()
    operator.process.wait(5)
    refusal = {"reason": "TooManyInvalidRows", "message": "5 % of the rows break a rule", "version": None}
    world.finish(job, {"outcome": "Invalid", **refusal})
    operator.start()
    eventually(lambda: world.has("Dataset", "flights", Valid="TooManyInvalidRows"), "the answer")


def test_a_job_that_someone_deleted_is_run_again(world, operator):
    world.dataset()
    first = world.job_of("flights")["metadata"]["uid"]
    world.delete("Job", world.job_of("flights")["metadata"]["name"], body={"propagationPolicy": "Background"})
    eventually(lambda: another_than(first, world.jobs_of("flights")), "another Job")


def test_an_event_tells_the_version(world, operator):
    world.dataset()
    world.accept()
    eventually(
        lambda: [one for one in world.all("Event", "events.k8s.io/v1") if one["reason"] == "VersionCreated"],
        "the event VersionCreated",
    )


def test_a_name_that_someone_else_has_is_left_alone_and_said(world, operator):
    foreign = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "flights-dataset"},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress"]},
    }
    before = world.apply(foreign)
    world.dataset()
    events = eventually(
        lambda: [one for one in world.all("Event", "events.k8s.io/v1") if one["reason"] == "NameTaken"], "the event"
    )
    assert "belongs to someone else" in events[0]["note"]
    assert world.get("NetworkPolicy", "flights-dataset")["spec"] == before["spec"]


def test_what_a_predecessor_left_is_waited_for_and_its_answer_is_not_taken(world, operator):
    """No garbage collector runs here: what the first Dataset had stays until the test takes it away."""
    world.dataset()
    world.accept()
    eventually(lambda: world.has("Dataset", "flights", Ready="True"), "a version")
    old = world.job_of("flights")["metadata"]
    world.delete("Dataset", "flights")
    world.dataset()
    passes = operator.passes()
    eventually(lambda: operator.passes() > passes + 2, "passes that wait")
    assert not world.has("Dataset", "flights", Ready="True")
    assert not [one for one in world.all("Event", "events.k8s.io/v1") if one["reason"] == "NameTaken"]
    world.delete("NetworkPolicy", "flights-dataset")
    world.delete("Job", old["name"], body={"propagationPolicy": "Background"})
    eventually(
        lambda: [job["metadata"]["uid"] for job in world.jobs_of("flights")] not in ([], [old["uid"]]), "its own"
    )


def test_what_others_write_on_our_objects_survives(world, operator):
    world.dataset()
    eventually(lambda: world.has("Dataset", "flights", Reconciling="True"), "its status")
    mark = {"metadata": {"annotations": {"team.example/cost-center": "42"}}}
    world.patch("NetworkPolicy", "flights-dataset", mark)
    world.patch("Dataset", "flights", mark)
    assert stays_as_it_is(world, operator)
    for kind, name in (("NetworkPolicy", "flights-dataset"), ("Dataset", "flights")):
        assert world.get(kind, name)["metadata"]["annotations"]["team.example/cost-center"] == "42"


def test_a_spec_that_is_mended_recovers(world, operator):
    world.dataset()
    world.job_of("flights")
    world.dataset(uri="pvc://raw/flights.csv")
    eventually(
        lambda: [mounts_claim(job) for job in world.jobs_of("flights")] == [True], "the one Job mounts the claim"
    )


def test_credentials_reach_the_pod_by_reference_alone(world, operator):
    world.dataset(source={"storageUri": "s3://raw/flights.csv", "secretRef": {"name": "raw"}})
    job = world.job_of("flights")
    named = {
        variable["name"]: variable["valueFrom"]["secretKeyRef"]["name"]
        for variable in job["spec"]["template"]["spec"]["containers"][0]["env"]
        if "valueFrom" in variable
    }
    assert named["COLONNADE_SOURCE_AWS_SECRET_ACCESS_KEY"] == "raw"
