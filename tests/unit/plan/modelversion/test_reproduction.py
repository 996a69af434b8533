"""A version made once more when somebody asks: a Job on the same rows, and an answer that changes nothing else."""

from dataclasses import replace
from typing import Any

from colonnade.plan.common.actions import RunJob
from colonnade.plan.common.observed import Job
from colonnade.plan.modelversion.observed import DatasetSummary, ObservedModelVersion
from colonnade.plan.modelversion.plan import plan
from colonnade_api.jobs import TrainJob
from colonnade_api.models.provenance import Reproduced
from colonnade_api.wellknown import REPRODUCE_ANNOTATION
from tests.unit.plan.modelversion.test_modelversion import seen, trained, version
from tests.unit.plan.world import at, digest

LINEAGE = {"image": "colonnade/jobs:1", "arithmetic": "x86_64", "spec": digest("spec"), "dataset": digest("rows")}


def asked(observed: ObservedModelVersion, token: str = "now") -> ObservedModelVersion:
    metadata = observed.metadata.model_copy(update={"annotations": {REPRODUCE_ANNOTATION: token}})
    return replace(observed, metadata=metadata)


def jobs(observed: ObservedModelVersion) -> list[RunJob]:
    return [action for action in plan(observed, at(100)).actions if isinstance(action, RunJob)]


def remade(observed: ObservedModelVersion, **ended: Any) -> Reproduced | None:
    """What status says once that Job has ended so."""
    (due,) = jobs(observed)
    done = Job(due.name, due.spec_hash, at(100), finished_at=at(160), **ended)
    return seen(replace(observed, jobs=(*observed.jobs, done)), 160).status.reproduced


def result(of: str = "model", **lineage: str) -> dict[str, Any]:
    made = {"outcome": "Trained", "reason": "Trained", "digest": digest(of), "artifactUri": "file:///store/models/m"}
    return made | {"lineage": LINEAGE | lineage}


def made() -> ObservedModelVersion:
    """Trained on what is no longer the newest version of its Dataset."""
    observed = trained(version(), roc_auc=0.9)
    status = observed.status.model_copy(
        update={"lineage": type(observed.status).model_validate({"lineage": LINEAGE}).lineage}
    )
    return replace(observed, status=status, dataset=DatasetSummary("flights", digest("newer"), ready=True))


def test_without_being_asked_nothing_is_made_again() -> None:
    assert jobs(made()) == []


def test_the_job_has_the_rows_and_the_spec_that_made_the_version() -> None:
    (job,) = jobs(asked(made()))
    assert isinstance(job.document, TrainJob)
    assert job.document.dataset is not None
    assert job.document.dataset.digest == made().status.dataset.digest  # type: ignore[union-attr]
    assert job.document.spec == made().spec
    assert job.document.serving is None


def test_the_same_digest_is_said_once_and_the_version_stays_as_it_was() -> None:
    observed = asked(made())
    found = remade(observed, succeeded=True, result=result())
    assert found is not None
    assert (found.same_digest, found.digest, found.request) == (True, digest("model"), "now")
    after = seen(replace(observed, status=observed.status.model_copy(update={"reproduced": found})), 200)
    assert after.status.digest == observed.status.digest
    assert jobs(after) == []
    assert len(jobs(asked(after, "again"))) == 1


def test_another_digest_names_what_was_unlike() -> None:
    found = remade(asked(made()), succeeded=True, result=result("other", image="colonnade/jobs:2"))
    assert found is not None
    assert found.same_digest is False
    assert found.message == "another bundle came of it: image was colonnade/jobs:1, and is colonnade/jobs:2"


def test_another_digest_of_the_same_circumstances_is_said_to_be_chance() -> None:
    found = remade(asked(made()), succeeded=True, result=result("other"))
    assert found is not None
    assert "or something is drawn at random" in found.message


def test_a_refusal_and_a_job_that_gave_up_are_answers_as_well() -> None:
    refused = {"outcome": "Failed", "reason": "DatasetNotFound", "message": "its rows are gone"}
    found = remade(asked(made()), succeeded=True, result=refused)
    assert found is not None
    assert (found.same_digest, found.message) == (False, "DatasetNotFound: its rows are gone")
    gone = remade(asked(made()), failed=True, message="OOMKilled")
    assert gone is not None
    assert (gone.same_digest, "OOMKilled" in gone.message) == (None, True)


def test_what_was_never_made_is_not_made_again() -> None:
    assert [job for job in jobs(asked(version())) if "reproduced" in job.name] == []
    assert len(jobs(asked(version()))) == 1
