"""REST and gRPC by TLS, on the one port and on gRPC's own."""

import http.client
import json
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from tests.serving.certificates import Authority
from tests.serving.process import Served, row, run, serving
from tests.serving.rpc.client import Client, raw_row

INFER = "/v2/models/logistic/infer"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "ca")


@pytest.fixture
def options(authority: Authority) -> tuple[str, ...]:
    cert, key = authority.issue("server")
    return (f"--tls-cert={cert}", f"--tls-key={key}")


@pytest.fixture
def served(logistic: Path, tmp_path: Path, options: tuple[str, ...]) -> Iterator[Served]:
    with serving(tmp_path, str(logistic), *options, "--grpc-port=0", "--drain-delay=0") as running:
        yield running


def trusting(authority: Authority, *alpn: str, own: tuple[Path, Path] | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(authority.file))
    if alpn:
        context.set_alpn_protocols(alpn)
    if own:
        context.load_cert_chain(*own)
    return context


def ask(served: Served, context: ssl.SSLContext, path: str, body: object = None) -> tuple[int, Any]:
    connection = http.client.HTTPSConnection("localhost", served.port, timeout=20, context=context)
    try:
        connection.request("POST" if body else "GET", path, json.dumps(body) if body else None)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def rpc(port: int, authority: Authority, own: tuple[Path, Path] | None = None) -> Client:
    pair = [path.read_bytes() for path in own] if own else [None, None]
    certificates = grpc.ssl_channel_credentials(authority.file.read_bytes(), pair[1], pair[0])
    return Client(grpc.secure_channel(f"localhost:{port}", certificates, (("grpc.use_local_subchannel_pool", 1),)))


def certificate(served: Served, authority: Authority) -> str:
    sock = socket.create_connection(("127.0.0.1", served.port), timeout=20)
    with trusting(authority).wrap_socket(sock, server_hostname="localhost") as secure:
        found = secure.getpeercert()
    assert found is not None
    return str(found["serialNumber"])


def test_one_port_speaks_both_and_each_client_gets_its_own(served: Served, authority: Authority):
    for alpn in ((), ("http/1.1",), ("h2", "http/1.1")):
        for _ in range(2):
            status, said = ask(served, trusting(authority, *alpn), INFER, row(1, 2, 3))
            assert (status, said["model_name"]) == (200, "logistic")
    for port in (served.port, int(served.logged("listening")["grpc_port"])):
        client = rpc(port, authority)
        for _ in range(3):
            assert client.infer(raw_row(1, 2, 3)).model_name == "logistic"
        client.channel.close()


def test_large_bodies_come_and_go_whole(served: Served, authority: Authority):
    rows = 20_000
    tensor = {"name": "X", "datatype": "FP32", "shape": [rows, 3], "data": [0.5] * (3 * rows)}
    status, said = ask(served, trusting(authority), INFER, {"inputs": [tensor]})
    assert (status, said["outputs"][1]["shape"]) == (200, [rows, 2])


def test_who_speaks_no_tls_gets_nothing_and_harms_nobody(served: Served, authority: Authority):
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        served.ask("GET", "/v2")
    assert ask(served, trusting(authority), "/v2")[0] == 200
    assert "Traceback" not in served.log.read_text()


def test_a_renewed_certificate_is_taken_and_a_wrong_one_is_not(served: Served, authority: Authority, tmp_path: Path):
    first = certificate(served, authority)
    (tmp_path / "server.key").write_text("no key")
    served.logged("the certificate was not read again; the one before holds")
    assert certificate(served, authority) == first
    authority.issue("server")
    served.logged("the certificate was read again")
    assert certificate(served, authority) not in ("", first)


def test_clients_need_a_certificate_where_theirs_have_a_ca(
    logistic: Path, tmp_path: Path, authority: Authority, options: tuple[str, ...]
):
    clients = Authority(tmp_path, "clients")
    own = clients.issue("client")
    with serving(tmp_path, str(logistic), *options, f"--tls-client-ca={clients.file}") as served:
        assert ask(served, trusting(authority, own=own), "/v2")[0] == 200
        assert rpc(served.port, authority, own).infer(raw_row(1, 2, 3)).model_name == "logistic"
        for wrong in (None, authority.issue("stranger")):
            with pytest.raises(OSError, match=r"(?i)cert|alert|closed|reset"):
                ask(served, trusting(authority, own=wrong), "/v2")
            with pytest.raises(grpc.RpcError) as refused:
                rpc(served.port, authority, wrong).infer(raw_row(1, 2, 3))
            assert refused.value.code() is grpc.StatusCode.UNAVAILABLE


def test_an_end_waits_for_no_clients_goodbye(served: Served, authority: Authority):
    sock = socket.create_connection(("127.0.0.1", served.port), timeout=20)
    with trusting(authority).wrap_socket(sock, server_hostname="localhost") as idle:
        idle.sendall(b"GET /v2 HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle.recv(65536).startswith(b"HTTP/1.1 200")
        client = rpc(served.port, authority)
        client.infer(raw_row(1, 2, 3))
        began = time.monotonic()
        assert served.end() == 0
        assert time.monotonic() - began < 20  # the drain's own limit is 25, and TLS's goodbye 30


def test_workers_share_it(logistic: Path, tmp_path: Path, authority: Authority, options: tuple[str, ...]):
    with serving(tmp_path, str(logistic), *options, "--workers=2") as served:
        assert ask(served, trusting(authority), INFER, row(1, 2, 3))[0] == 200


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (("--tls-cert={cert}",), "--tls-cert and --tls-key go together"),
        (("--tls-key={key}",), "--tls-cert and --tls-key go together"),
        (("--tls-cert={key}", "--tls-key={key}"), "server.key: no certificate in PEM"),
        (("--tls-cert={cert}", "--tls-key={cert}"), "server.crt: no private key in PEM"),
        (("--tls-cert={cert}", "--tls-key={other}"), "the key is not that of"),
        (("--tls-cert=/nowhere", "--tls-key={key}"), "/nowhere: No such file or directory"),
        (("--tls-client-ca={cert}",), "there is no TLS without --tls-cert and --tls-key"),
        (("--tls-cert={cert}", "--tls-key={key}", "--tls-client-ca={key}"), "server.key: no certificate in PEM"),
    ],
)
def test_what_can_not_be_used_ends_the_start(authority: Authority, flags: tuple[str, ...], says: str):
    cert, key = authority.issue("server")
    _, other = authority.issue("other")
    ended = run("/model.onnx", *(flag.format(cert=cert, key=key, other=other) for flag in flags))
    assert ended.returncode == 2
    assert says in ended.stderr
    assert "PRIVATE KEY" not in ended.stderr
