"""The chat page, the widget's files and the products' pictures.

Knows nothing about conversations.
"""

from __future__ import annotations

import asyncio
import html
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse, Response

from shopper.errors import BadInput, NotFound
from shopper.web.deps import WebDep
from shopper.web.static import static_file

router = APIRouter(include_in_schema=False)

_WEB = Path(__file__).resolve().parent.parent
_PAGE = _WEB / "page"
_WIDGET = _WEB / "widget" / "dist"

# Everything the page needs comes from its own host; photos are drawn on a canvas.
_CSP = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'self'"


@router.get("/")
async def page(web: WebDep) -> Response:
    """The chat page, under the shop's name."""
    text = await asyncio.to_thread((_PAGE / "index.html").read_text, encoding="utf-8")
    text = text.replace("{{shop_name}}", html.escape(web.shop.name))
    return HTMLResponse(text, headers={"Content-Security-Policy": _CSP, "Cache-Control": "no-cache"})


@router.get("/page/{name}")
async def page_file(name: str) -> Response:
    return await static_file(_PAGE, name, headers={"Cache-Control": "no-cache"})


@router.get("/widget/{name:path}")
async def widget_file(name: str) -> Response:
    """The widget's bundle; any site may load it."""
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": "no-cache",
    }
    return await static_file(_WIDGET, name, headers=headers)


@router.get("/media/{name:path}")
async def media(name: str, web: WebDep) -> Response:
    """A product's picture; names are content hashes, so they never change."""
    try:
        path = web.shop.catalog.media.path(name)
    except BadInput as error:
        raise NotFound("There is no such picture.") from error
    if not path.is_file():
        raise NotFound("There is no such picture.")
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return FileResponse(path, headers=headers)
