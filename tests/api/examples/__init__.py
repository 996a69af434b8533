"""Specs that are right, and specs that are wrong in one thing, with what the refusal must say."""

from tests.api.examples import datasets, deployments, modelversions, monitorpolicies
from tests.api.examples.datasets import dataset
from tests.api.examples.deployments import canary, deployment
from tests.api.examples.modelversions import training
from tests.api.examples.monitorpolicies import policy
from tests.api.examples.wrong import Invalid, Spec

KINDS = (datasets, modelversions, deployments, monitorpolicies)
INVALID = tuple(wrong for kind in KINDS for wrong in kind.INVALID)
VALID = tuple(right for kind in KINDS for right in kind.VALID)

__all__ = ["INVALID", "VALID", "Invalid", "Spec", "canary", "dataset", "deployment", "policy", "training"]
