"""The interactive docs, whole without a network: Swagger UI comes with the package fastapi-swagger."""

from collections.abc import Callable
from html import escape
from importlib.resources import files
from typing import Any, Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

ASSETS: Final = {
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "favicon-32x32.png": "image/png",
}
START: Final = "start.js"
"""Starts the page; it is no part of the page, so that a policy can forbid what is."""

PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Colonnade serving</title>
<link rel="icon" type="image/png" href="{docs}/favicon-32x32.png">
<link rel="stylesheet" href="{docs}/swagger-ui.css">
</head>
<body>
<div id="swagger-ui" data-url="{openapi}"></div>
<script src="{docs}/swagger-ui-bundle.js"></script>
<script src="{docs}/start.js"></script>
</body>
</html>
"""
SCRIPT: Final = """SwaggerUIBundle({
  url: document.getElementById("swagger-ui").dataset.url,
  dom_id: "#swagger-ui",
  deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  validatorUrl: null,
});
"""
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""Nothing from elsewhere; Swagger UI styles its elements inline."""


def routes(openapi: Callable[[], dict[str, Any]]) -> APIRouter:
    """GET /openapi.json, /docs, and what /docs is made of."""
    router = APIRouter(include_in_schema=False)

    @router.get("/openapi.json")
    async def description(http: Request) -> Response:
        prefix = http.scope["root_path"]
        return JSONResponse(openapi() | ({"servers": [{"url": prefix}]} if prefix else {}))

    @router.get("/docs")
    async def page(http: Request) -> Response:
        prefix = escape(http.scope["root_path"])
        said = PAGE.format(docs=f"{prefix}/docs", openapi=f"{prefix}/openapi.json")
        return HTMLResponse(said, headers={"Content-Security-Policy": POLICY})

    @router.get("/docs/{name}")
    async def asset(name: str) -> Response:
        if name == START:
            return Response(SCRIPT, media_type="text/javascript")
        if name not in ASSETS:
            raise HTTPException(404)
        content = (files("fastapi_swagger") / "resources" / name).read_bytes()
        return Response(content, media_type=ASSETS[name], headers={"Cache-Control": "max-age=86400"})

    return router
