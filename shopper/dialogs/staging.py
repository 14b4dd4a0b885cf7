"""What a dialog may change about a shop for its length, and who carries it out.

Knows nothing about databases, HTTP or checks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Change:
    """What becomes other about some variants of one product; what is None stays."""

    product_id: str
    variant_ids: tuple[str, ...]
    stock: int | None = None
    price: int | None = None  # minor units
    color: str | None = None


class Stage(Protocol):
    """A shop whose facts a dialog may change."""

    async def change(self, change: Change) -> None: ...

    async def restore(self) -> None:
        """Put back everything that was changed since the last time."""
