"""The way in."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from colonnade_access import Cluster, Reference, connect
from colonnade_access.store.installation import SYSTEM_NAMESPACE
from colonnade_api.kinds import DATASETS, DEPLOYMENTS, MODEL_VERSIONS, MONITOR_POLICIES, Resource
from colonnade_client import html
from colonnade_client.dataset import Dataset
from colonnade_client.deployment import Deployment
from colonnade_client.errors import InvalidSpec
from colonnade_client.estimators import described
from colonnade_client.model import Model
from colonnade_client.modelversion import ModelVersion
from colonnade_client.monitor import Monitor
from colonnade_client.session import Session
from colonnade_client.training import Data, create, dataset_name, specified

FIELD_MANAGER = "colonnade-client"


class Client:
    """Colonnade in one namespace, as the user of a kubeconfig or as the pod's own account.

    namespace, context: those of the kubeconfig when left out. kubeconfig: a path; left out: $KUBECONFIG, then the file
    in the home directory, then the account of the pod that this runs in. system_namespace: where the chart
    is installed. store_options: how obstore opens the store where that is a bucket, such as {"endpoint": "https://…"};
    left out: what the environment says (AWS_…, GOOGLE_…, AZURE_…). router_url: where Colonnade's router
    answers, such as https://models.example.com; left out: within the cluster by its Service, from outside by a
    port-forward. key_files: files that each hold a key of encrypted versions; keys_from_secrets: the Secrets that a
    Dataset names for that are read, with the user's own rights.

    Raises ColonnadeError when there is no cluster to talk to.
    """

    def __init__(
        self,
        namespace: str | None = None,
        *,
        context: str | None = None,
        kubeconfig: str | None = None,
        system_namespace: str = SYSTEM_NAMESPACE,
        store_options: dict[str, Any] | None = None,
        router_url: str | None = None,
        key_files: Iterable[str | Path] = (),
        keys_from_secrets: bool = False,
    ) -> None:
        reached = connect(namespace, context, kubeconfig)
        cluster = Cluster(reached.api, reached.namespace, FIELD_MANAGER)
        files = tuple(Path(file) for file in key_files)
        self._session = Session(
            cluster, system_namespace, dict(store_options or {}), files, keys_from_secrets, router_url
        )

    @property
    def namespace(self) -> str:
        return self._session.namespace

    def dataset(self, name: str) -> Dataset:
        """Raises NotFound, which names those that there are; so do the others."""
        return Dataset(self._session, self._get(DATASETS, name))

    def datasets(self) -> list[Dataset]:
        return [Dataset(self._session, item) for item in self._session.cluster.list(DATASETS)]

    def model(self, name: str) -> Model:
        """A model by what its ModelVersions name in spec.model."""
        return Model.find(self._session, name)

    def model_version(self, name: str) -> ModelVersion:
        return ModelVersion(self._session, self._get(MODEL_VERSIONS, name))

    def model_versions(self) -> list[ModelVersion]:
        return [ModelVersion(self._session, item) for item in self._session.cluster.list(MODEL_VERSIONS)]

    def deployment(self, name: str, *, url: str | None = None) -> Deployment:
        """url: where it answers, such as http://localhost:8000/namespaces/default/deployments/flights-late."""
        return Deployment(self._session, self._get(DEPLOYMENTS, name), url)

    def deployments(self) -> list[Deployment]:
        return [Deployment(self._session, item) for item in self._session.cluster.list(DEPLOYMENTS)]

    def monitor(self, name: str) -> Monitor:
        return Monitor(self._session, self._get(MONITOR_POLICIES, name))

    def train(
        self,
        model: str,
        dataset: Data,
        target: str,
        estimator: object,
        *,
        task: str,
        name: str | None = None,
        features: Iterable[str] = (),
        exclude: Iterable[str] = (),
        params: dict[str, Any] | None = None,
        gates: Iterable[dict[str, Any]] = (),
        seed: int = 0,
        wait: bool = True,
        timeout: float | None = None,
        progress: bool = True,
        **training: Any,
    ) -> ModelVersion:
        """Makes a ModelVersion and waits until it is trained and judged.

        model: the model that it is a version of. dataset: a Dataset, its name, or its current DatasetVersion.
        estimator: a scikit-learn class by its full name with its params, or an estimator that isn't fitted. name:
        MODEL-N, the next N that is free, when left out. features: the only columns to learn from; exclude: columns not
        to. training: what else spec.training takes, such as cross_validation={"folds": 5}. timeout: seconds.

        Raises InvalidSpec, which names the argument; Failed, with the condition's own words; TookTooLong.
        """
        for argument, names in (("features", features), ("exclude", exclude)):
            if isinstance(names, str):
                raise InvalidSpec(f'{argument} takes a list of names: {argument}=["{names}"]')
        whole = {
            "datasetRef": {"name": dataset_name(dataset)},
            "target": target,
            "task": task,
            "estimator": described(estimator, params),
            "features": {"include": tuple(features), "exclude": tuple(exclude)},
            "seed": seed,
            **training,
        }
        spec = specified(model, whole, tuple(gates))
        made = ModelVersion(self._session, create(self._session, spec, name))
        return made.trained(dataset, timeout, progress) if wait else made

    def _get(self, kind: Resource, name: str) -> dict[str, Any]:
        return self._session.cluster.get(Reference(kind, name))

    def __repr__(self) -> str:
        return f"<Client of {self._session.cluster.api.configuration.host}, namespace {self.namespace}>"

    def _repr_html_(self) -> str:
        host = self._session.cluster.api.configuration.host
        return html.block("Colonnade", html.facts([("cluster", host), ("namespace", self.namespace)]))
