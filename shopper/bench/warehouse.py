"""Builds the data folder of a grown shop in small steps, so that a stopped build goes on where it was.

Knows nothing about queries or timing the search; it keeps how long each kind of writing took.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from shopper.bench.grown import Grower
from shopper.bench.grown_vectors import GrownVectors
from shopper.bench.plain_facts import Part
from shopper.products.feeds.draft import RowError
from shopper.products.feeds.jsonl import read_line
from shopper.products.images import MediaFolder
from shopper.products.store import ProductStore, content_hash, embed_hash
from shopper.products.taxonomy import Taxonomy
from shopper.search.index import Embedded, ProductIndex, card_id
from shopper.search.sync import text_document
from shopper.types import Product

_BATCH = 1000


@dataclass
class Progress:
    """How far a build is, and seconds by kind of work so far."""

    products: int
    seed: int
    views: int
    done: int = 0
    cards: int = 0
    variants: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    def save(self, file: Path) -> None:
        """Write it whole or not at all."""
        beside = file.with_suffix(".part")
        beside.write_text(json.dumps(asdict(self)), encoding="utf-8")
        beside.replace(file)

    @classmethod
    def load(cls, file: Path) -> Progress:
        """What `save` wrote."""
        return cls(**json.loads(file.read_text(encoding="utf-8")))


class Shelf(Protocol):
    """Where a built batch's vectors go."""

    def put(self, rows: Sequence[Embedded], products: Sequence[Product], part: Part) -> None:
        """Take the vectors of some products, in order."""
        ...


class IndexShelf:
    """The shop's own vector index."""

    def __init__(self, index: ProductIndex) -> None:
        self._index = index

    def put(self, rows: Sequence[Embedded], products: Sequence[Product], part: Part) -> None:
        self._index.upsert(rows)


class FileShelf:
    """Plain files of rows in catalog order: float32 texts by product, float16 pictures by card."""

    def __init__(self, folder: Path, dim: int) -> None:
        self.dim, self._folder = dim, folder

    def cut(self, products: int, cards: int) -> None:
        """Drop what a killed build wrote beyond its last step."""
        for name, size in (("texts.f32", products * 4), ("pictures.f16", cards * 2)):
            with (self._folder / name).open("ab") as file:
                file.truncate(size * self.dim)

    def put(self, rows: Sequence[Embedded], products: Sequence[Product], part: Part) -> None:
        pictures = np.stack([vector for row in rows for vector in row.pictures.values()])
        with (self._folder / "texts.f32").open("ab") as file:
            file.write(np.stack([row.text for row in rows]).astype(np.float32).tobytes())
        with (self._folder / "pictures.f16").open("ab") as file:
            file.write(pictures.astype(np.float16).tobytes())

    def texts(self) -> NDArray[np.float32]:
        """float32[products, dim]"""
        return np.fromfile(self._folder / "texts.f32", dtype=np.float32).reshape(-1, self.dim)

    def pictures(self) -> NDArray[np.float16]:
        """float16[cards, dim], mapped."""
        mapped = np.memmap(self._folder / "pictures.f16", dtype=np.float16, mode="r")
        return mapped.reshape(-1, self.dim)


class Warehouse:
    """Fills one folder: `data` (the shop's), `facts` (plain columns) and what its shelves keep."""

    def __init__(
        self,
        folder: Path,
        *,
        catalog: Path,
        grower: Grower,
        vectors: GrownVectors,
        store: ProductStore,
        media: MediaFolder,
        taxonomy: Taxonomy,
        shelves: dict[str, Shelf],
    ) -> None:
        self._folder, self._catalog, self._grower = folder, catalog, grower
        self._vectors, self._store, self._media, self._taxonomy = vectors, store, media, taxonomy
        self._shelves = shelves
        self._names: dict[str, str] = {}
        (folder / "facts").mkdir(parents=True, exist_ok=True)

    async def build(self, progress: Progress, tell: Callable[[int, int], None]) -> None:
        """Do what is left of `progress`, a batch at a time."""
        while progress.done < progress.products:
            first, last = progress.done, min(progress.done + _BATCH, progress.products)
            await self._step(first, last, progress)
            progress.done = last
            progress.save(self._folder / "progress.json")
            tell(last, progress.products)

    async def _step(self, first: int, last: int, progress: Progress) -> None:
        seconds = progress.seconds

        def spent(kind: str, since: float) -> None:
            seconds[kind] = round(seconds.get(kind, 0.0) + time.perf_counter() - since, 3)

        began = time.perf_counter()
        products = await asyncio.to_thread(lambda: list(self._products(first, last)))
        part = await asyncio.to_thread(Part.of, products, self._taxonomy)
        part.save(self._folder / "facts" / f"{first:08d}.npz")
        spent("grow", began)
        began = time.perf_counter()
        rows = [(first + n, p, content_hash(p), embed_hash(p)) for n, p in enumerate(products)]
        await self._store.write(rows)
        spent("sql", began)
        began = time.perf_counter()
        embedded = await asyncio.to_thread(self._embed, first, rows)
        spent("encode", began)
        for kind, shelf in self._shelves.items():
            began = time.perf_counter()
            await asyncio.to_thread(shelf.put, embedded, products, part)
            spent(kind, began)
        progress.cards += len(part.card_product)
        progress.variants += len(part.price)

    def _products(self, first: int, last: int) -> Iterator[Product]:
        """The products as an ingest of the feed would store them."""
        for number, row in enumerate(self._grower.products(last, first), start=first + 1):
            item = read_line(json.dumps(row, ensure_ascii=False), number, self._taxonomy, "EUR")
            if isinstance(item, RowError):
                raise ValueError(f"the grown feed has a bad row: {item.reason}")
            variants = tuple(
                v.model_copy(update={"image": self._stored(v.image)}) if v.image else v
                for v in item.product.variants
            )
            yield item.product.model_copy(update={"variants": variants})

    def _stored(self, picture: str) -> str:
        if picture not in self._names:
            self._names[picture] = self._media.admit(picture, images_dir=self._catalog)
        return self._names[picture]

    def _embed(self, first: int, rows: Sequence[tuple[int, Product, str, str]]) -> list[Embedded]:
        documents = [text_document(product, self._taxonomy) for _, product, _, _ in rows]
        texts = self._vectors.texts(first, documents)
        pictures = self._grower.products(first + len(rows), first)
        out = []
        for (_, product, _, hash_), text, row in zip(rows, texts, pictures, strict=True):
            shown = {v["color"]: v["image"] for v in row["variants"]}
            cards = {
                card_id(product.id, color): self._vectors.picture(
                    card_id(product.id, color), shown[color], str(product.category)
                )
                for color in product.colors
            }
            out.append(Embedded(product.id, hash_, text, cards))
        return out
