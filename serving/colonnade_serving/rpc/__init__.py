"""gRPC: the Open Inference Protocol's inference service, the repository's, health and reflection, over the same models.

`http2` speaks HTTP/2, `calls` speaks gRPC over it, `protos` holds the services' definitions, and the other modules
answer their methods. Nothing here waits in a task of its own: a call's message goes straight to the batcher, and its
answer is written when the batch is done.
"""

from .http2.frames import PREFACE
from .inference import Descriptions
from .server import Policy, RpcServer

__all__ = ["PREFACE", "Descriptions", "Policy", "RpcServer"]
