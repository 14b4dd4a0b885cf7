"""/store: a small shop made from the catalog, with the personal shopper in it as a shop would place it.

Knows nothing about conversations; its cart is the widget's, read by the page's script.
"""

from __future__ import annotations

import asyncio
import html
from collections.abc import Iterable
from pathlib import Path
from string import Template
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from shopper.errors import NotFound
from shopper.products.taxonomy import Taxonomy
from shopper.types import Product, Recommendation, ShopperQuery, Variant
from shopper.web.deps import Web, WebDep
from shopper.web.static import static_file

router = APIRouter(include_in_schema=False)

_FOLDER = Path(__file__).resolve().parent.parent / "store"
_PAGE_SIZE = 24
_DEPARTMENTS = ("tops", "dress", "outerwear", "bottoms", "shoes", "bags", "accessories", "jewellery")
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)


@router.get("/store")
async def grid(
    web: WebDep,
    category: Annotated[str | None, Query(max_length=60)] = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    page: Annotated[int, Query(ge=1, le=500)] = 1,
) -> Response:
    """The shop's products, newest first, or what its search field found."""
    if category is not None and category not in Taxonomy.load().categories:
        raise NotFound("There is no such department.")
    query = ShopperQuery(text=q or None, category=category, sort=None if q else "newest")
    found = await web.shop.search.find(query, limit=_PAGE_SIZE, offset=_PAGE_SIZE * (page - 1))
    body = await _template(
        "grid.html",
        heading=_words(q or (Taxonomy.load().label(category) if category else "New in")),
        cards="".join(_card(item) for item in found.items) or "<li>Nothing here yet.</li>",
        pages=_pages(found.total, page, category, q),
    )
    return await _page(web, body, title=q or category or "New in", category=category, q=q)


@router.get("/store/p/{product_id}")
async def product(
    product_id: str, web: WebDep, color: Annotated[str | None, Query(max_length=100)] = None
) -> Response:
    """One product in one colour, with its sizes."""
    found = (await web.shop.catalog.store.get([product_id])).get(product_id)
    if found is None:
        raise NotFound("The shop doesn't sell that.")
    shown = color if color in found.colors else found.colors[0]
    variants = [variant for variant in found.variants if variant.color == shown]
    body = await _template(
        "product.html",
        id=html.escape(found.id),
        title=_words(found.title),
        brand=_words(found.brand),
        description=_words(found.description),
        price=_price(variants[0]),
        pictures="".join(
            _picture(variant.image, f"{found.title}, {shown or ''}") for variant in _views(variants)
        ),
        colors=_colors(found, shown),
        sizes="".join(_size(variant) for variant in variants),
        facts=_facts(found),
    )
    return await _page(web, body, title=found.title, product_id=found.id)


@router.get("/store/cart")
async def cart(web: WebDep) -> Response:
    """The cart; its lines are the shopper's own, so the page's script fetches them."""
    return await _page(web, await _template("cart.html"), title="Your bag")


@router.get("/store/assets/{name}")
async def asset(name: str) -> Response:
    if not name.endswith((".css", ".js")):
        raise NotFound("There is no such page.")
    return await static_file(_FOLDER, name, headers={"Cache-Control": "no-cache"})


async def _page(
    web: Web,
    body: str,
    *,
    title: str,
    category: str | None = None,
    q: str | None = None,
    product_id: str = "",
) -> Response:
    label = Taxonomy.load().label
    links = "".join(
        f'<li><a href="/store?category={quote(key)}"{_current(key == category)}>'
        f"{_words(label(key).capitalize())}</a></li>"
        for key in _DEPARTMENTS
    )
    text = await _template(
        "frame.html",
        shop=_words(web.shop.name),
        title=_words(title),
        departments=links,
        q=_words(q),
        product_id=html.escape(product_id),
        body=body,
    )
    return HTMLResponse(text, headers={"Content-Security-Policy": _CSP, "Cache-Control": "no-cache"})


async def _template(name: str, **fields: str) -> str:
    """A file of the store with its fields put in; the caller has escaped them."""
    text = await asyncio.to_thread((_FOLDER / name).read_text, encoding="utf-8")
    return Template(text).substitute(fields)


def _words(text: str | None) -> str:
    return html.escape(text or "")


def _current(is_it: bool) -> str:
    return ' aria-current="page"' if is_it else ""


def _card(item: Recommendation) -> str:
    first = item.variants[0]
    address = f"/store/p/{quote(item.product.id)}"
    address += f"?color={quote(item.color)}" if item.color else ""
    return (
        f'<li><a href="{html.escape(address)}">{_picture(first.image, "")}'
        f'<span class="brand">{_words(item.product.brand)}</span>'
        f'<span class="name">{_words(item.product.title)}</span>{_price(first)}</a></li>'
    )


def _picture(name: str | None, alt: str) -> str:
    if name is None:
        return '<span class="no-picture"></span>'
    return f'<img src="/media/{quote(name)}" alt="{_words(alt)}" width="600" height="750" loading="lazy" />'


def _price(variant: Variant) -> str:
    if variant.regular_price and variant.regular_price.minor > variant.price.minor:
        return (
            f'<span class="price"><ins>{_words(str(variant.price))}</ins> '
            f"<del>{_words(str(variant.regular_price))}</del></span>"
        )
    return f'<span class="price">{_words(str(variant.price))}</span>'


def _views(variants: Iterable[Variant]) -> list[Variant]:
    """One variant for each different picture."""
    return list({variant.image: variant for variant in variants if variant.image}.values())


def _colors(product: Product, shown: str | None) -> str:
    return "".join(
        f'<li><a href="/store/p/{quote(product.id)}?color={quote(color)}"{_current(color == shown)}>'
        f"{_words(color)}</a></li>"
        for color in product.colors
        if color
    )


def _size(variant: Variant) -> str:
    gone = "" if variant.available else " disabled"
    label = _words(variant.size or "One size") + ("" if variant.available else " (sold out)")
    return f'<option value="{html.escape(variant.id)}"{gone}>{label}</option>'


def _facts(product: Product) -> str:
    facts = {"Material": product.materials, "Details": product.features, "Care": product.care}
    return "".join(
        f"<div><dt>{name}</dt><dd>{_words(', '.join(values))}</dd></div>"
        for name, values in facts.items()
        if values
    )


def _pages(total: int, page: int, category: str | None, q: str | None) -> str:
    def link(to: int, label: str) -> str:
        fields = {name: value for name, value in (("category", category), ("q", q), ("page", to)) if value}
        return f'<a href="/store?{html.escape(urlencode(fields))}">{label}</a>'

    before = link(page - 1, "Previous") if page > 1 else ""
    after = link(page + 1, "Next") if page * _PAGE_SIZE < total else ""
    return before + after
