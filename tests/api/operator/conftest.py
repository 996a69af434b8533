"""An operator beside the real API server, with its own rights and no more, looking after one test's namespace."""

import pytest

from tests.api.operator.processes import OperatorProcess
from tests.api.operator.rights import kubeconfig_of_the_operator
from tests.api.operator.world import World


@pytest.fixture
def world(api, namespace):
    return World(api, namespace)


@pytest.fixture
def replicas(kubeconfig, api, namespace, tmp_path):
    """Makes operators, by name, and ends them all."""
    restricted = kubeconfig_of_the_operator(kubeconfig, api, namespace, tmp_path)
    made = []

    def replica(name="operator-a", **environment):
        made.append(OperatorProcess(restricted, namespace, tmp_path, name, environment))
        return made[-1]

    yield replica
    for operator in made:
        if operator.process:
            operator.end()


@pytest.fixture
def operator(replicas):
    return replicas().start()
