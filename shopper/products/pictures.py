"""The pictures of a feed: stored once each, and their stamps, by which an unchanged row is recognised.

Knows nothing about the database or feed formats.
"""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

from shopper.errors import BadInput, ShopperError
from shopper.products.feed import FeedProduct, RowError
from shopper.products.images import MediaFolder, RemoteImage, is_remote, places_of
from shopper.types import Product

# Decoding a photo of 50 megapixels takes 150 MB, so few at a time.
_WORKERS = min(4, os.cpu_count() or 1)
# Many products share a placeholder; a feed of a million has too many pictures to remember all.
_REMEMBERED = 50_000


class Pictures:
    """The pictures of one feed, looked for in `folder`; with `keep=False` they are only checked."""

    def __init__(self, media: MediaFolder, folder: Path, *, keep: bool) -> None:
        self._media = media
        self._folder = folder
        self._keep = keep
        self._seen: dict[str, str | BadInput] = {}
        self._remote: set[int] = set()  # hashes of references: the addresses of a large feed are long
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="photos")
        self.done = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    @property
    def remote(self) -> int:
        """How many pictures are absent because they are web addresses."""
        return len(self._remote)

    def stamp(self, references: Iterable[str]) -> bytes:
        """Changes when one of the files appears, goes, or is written anew."""
        found: list[str] = []
        for reference in references:
            for place in places_of(reference):
                try:
                    file = os.stat(self._folder / place)
                except (OSError, ValueError):
                    continue
                if stat.S_ISREG(file.st_mode):
                    found.append(f"{place} {file.st_size} {file.st_mtime_ns}")
                    break
            else:
                found.append(reference)
        return "\n".join(found).encode()

    def count_remote(self, references: Iterable[str], stamp: bytes) -> None:
        """Count those web addresses whose picture isn't in the folder, without reading their row."""
        absent = set(stamp.decode().split("\n"))
        self._remote.update(hash(r) for r in references if is_remote(r) and r in absent)

    async def admit(self, items: list[FeedProduct]) -> tuple[list[Product], list[RowError], set[str]]:
        """The products with stored names for the feed's references, and a warning for each bad picture.

        Also the ids of the products that have a bad one.
        """
        first: dict[str, FeedProduct] = {}
        for item in items:
            for v in item.product.variants:
                if v.image:
                    first.setdefault(v.image, item)
        new = [reference for reference in first if reference not in self._seen]
        loop = asyncio.get_running_loop()
        results = await asyncio.gather(*(loop.run_in_executor(self._pool, self._one, r) for r in new))
        warnings: list[RowError] = []
        for reference, result in zip(new, results, strict=True):
            self._seen[reference] = result
            if isinstance(result, RemoteImage):
                self._remote.add(hash(reference))
            elif isinstance(result, BadInput):
                warnings.append(_warning(reference, first[reference], result))
        self.done += len(new)
        pictured = [self._pictured(item.product) for item in items]
        bad = {item.product.id for item in items if any(self._is_bad(v.image) for v in item.product.variants)}
        for reference in list(self._seen)[: max(0, len(self._seen) - _REMEMBERED)]:
            del self._seen[reference]
        return pictured, warnings, bad

    def _one(self, reference: str) -> str | BadInput:
        try:
            return self._media.admit(reference, images_dir=self._folder, keep=self._keep)
        except BadInput as error:
            return error
        except OSError as error:
            raise ShopperError(
                f"A picture can't be stored in {self._media.root}: {error.strerror}. "
                "What was loaded before stays; run this again when that is mended."
            ) from error

    def _is_bad(self, reference: str | None) -> bool:
        result = self._seen[reference] if reference else None
        return isinstance(result, BadInput) and not isinstance(result, RemoteImage)

    def _pictured(self, product: Product) -> Product:
        if not any(v.image for v in product.variants):
            return product
        variants = tuple(
            v.model_copy(update={"image": name if isinstance(name := self._seen[v.image], str) else None})
            if v.image
            else v
            for v in product.variants
        )
        return product.model_copy(update={"variants": variants})


def _warning(reference: str, item: FeedProduct, error: BadInput) -> RowError:
    owner = next(v for v in item.product.variants if v.image == reference)
    return RowError(item.lines.get(owner.id, item.line), "image", error.message, item.product.id)
