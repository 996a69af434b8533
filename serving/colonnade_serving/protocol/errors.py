"""What a client hears when a request can't be answered."""


class ProtocolError(Exception):
    """An answer of the form {"error": message} with an HTTP status."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
