"""What every infer request goes through, whichever protocol it came by: its model, its task, its end, its faults.

REST, gRPC and the fast path read and write bytes; what they would otherwise say each by themselves is said here.
"""

from .faults import GONE, to_protocol_error
from .inference import TIMEOUT_HEADERS, Inference, InferenceService, deadline
from .repository import check_control, check_parameters

__all__ = [
    "GONE",
    "TIMEOUT_HEADERS",
    "Inference",
    "InferenceService",
    "check_control",
    "check_parameters",
    "deadline",
    "to_protocol_error",
]
