"""What a shopper's photo shows, in taxonomy keys.

Knows nothing about encoders or pixels, and never describes a person.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PhotoSeen:
    """The garment in one photo; `None` or empty where the photo doesn't show it; confidence 0 to 1."""

    photo_id: str
    category: str | None = None
    colors: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    confidence: float = 0.0
