"""What a shopper sends: words, photos, or an edit of what was understood.

Knows nothing about HTTP; photos are decoded and clean by now.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from shopper.types import Photo, QueryEdit, Value


class PageContext(Value):
    """Where on the shop's site the shopper is; a product that the shop doesn't sell counts as none."""

    product_id: str | None = None
    page: str | None = None


class Message(Value):
    """One turn of the shopper; words, photos or an edit are there, one of them at least."""

    text: str | None = None
    photos: tuple[Photo, ...] = ()
    weights: Mapping[str, float] = Field(default_factory=dict)  # of photos by id, over 0 up to 1, else 1
    query_edit: QueryEdit | None = None
    context: PageContext | None = None
