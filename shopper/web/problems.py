"""Errors as RFC 9457 problem documents: what a caller sees when something is refused or breaks.

Knows nothing about any route; never sends the text of an unexpected exception.
"""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from shopper.errors import (
    BadInput,
    CatalogMissing,
    Conflict,
    ModelUnavailable,
    NotAllowed,
    NotFound,
    ShopperError,
    TooLarge,
    TooMany,
)
from shopper.web.limits import OverLimit, headers

log = logging.getLogger(__name__)


class StillRunning(Conflict):
    """The same request came before and isn't answered yet."""

    code = "still_running"


class OtherBody(BadInput):
    """An Idempotency-Key was used before for something else."""

    code = "idempotency_mismatch"


_STATUS: tuple[tuple[type[ShopperError], int, str], ...] = (
    (TooLarge, 413, "Too large"),
    (BadInput, 422, "Can't be used"),
    (NotFound, 404, "Not found"),
    (Conflict, 409, "Conflict"),
    (NotAllowed, 403, "Not allowed"),
    (TooMany, 429, "Too many requests"),
    (CatalogMissing, 503, "No catalog"),
    (ModelUnavailable, 503, "Model unavailable"),
    (ShopperError, 400, "Refused"),
)


def problem(
    status: int, title: str, detail: str, *, code: str, headers: dict[str, str] | None = None, **more: Any
) -> JSONResponse:
    """A problem document; `code` is a stable word for programs, `detail` a sentence for people."""
    body = {
        "type": f"urn:shopper:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }
    return JSONResponse(
        body | more, status_code=status, media_type="application/problem+json", headers=headers
    )


def problem_of(error: ShopperError) -> JSONResponse:
    """What a caller is told of one of the product's own errors."""
    status, title = status_of(error)
    more = {"field": error.field} if isinstance(error, BadInput) and error.field else {}
    return problem(status, title, error.message, code=error.code, headers=headers_of(error), **more)


def status_of(error: ShopperError) -> tuple[int, str]:
    """The HTTP status of one of the product's own errors, and its title."""
    return next((status, title) for kind, status, title in _STATUS if isinstance(error, kind))


def headers_of(error: ShopperError) -> dict[str, str]:
    """When to come back, where that is known."""
    if isinstance(error, OverLimit):
        stood = headers([error.standing]) if error.standing else {}
        return stood | {"Retry-After": str(error.retry_after)}
    if isinstance(error, TooMany):
        return {"Retry-After": "60"}
    return {"Retry-After": "1"} if isinstance(error, StillRunning) else {}


async def _shopper_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ShopperError)
    return problem_of(error)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [
        {"field": ".".join(str(part) for part in e["loc"] if part != "body") or "body", "reason": e["msg"]}
        for e in error.errors()
    ]
    if any(e["type"] == "json_invalid" for e in error.errors()):
        return problem(
            400, "Malformed JSON", "The body isn't valid JSON.", code="malformed_json", errors=errors
        )
    first = errors[0]
    detail = f"{first['field']}: {first['reason']}"
    return problem(422, "Can't be used", detail, code="bad_input", field=first["field"], errors=errors)


async def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers) if error.headers else None
    return problem(error.status_code, str(error.detail), str(error.detail), code="http", headers=headers)


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.error("unexpected error on %s %s", request.method, request.url.path, exc_info=error)
    return problem(
        500, "Something broke", "Something went wrong on our side; please try again.", code="internal"
    )


def add_problem_handlers(app: FastAPI) -> None:
    """Make every error of `app` a problem document."""
    app.add_exception_handler(ShopperError, _shopper_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)
