"""What the other methods say: of the server, its models, its health, and of themselves."""

import subprocess
import sys
from pathlib import Path

import grpc
import pytest
from google.protobuf import json_format

from colonnade_serving.rpc.protos import health_pb2 as health
from colonnade_serving.rpc.protos import inference_pb2 as pb
from colonnade_serving.rpc.protos import reflection_pb2 as reflection
from colonnade_serving.rpc.protos import repository_pb2 as repository
from tests.serving.process import Served, serving
from tests.serving.rpc.client import METHODS, Client, client, raw_row

REFLECT = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"


def test_the_server_says_what_it_is(served: Served, rpc: Client):
    assert rpc.call("ServerLive", pb.ServerLiveRequest()).live
    assert rpc.call("ServerReady", pb.ServerReadyRequest()).ready
    assert rpc.call("ModelReady", pb.ModelReadyRequest(name="logistic", version="1")).ready
    told = rpc.call("ServerMetadata", pb.ServerMetadataRequest())
    assert json_format.MessageToDict(told) == served.ask("GET", "/v2").json()


def test_a_model_is_described_as_over_rest(served: Served, rpc: Client):
    told = rpc.call("ModelMetadata", pb.ModelMetadataRequest(name="logistic"))
    over_rest = served.ask("GET", "/v2/models/logistic").json()
    assert [(t.name, t.datatype, list(t.shape)) for t in told.inputs] == [("X", "FP32", [-1, 3])]
    assert [t.name for t in told.outputs] == [t["name"] for t in over_rest["outputs"]]
    assert (told.name, list(told.versions), told.platform) == ("logistic", ["1"], over_rest["platform"])
    config = json_format.MessageToDict(rpc.call("ModelConfig", pb.ModelConfigRequest(name="logistic")).config)
    assert config["maxBatchSize"] == served.ask("GET", "/v2/models/logistic/config").json()["max_batch_size"]


def test_statistics_count_what_was_asked(rpc: Client):
    before = rpc.call("ModelStatistics", pb.ModelStatisticsRequest(name="logistic")).model_stats[0]
    rpc.infer(raw_row(1, 2, 3))
    after = rpc.call("ModelStatistics", pb.ModelStatisticsRequest()).model_stats[0]
    assert after.inference_count - before.inference_count == 1
    assert after.inference_stats.success.count - before.inference_stats.success.count == 1


@pytest.mark.parametrize(
    "path", ["RepositoryIndex", "/inference.model_repository.ModelRepositoryService/RepositoryIndex"]
)
def test_the_repository_is_listed(rpc: Client, path: str):
    request = (repository if "/" in path else pb).RepositoryIndexRequest(ready=True)
    assert [(m.name, m.version, m.state) for m in rpc.call(path, request).models] == [("logistic", "1", "READY")]


def test_models_are_not_controlled_unless_it_is_allowed(rpc: Client):
    with pytest.raises(grpc.RpcError) as refused:
        rpc.call("RepositoryModelUnload", pb.RepositoryModelUnloadRequest(model_name="logistic"))
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED


def test_a_model_is_unloaded_and_loaded_by_tritons_kserves_and_mlservers_messages(logistic: Path, tmp_path: Path):
    service = "/inference.model_repository.ModelRepositoryService"
    with serving(tmp_path, str(logistic), "--model-control") as served, client(served.port) as rpc:
        rpc.call("RepositoryModelUnload", pb.RepositoryModelUnloadRequest(model_name="logistic"))
        assert rpc.refused(raw_row(1, 2, 3)).code() is grpc.StatusCode.NOT_FOUND
        kserves = rpc.call("RepositoryModelLoad", pb.RepositoryModelLoadRequest(repository_name="logistic"))
        assert (kserves.model_name, kserves.isLoaded) == ("logistic", True)
        assert rpc.infer(raw_row(1, 2, 3)).model_name == "logistic"
        rpc.call(f"{service}/RepositoryModelUnload", repository.RepositoryModelUnloadRequest(model_name="logistic"))
        rpc.call(f"{service}/RepositoryModelLoad", repository.RepositoryModelLoadRequest(model_name="logistic"))
        assert rpc.infer(raw_row(1, 2, 3)).model_name == "logistic"
        with pytest.raises(grpc.RpcError) as refused:
            rpc.call("RepositoryModelLoad", pb.RepositoryModelLoadRequest(model_name="nope"))
        assert refused.value.code() is grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize("service", ["", "inference.GRPCInferenceService", "logistic"])
def test_health_is_checked_for_the_server_and_for_a_model(rpc: Client, service: str):
    answer = rpc.call("/grpc.health.v1.Health/Check", health.HealthCheckRequest(service=service))
    assert answer.status == health.HealthCheckResponse.SERVING


def test_health_of_what_there_is_not_is_unknown(rpc: Client):
    with pytest.raises(grpc.RpcError) as refused:
        rpc.call("/grpc.health.v1.Health/Check", health.HealthCheckRequest(service="nope"))
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND


def test_reflection_describes_every_method(rpc: Client):
    asked = [reflection.ServerReflectionRequest(list_services="")]
    (listed,) = rpc.call(REFLECT, iter(asked))
    names = {service.name for service in listed.list_services_response.service}
    assert names == {method.containing_service.full_name for method in METHODS.values()}
    for method in METHODS.values():
        (told,) = rpc.call(REFLECT, iter([reflection.ServerReflectionRequest(file_containing_symbol=method.full_name)]))
        assert method.name.encode() in told.file_descriptor_response.file_descriptor_proto[0]
    (unknown,) = rpc.call(REFLECT, iter([reflection.ServerReflectionRequest(file_containing_symbol="no.Such")]))
    assert unknown.error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]


def test_the_messages_stand_beside_those_of_other_packages():
    """tritonclient, kserve and mlserver put messages of the same names into protobuf's default pool."""
    code = """
from google.protobuf import descriptor_pb2, descriptor_pool
from colonnade_serving.rpc.protos import inference_pb2
theirs = descriptor_pb2.FileDescriptorProto.FromString(inference_pb2.DESCRIPTOR.serialized_pb)
theirs.name = "grpc_service.proto"
pool = descriptor_pool.Default()
pool.AddSerializedFile(theirs.SerializeToString())
print(pool.FindMessageTypeByName("inference.ModelInferRequest").file.name)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.strip() == "grpc_service.proto"
