"""What went wrong with an infer request, as the client, the log and the metrics hear of it."""

import logging

from ..protocol.errors import ProtocolError, server_fault
from ..telemetry.logs import RateLimitFilter

log = logging.getLogger(__name__)
log.addFilter(RateLimitFilter())

GONE = 499
"""The status under which a client is counted that left before its answer."""


def to_protocol_error(error: Exception, id: bytes) -> ProtocolError:
    """The error that the client hears. Logs it when the client isn't to blame.

    id: the answer's x-request-id, if it has one yet.
    """
    if not isinstance(error, ProtocolError):
        log.error("an infer request hit a fault of the server", exc_info=error, extra={"request_id": id.decode()})
        return server_fault()
    if error.status >= 500:
        log.warning(error.message, extra={"status": error.status, "request_id": id.decode()})
    return error
