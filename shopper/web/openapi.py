"""The OpenAPI description: who may call, how errors look, and which headers every answer carries.

Knows nothing about any single route.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from shopper.protocols.openai import CompletionIn
from shopper.web.deps import problems
from shopper.web.examples import EXAMPLES
from shopper.web.schema import Problem

_OPEN = ("/health", "/ready", "/.well-known/ucp")

_HEADERS = {
    "X-Request-Id": {
        "description": "The request's id: the one that was sent, or a new one",
        "schema": {"type": "string"},
    },
    "RateLimit": {
        "description": 'What is left of each limit: `"address";r=119;t=60`',
        "schema": {"type": "string"},
    },
    "RateLimit-Policy": {
        "description": 'The limits that hold: `"address";q=120;w=60`',
        "schema": {"type": "string"},
    },
}
_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_RETRY_AFTER = {"description": "Seconds until it may be tried again", "schema": {"type": "integer"}}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "The same key with the same body gets the first answer again, for a day; a UUID is best. "
    "The same key with another body is refused with 422; while the first is being answered, with 409.",
}


def describe(app: FastAPI) -> None:
    """Let `app` describe itself in full."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            spec = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes
            )
            app.openapi_schema = _completed(spec)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way of extending it


def _completed(spec: dict[str, Any]) -> dict[str, Any]:
    components = spec.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for model in (Problem, CompletionIn):  # no route's own parameter
        described = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= described.pop("$defs", {}) | {model.__name__: described}
    components["headers"] = _HEADERS
    components["securitySchemes"] = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "`sk_…` from a server, `pk_…` from a page of an allowed origin, or `tt_…`, a "
            "token of one conversation. A server without keys answers its own machine without one.",
        }
    }
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            _complete(operation, method, is_open=path in _OPEN)
    return spec


def _complete(operation: dict[str, Any], method: str, *, is_open: bool) -> None:
    if not is_open:
        operation["security"] = [{"key": []}, {}]
    if method == "post":
        operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
        for status, response in problems(409, 422).items():
            operation["responses"].setdefault(str(status), response)
    example = EXAMPLES.get(operation["operationId"])
    for status, response in operation["responses"].items():
        if example is not None and status < "300":
            response["content"]["application/json"]["example"] = example
        if status >= "400" and "content" not in response:
            response["content"] = {"application/problem+json": {"schema": _PROBLEM}}
        told = response.setdefault("headers", {})
        told |= {name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS}
        if status in ("409", "429", "503"):
            told["Retry-After"] = _RETRY_AFTER
