"""What a client hears when a request can't be answered."""


class ProtocolError(Exception):
    """An answer of the form {"error": message} with an HTTP status."""

    retry_after = 1
    """With status 503: whole seconds until it is worth coming back."""

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
