"""GET /v1/looks/{id}.webp: the board picture of an outfit.

Knows nothing about conversations; an id names the pictures on the board and nobody's conversation.
"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response

from shopper.errors import NotFound
from shopper.web.deps import PROBLEMS, WebDep

router = APIRouter(tags=["catalog"], responses=PROBLEMS)


@router.get("/v1/looks/{look_id}.webp", name="get_look_picture", response_class=FileResponse)
async def picture(look_id: str, web: WebDep) -> Response:
    """The board of a look that was shown; like a product's picture it needs no key."""
    boards = web.shop.agent.desk.boards
    if boards is None:
        raise NotFound("There is no such look.")
    headers = {
        "Cache-Control": "public, max-age=86400",
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return FileResponse(boards.path(look_id), media_type="image/webp", headers=headers)
