"""What a shopper sends: words, photos, or an edit of what was understood.

Knows nothing about HTTP; photos are decoded and clean by now.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from shopper.types import Photo, QueryEdit, Value


class Message(Value):
    """One turn of the shopper; at least one of the three is there."""

    text: str | None = None
    photos: tuple[Photo, ...] = ()
    weights: Mapping[str, float] = Field(default_factory=dict)  # of photos by id, over 0 up to 1, else 1
    query_edit: QueryEdit | None = None
