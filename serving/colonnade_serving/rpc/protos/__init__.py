"""The services' definitions, and what `make protos` makes of them; `make check` finds drift.

The .proto files name the fields as open-inference-protocol, Triton, KServe, MLServer and gRPC do. They are written
together here because none of the published packages has them all, and each puts them into protobuf's default pool.
"""

from . import health_pb2, inference_pb2, reflection_pb2, repository_pb2
from .pool import POOL

__all__ = ["POOL", "health_pb2", "inference_pb2", "reflection_pb2", "repository_pb2"]
