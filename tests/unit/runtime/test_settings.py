"""What the environment says, and what it may not say."""

import os

import pytest
from pydantic import ValidationError

from colonnade.manifests import BucketStore, Signing, VolumeStore
from colonnade.runtime.election import CALL_SECONDS
from colonnade.runtime.settings import Settings

PEM = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----"


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch):
    for name in os.environ:
        if name.startswith("COLONNADE_"):
            monkeypatch.delenv(name)


@pytest.fixture
def said(monkeypatch):
    def say(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(f"COLONNADE_{name.upper()}", value)
        return Settings()

    return say


def test_nothing_said_is_every_namespace_and_a_store_on_volumes(said):
    settings = said()
    assert settings.watch_namespaces == ()
    assert settings.platform().store == VolumeStore()


def test_names_are_separated_by_commas(said):
    assert said(watch_namespaces="a, b,").watch_namespaces == ("a", "b")


def test_a_bucket_comes_with_its_secret_and_its_address(said):
    store = (
        said(store="s3://models/colonnade", store_secret="models", store_endpoint="https://minio:9000").platform().store
    )
    assert store == BucketStore("s3://models/colonnade", "models", "https://minio:9000")


def test_a_namespace_may_have_a_store_of_its_own_which_takes_what_it_leaves_out_from_the_others(said):
    own = '{"team-a": {"url": "s3://team-a", "secretName": "team-a"}, "team-b": {"url": "s3://team-b", "region": "eu"}}'
    platform = said(store="s3://models", store_secret="models", store_region="us", store_namespaces=own).platform()
    assert platform.of("team-a").store == BucketStore("s3://team-a", "team-a", None, "us")
    assert platform.of("team-b").store == BucketStore("s3://team-b", "models", None, "eu")
    assert platform.of("team-c") == platform
    assert platform.place("team-a").root == "s3://team-a/team-a"


def test_a_namespace_may_keep_to_a_volume_where_the_others_have_a_bucket(said):
    platform = said(store="s3://models", store_namespaces='{"team-a": {"url": "file:///store"}}').platform()
    assert platform.of("team-a").store == VolumeStore()


def test_stores_of_before_are_named_for_all_or_for_one_namespace(said):
    own = '{"team-a": {"url": "s3://team-a", "copiedFrom": ["s3://models"]}}'
    platform = said(store="s3://models", store_copied_from="file:///store", store_namespaces=own).platform()
    assert platform.place("team-a").copied_from == ("s3://models",)
    assert platform.place("team-b").copied_from == ("file:///store",)


@pytest.mark.parametrize("own", ['{"url": "https://team-a"}', '{"url": "s3://team-a", "secret": "team-a"}', "{}"])
def test_a_store_of_a_namespace_that_cannot_be_read_is_refused(said, own):
    with pytest.raises(ValidationError, match=r"store_namespaces|STORE_NAMESPACES|team-a"):
        said(store_namespaces=f'{{"team-a": {own}}}')


def test_nothing_is_signed_and_nothing_verified_unless_it_is_said(said):
    assert said().platform().signing == Signing()


def test_keys_are_trusted_as_they_were_said(said):
    signing = (
        said(signing_secret="model-signing", public_keys=f"{PEM}\n{PEM}\n", allow_unsigned="true").platform().signing
    )
    assert signing == Signing("model-signing", f"{PEM}\n{PEM}", allow_unsigned=True)


def test_an_empty_storage_class_is_the_clusters_default(said):
    assert said(store_class="").platform().store.storage_class is None


def test_client_services_point_to_the_router_in_our_namespace(said):
    assert said(namespace="ml").platform().router_host == "colonnade-router.ml.svc.cluster.local"


def test_the_bundled_prometheus_is_asked_where_none_is_named(said):
    assert said(namespace="ml", prometheus_url="").prometheus() == "http://colonnade-prometheus.ml:9090"


def test_a_store_that_is_neither_is_refused(said):
    with pytest.raises(ValidationError):
        said(store="/var/store")


def test_a_lease_that_ends_before_its_holder_gives_up_is_refused(said):
    with pytest.raises(ValidationError, match="COLONNADE_RENEW_SECONDS < COLONNADE_LEASE_SECONDS"):
        said(lease_seconds="3", renew_seconds="4")


def test_outside_a_pod_two_processes_never_have_one_name(said):
    assert said().pod_name != said().pod_name


def test_a_renewal_is_over_before_another_may_lead(said):
    terms = said().terms()
    assert terms.duration - terms.renew_within > CALL_SECONDS
