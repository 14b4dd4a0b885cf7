"""/v1/uploads: photos sent ahead of a message, and photos of a thread read back.

Knows nothing about what a photo shows.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from shopper.errors import BadInput
from shopper.web.deps import TokenCallerDep, WebDep, problems
from shopper.web.routes.chat import decode_photo
from shopper.web.schema import UploadOut

router = APIRouter(tags=["uploads"], responses=problems(403, 422, 429))


@router.post(
    "/v1/uploads",
    name="upload_photo",
    status_code=201,
    response_model=None,
    responses=problems(409, 413) | {201: {"model": UploadOut}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def upload(request: Request, web: WebDep, caller: TokenCallerDep) -> dict[str, Any]:
    """Send a picture as the raw body; use the id as `upload_id` in a message."""
    raw = await request.body()
    if not raw:
        raise BadInput("Send the picture as the body of the request.", field="body")
    photo = await decode_photo(raw, web)
    await web.shop.threads.save_photo(photo, thread_id=None, owner=caller.owner)
    return {"id": photo.id, "media_type": photo.media_type, "bytes": len(photo.data)}


@router.get(
    "/v1/uploads/{photo_id}",
    name="get_photo",
    response_class=Response,
    responses=problems(404)
    | {200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def get(photo_id: str, web: WebDep, caller: TokenCallerDep) -> Response:
    """A photo that was sent here, as the server keeps it."""
    if (thread_id := await web.shop.threads.thread_of_photo(photo_id)) is not None:
        caller.check(thread_id)
    photo = await web.shop.threads.photo(photo_id, caller.owner)
    return Response(
        photo.data, media_type=photo.media_type, headers={"Cache-Control": "private, max-age=3600"}
    )
