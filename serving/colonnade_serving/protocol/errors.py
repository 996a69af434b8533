"""What a client hears when a request can't be answered."""


class ProtocolError(Exception):
    """An answer of the form {"error": message} with an HTTP status."""

    retry_after = 1
    """With status 503: whole seconds until it is worth coming back."""
    reason = ""
    """One of telemetry.reasons, or nothing for what its status stands for."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status

    @property
    def headers(self) -> dict[str, str]:
        """The HTTP headers that belong to the status."""
        if self.status == 503:
            return {"Retry-After": str(self.retry_after)}
        return {"Accept-Encoding": "gzip, deflate"} if self.status == 415 else {}


def too_large(limit: int) -> ProtocolError:
    """The answer to a body over the limit, in bytes."""
    return ProtocolError(f"body: more than {limit} bytes; send fewer rows at once", 413)


def server_fault() -> ProtocolError:
    """The answer to a request on which the server itself failed."""
    return ProtocolError("the server has a fault; its log says more", 500)
