"""What the types take, refuse and fill in by themselves, without an API server."""

import pytest
from pydantic import ValidationError

from colonnade_api import (
    API_VERSION,
    KINDS,
    Dataset,
    DatasetStatus,
    Deployment,
    Metric,
    ModelVersionStatus,
    Resource,
    StepStatus,
    Verdict,
    format_duration,
)
from tests.api.examples import INVALID, VALID, Invalid, Spec, deployment

BY_NAME = {kind.__name__: kind for kind in KINDS}


def read(kind: str, spec: Spec) -> Resource:
    return BY_NAME[kind].model_validate({"apiVersion": API_VERSION, "metadata": {"name": "it"}, "spec": spec})


@pytest.mark.parametrize("wrong", INVALID, ids=[f"{wrong.kind}: {wrong.about}" for wrong in INVALID])
def test_what_the_server_refuses_the_types_refuse(wrong: Invalid) -> None:
    with pytest.raises(ValidationError):
        read(wrong.kind, wrong.spec)


@pytest.mark.parametrize(("kind", "spec"), [given[1:] for given in VALID], ids=[given[0] for given in VALID])
def test_what_the_server_takes_the_types_take_and_write_again(kind: str, spec: Spec) -> None:
    taken = read(kind, spec)
    assert BY_NAME[kind].model_validate(taken.manifest()) == taken


def test_a_rule_says_the_same_in_python() -> None:
    steps = [{"setWeight": 50}, {"setWeight": 25}]
    with pytest.raises(ValidationError, match="weights ascend from step to step"):
        read("Deployment", deployment(strategy={"canary": {"steps": steps}}))


def test_a_deployment_that_names_only_its_model_goes_by_canary() -> None:
    spec = Deployment.model_validate({"metadata": {"name": "it"}, "spec": deployment()}).spec
    assert spec.strategy.canary is not None
    assert [step.set_weight for step in spec.strategy.canary.steps] == [5, 25, 50]
    assert format_duration(spec.progress_deadline) == "10m"


def test_a_value_cannot_be_changed() -> None:
    dataset = Dataset.model_validate({"metadata": {"name": "it"}, "spec": {"source": {"upload": {}}}})
    with pytest.raises(ValidationError, match="frozen"):
        dataset.spec.owner = "eve"  # type: ignore[misc]


def test_a_status_of_a_newer_operator_is_read() -> None:
    digest = "sha256:" + "0" * 64
    assert DatasetStatus.model_validate({"current": digest, "horoscope": "good"}).current == digest


def test_a_status_is_written_without_what_is_not_known() -> None:
    assert (
        "candidate"
        not in Deployment.model_validate(
            {"metadata": {"name": "it"}, "spec": deployment(), "status": {}}
        ).status.manifest()
    )


def test_words_too_long_for_a_status_are_cut_short() -> None:
    verdict = Verdict(signal="errors", result="Error", message="x" * 5000)
    assert verdict.message == "x" * 1023 + "…"


def test_a_rollout_past_its_last_step_shows_the_last() -> None:
    assert StepStatus(index=3, total=3).shown == "3/3"


def test_a_digest_in_short_is_ten_digits() -> None:
    assert DatasetStatus(current="sha256:" + "abcdef0123" + "0" * 54).version == "abcdef0123"
    assert DatasetStatus().version is None


@pytest.mark.parametrize(
    ("metrics", "shown"),
    [
        ({}, None),
        ({"log_loss": 0.3, "roc_auc": 0.92812}, "roc_auc 0.9281"),
        ({"mae": 12.3456, "rmse": 20.0}, "rmse 20"),
        ({"odd": 1.0}, "odd 1"),
    ],
)
def test_the_headline_is_the_metric_people_ask_for(metrics: dict[str, float], shown: str | None) -> None:
    status = ModelVersionStatus(metrics={name: Metric(value=value) for name, value in metrics.items()})
    assert status.headline == shown
