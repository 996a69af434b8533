"""`forget`: someone's rows are erased from each version of a Dataset, and what was made of them is named."""

import base64
import binascii
from typing import Annotated

import typer

from colonnade.cli import retraining
from colonnade.cli.keeping import Which, ask
from colonnade.cli.kinds import DATASET, reference
from colonnade.cli.options import connected
from colonnade.cli.terminal import say
from colonnade_access.cluster import Cluster
from colonnade_access.errors import ColonnadeError
from colonnade_access.references import Object, Reference
from colonnade_api import DatasetStatus
from colonnade_api.datasets.encryption import SecretKey
from colonnade_api.datasets.privacy import Privacy
from colonnade_api.datasets.pseudonyms import token
from colonnade_api.datasets.subjects import SHORTEST_KEY_BYTES, Subject, key_id, keyed_hash, spelled
from colonnade_api.kinds import SECRETS
from colonnade_api.references import tags
from colonnade_api.wellknown import FORGET_BY_ANNOTATION, FORGET_REASON_ANNOTATION, TAG_PREFIX

NUMBERS = ("integer", "number")


@connected
def forget(
    cluster: Cluster,
    dataset: Which,
    subject: Annotated[
        str, typer.Option("--subject", metavar="VALUE", help="Whom: a value of the column of spec.privacy.subject.")
    ],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for those who ask later.")],
    retrain: Annotated[
        bool, typer.Option("--retrain", help="Train the models anew that were trained on those rows.")
    ] = False,
) -> None:
    """Erase someone's rows from every version, here and in the backup. It can't be undone.

    The value leaves this machine as a keyed hash alone.
    """
    wanted = reference(dataset, DATASET)
    item = cluster.get(wanted)
    told, column = _subject(wanted, item)
    if subject.strip().lower() in reason.lower():
        raise ColonnadeError("--reason is kept for good, and names the subject: say why in other words")
    key = _key(cluster, told.key_secret_ref).strip()
    if len(key) < SHORTEST_KEY_BYTES:
        raise ColonnadeError(f"the {told.key_secret_ref} has {len(key)} bytes, and a key has {SHORTEST_KEY_BYTES}")
    hashed = keyed_hash(key, _as_stored(cluster, item, column, subject))
    notes = {FORGET_REASON_ANNOTATION: reason, FORGET_BY_ANNOTATION: cluster.whoami()}
    ask(cluster, wanted, "forget", hashed, key_id(key), **notes)
    _move_tags(cluster, wanted)
    retraining.tell(cluster, retrain=retrain)


def _subject(wanted: Reference, item: Object) -> tuple[Subject, str]:
    told = (item["spec"].get("privacy") or {}).get("subject")
    if not told:
        raise ColonnadeError(
            f"{wanted} doesn't say whose data a row is: name the column, and a key, in spec.privacy.subject"
        )
    subject = Subject.model_validate(told)
    return subject, subject.column


def _as_stored(cluster: Cluster, item: Object, column: str, subject: str) -> str:
    """The value as stored versions have it: in a pseudonymized column its token."""
    declared = {each["name"]: each.get("type") for each in (item["spec"].get("schema") or {}).get("columns") or ()}
    value = spelled(subject, numeric=declared.get(column) in NUMBERS)
    privacy = Privacy.model_validate(item["spec"]["privacy"])
    hides = any(rule.column == column and rule.action == "Pseudonymize" for rule in privacy.rules_)
    if not hides or privacy.pseudonyms is None:
        return value
    return token(_key(cluster, privacy.pseudonyms.key_secret_ref).rstrip(b"\r\n"), value)


def _key(cluster: Cluster, wanted: SecretKey) -> bytes:
    found = cluster.find(SECRETS, wanted.name)
    try:
        return base64.b64decode(((found or {}).get("data") or {})[wanted.key])
    except (KeyError, binascii.Error) as error:
        raise ColonnadeError(
            f"there is no {wanted} in namespace {cluster.namespace}, by which whoever is forgotten is remembered: "
            f"kubectl create secret generic {wanted.name} --from-literal={wanted.key}=$(openssl rand -hex 32)"
        ) from error


def _move_tags(cluster: Cluster, wanted: Reference) -> None:
    """A name goes on to what is in its version's place."""
    item = cluster.get(wanted)
    places = {each.digest: each.successor for each in DatasetStatus.model_validate(item.get("status") or {}).erased}
    for tag, digest in tags(item["metadata"].get("annotations") or {}).items():
        if digest in places:
            cluster.merge(wanted, {"metadata": {"annotations": {f"{TAG_PREFIX}{tag}": places[digest]}}})
            after = places[digest]
            now = f"is {after[7:17]}" if after else "names nothing any more: nothing is left of its version"
            say(f"{wanted}: the tag {tag} {now}")
