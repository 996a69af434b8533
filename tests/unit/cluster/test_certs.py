"""Certificates, as openssl writes and reads them."""

import subprocess
from pathlib import Path

import pytest

from cluster.apiserver import ADMINISTRATOR, serving
from cluster.certs import Authority, Certificate
from cluster.kubelet import kubelet_settings
from cluster.node import Node


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"))


def shown(certificate: Path) -> str:
    asked = [
        "openssl",
        "x509",
        "-in",
        str(certificate),
        "-noout",
        "-subject",
        "-ext",
        "subjectAltName,extendedKeyUsage",
    ]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout


def test_the_api_server_serves_by_every_name_that_pods_and_people_use(authority: Authority) -> None:
    certificate, _ = authority.issue(serving("10.244.0.1"))
    words = shown(certificate)
    for name in ("DNS:localhost", "DNS:kubernetes.default.svc", "DNS:kubernetes.default.svc.cluster.local"):
        assert name in words
    for address in ("127.0.0.1", "10.96.0.1", "10.244.0.1"):
        assert f"IP Address:{address}" in words


def test_a_user_is_the_common_name_and_its_groups_are_the_organizations(authority: Authority) -> None:
    certificate, _ = authority.issue(ADMINISTRATOR)
    assert "O = system:masters, CN = kubernetes-admin" in shown(certificate)


def test_a_client_serves_nothing(authority: Authority) -> None:
    certificate, _ = authority.issue(ADMINISTRATOR)
    assert "TLS Web Server Authentication" not in shown(certificate)


def test_a_kubelet_serves_by_its_nodes_address_or_exec_and_logs_would_be_refused(authority: Authority) -> None:
    settings = kubelet_settings(Node(2), authority)
    words = shown(Path(str(settings["tlsCertFile"])))
    assert "IP Address:10.244.0.2" in words
    assert "CN = system:node:node2" in words


def test_every_certificate_is_signed_by_the_authority(authority: Authority) -> None:
    certificate, _ = authority.issue(ADMINISTRATOR)
    verdict = ["openssl", "verify", "-CAfile", str(authority.certificate), str(certificate)]
    assert subprocess.run(verdict, capture_output=True, check=False).returncode == 0


def test_the_same_certificate_is_issued_once(authority: Authority) -> None:
    certificate, _ = authority.issue(Certificate("once", "once"))
    first = certificate.read_bytes()
    authority.issue(Certificate("once", "once"))
    assert certificate.read_bytes() == first


def test_a_certificate_that_is_to_say_something_else_is_issued_again(authority: Authority) -> None:
    certificate, _ = authority.issue(Certificate("moved", "moved", addresses=("10.0.0.1",)))
    authority.issue(Certificate("moved", "moved", addresses=("10.0.0.2",)))
    assert "IP Address:10.0.0.2" in shown(certificate)


def test_keys_are_for_their_owner_alone(authority: Authority) -> None:
    assert authority.folder.stat().st_mode & 0o077 == 0
