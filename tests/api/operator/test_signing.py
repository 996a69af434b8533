"""Who may sign and whose models are served: what pods are given of it, and when keys change."""

import pytest

from colonnade.kube.kinds import CONFIG_MAPS, JOBS, WORKLOADS

OLD, NEW = (f"-----BEGIN PUBLIC KEY-----\n{of * 60}\n-----END PUBLIC KEY-----" for of in "AB")
KEYS = "late-public-keys"


@pytest.fixture
async def serving(here, users):
    """Where models are signed; the operator."""
    operator = here.operator(environment={"COLONNADE_SIGNING_SECRET": "model-signing", "COLONNADE_PUBLIC_KEYS": OLD})
    await users.bring("late-1")
    await users.serve()
    await here.journal.until(lambda: users.serves("late-1"), "late-1 serves")
    return operator


def container(manifest):
    return manifest["spec"]["template"]["spec"]["containers"][0]


def environment(manifest):
    return {one["name"]: one.get("value") or one.get("valueFrom") for one in container(manifest)["env"]}


async def keys(here):
    return (await here.client.get(here.client.key(CONFIG_MAPS, KEYS)))["data"]


async def become(here, **wanted):
    async def wanted_keys():
        return float(await keys(here) == wanted)

    await here.until(wanted_keys, 1)


async def test_a_job_has_the_private_key_mounted_and_serving_pods_the_public_ones(here, serving):
    (job,) = here.journal.of(JOBS)
    assert environment(job)["COLONNADE_SIGNING_KEY"] == "/signing/model-signing/private.pem"
    (workload,) = here.journal.of(WORKLOADS)
    assert environment(workload)["COLONNADE_PUBLIC_KEY"] == {"configMapKeyRef": {"name": KEYS, "key": "public.pem"}}
    assert "model-signing" not in str(workload)
    assert await keys(here) == {"public.pem": OLD, "allowUnsigned": "false"}
    assert await here.rests() == []


async def test_keys_are_exchanged_without_touching_a_pod(here, serving):
    (before,) = here.journal.of(WORKLOADS)
    serving.environment |= {"COLONNADE_PUBLIC_KEYS": f"{OLD}\n{NEW}", "COLONNADE_ALLOW_UNSIGNED": "true"}
    serving.kill()
    await become(here, **{"public.pem": f"{OLD}\n{NEW}", "allowUnsigned": "true"})
    (after,) = here.journal.of(WORKLOADS)
    assert after["metadata"]["generation"] == before["metadata"]["generation"]


async def test_keys_that_someone_in_the_namespace_added_are_taken_out_again(here, users, serving):
    await here.client.merge(here.client.key(CONFIG_MAPS, KEYS), {"data": {"public.pem": NEW}}, manager="someone")
    await users.serve(replicas=3)
    await become(here, **{"public.pem": OLD, "allowUnsigned": "false"})
