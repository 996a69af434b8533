"""What goes wrong, as {"error": …}."""

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ...protocol import response
from ...protocol.errors import ProtocolError


def answer_errors(api: FastAPI) -> None:
    """Gives every error of the application its protocol form."""
    api.add_exception_handler(HTTPException, _http_error)
    api.add_exception_handler(ProtocolError, _protocol_error)
    api.add_exception_handler(Exception, _fault)


def error_response(error: ProtocolError) -> Response:
    """An error as the client sees it; 503 says when to come back."""
    return Response(response.encode_error(error.message), error.status, error.headers, "application/json")


async def _http_error(http: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    allowed = _allowed(error)
    said = {
        404: f"{http.url.path} is unknown here; /docs lists what there is",
        405: f"{http.method} is not for {http.url.path}; {allowed or 'another method'} is",
    }
    message = said.get(error.status_code, str(error.detail))
    headers = dict(error.headers or {}) | ({"Allow": allowed} if allowed else {})
    return JSONResponse({"error": message}, error.status_code, headers)


def _allowed(error: HTTPException) -> str:
    """The methods that a path takes: HEAD wherever GET is."""
    methods = (error.headers or {}).get("Allow", "")
    return f"{methods}, HEAD" if methods == "GET" else methods


async def _protocol_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, ProtocolError)
    return error_response(error)


async def _fault(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": f"the server has a fault ({type(error).__name__}); its log says more"}, 500)
