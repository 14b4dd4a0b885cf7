"""Examines a shop's data: do SQL, vectors and pictures agree, and how to mend what doesn't.

Knows nothing about conversations; mends nothing itself.
"""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image
from sqlalchemy import func, select

from shopper.database import VariantRow
from shopper.errors import CatalogMissing, ShopperError
from shopper.search.embed import RECIPE, card_image
from shopper.search.index import Held, card_id
from shopper.shop import Catalog
from shopper.types import Product

_SAMPLE = 200  # vectors and pictures that are read to the end
_LEAST_FREE = 500 * 2**20  # bytes; SQLite's journal and an ingest's pictures need room
_REINDEX = "shopper reindex"
_INGEST = "shopper ingest FEED"


class Finding(NamedTuple):
    """One thing that is wrong, in a sentence, and what mends it; a harmless one only costs room."""

    check: str
    message: str
    mend: str
    harmless: bool = False

    def __str__(self) -> str:
        return f"{self.message}; mend with: {self.mend}"


@dataclass
class Patient:
    """A catalog under examination, with what several checks need read once."""

    catalog: Catalog
    wanted: dict[str, str] = field(default_factory=dict)  # embed hash by product id, of SQL
    held: dict[str, Held] = field(default_factory=dict)  # of the vectors
    pictured: set[str] = field(default_factory=set)  # cards that have a picture vector
    pictures: dict[str, str] = field(default_factory=dict)  # first product that names it, by stored name
    cards: dict[str, dict[str, str]] = field(default_factory=dict)  # picture by card id, by product id

    async def read(self) -> None:
        self.wanted = await self.catalog.store.embed_hashes()
        self.held = await asyncio.to_thread(self.catalog.index.held)
        self.pictured = set(await asyncio.to_thread(self.catalog.index.cards))
        async for batch in self.catalog.store.stream():
            for product in batch:
                self._see(product)

    def _see(self, product: Product) -> None:
        for variant in product.variants:
            if variant.image:
                self.pictures.setdefault(variant.image, product.id)
        named = {card_id(product.id, color): card_image(product, color) for color in product.colors}
        self.cards[product.id] = {card: name for card, name in named.items() if name}

    def file(self, name: str) -> Path | None:
        try:
            return self.catalog.media.path(name)
        except ShopperError:
            return None

    @property
    def folder(self) -> Path:
        return self.catalog.media.root.parent


Check = Callable[[Patient], Awaitable[list[Finding]]]


async def examine(catalog: Catalog, more: Sequence[Check] = ()) -> list[Finding]:
    """All that the checks find, in their order; empty when everything agrees. `more` are asked at the end."""
    products, _variants = await catalog.store.counts()
    if products == 0:
        return [Finding("products", "The shop holds no products", _INGEST)]
    patient = Patient(catalog)
    await patient.read()
    return [finding for check in (*CHECKS, *more) for finding in await check(patient)]


async def interrupted_ingest(patient: Patient) -> list[Finding]:
    if not await patient.catalog.store.writer().interrupted():
        return []
    message = "An ingest is under way or was cut off, so some of its feed may be missing"
    return [Finding("ingest", message, _INGEST)]


async def one_currency(patient: Patient) -> list[Finding]:
    async with patient.catalog.db.connection() as connection:
        query = select(VariantRow.currency, func.count()).group_by(VariantRow.currency)
        counts = {row[0]: int(row[1]) for row in await connection.execute(query)}
    try:
        own = await patient.catalog.store.currency()
    except CatalogMissing:
        return [Finding("currency", "The shop's currency isn't remembered", f"{_INGEST} --replace")]
    foreign = sum(count for currency, count in counts.items() if currency != own)
    if not foreign:
        return []
    names = ", ".join(sorted(c for c in counts if c != own))
    message = f"{foreign} variants are priced in {names}, but the shop sells in {own}"
    return [Finding("currency", message, f"{_INGEST} --replace")]


async def right_vectors(patient: Patient) -> list[Finding]:
    """Whether the live vectors are of the set encoder, of this version's recipe, and the only ones."""
    index, encoder = patient.catalog.index, patient.catalog.encoder
    pointer = await asyncio.to_thread(index.pointer)
    if not patient.held:
        others = await asyncio.to_thread(index.other_encoders)
        made = f"; there are those of {', '.join(others)}" if others else ""
        return [Finding("encoder", f"There are no vectors of the encoder {encoder.id}{made}", _REINDEX)]
    findings = []
    if pointer.recipe != RECIPE:
        message = f"The vectors were made in another way (recipe {pointer.recipe}, now {RECIPE})"
        findings.append(Finding("encoder", message, _REINDEX))
    if await asyncio.to_thread(index.unseen):
        message = "A reindex is under way or was cut off, and its unfinished vectors take room"
        findings.append(Finding("vectors", message, _REINDEX, harmless=True))
    return findings


async def vectors_of_all(patient: Patient) -> list[Finding]:
    wanted, held = patient.wanted, patient.held
    if not held:
        return []  # said by `right_vectors`
    missing = [i for i in wanted if i not in held]
    stale = [i for i, hash_ in wanted.items() if i in held and held[i].embed_hash != hash_]
    orphans = [i for i in held if i not in wanted]
    return [
        *_some("vectors", missing, "{n} products have no vectors"),
        *_some("vectors", stale, "{n} products have vectors of older words or pictures"),
        *_some("vectors", orphans, "{n} products are gone but still have vectors"),
    ]


async def vectors_of_pictures(patient: Patient) -> list[Finding]:
    """Whether each card with a readable picture has a vector, and no other has."""
    there = patient.pictured
    noted = {card for held in patient.held.values() for card in held.cards}

    def compare() -> list[str]:
        lacking = []
        for product_id, held in patient.held.items():
            for card, name in patient.cards.get(product_id, {}).items():
                if (card not in held.cards or card not in there) and _whole(patient.file(name)):
                    lacking.append(card)
        return lacking

    lacking = await asyncio.to_thread(compare)
    return [
        *_some("vectors", lacking, "{n} pictures have no vectors"),
        *_some("vectors", sorted(there - noted), "{n} vectors of pictures belong to no product"),
    ]


async def sound_vectors(patient: Patient) -> list[Finding]:
    """Whether a sample of the vectors is of length 1."""
    index, draw = patient.catalog.index, random.Random(0)
    texts = _sample(patient.held, draw)
    cards = _sample(sorted(patient.pictured), draw)

    def unsound() -> list[str]:
        ids = [*texts, *cards]
        vectors = [*index.text_vectors(texts), *index.picture_vectors(cards)]
        return [id_ for id_, vector in zip(ids, vectors, strict=True) if not _unit(vector)]

    bad = await asyncio.to_thread(unsound)
    return _some("vectors", bad, f"{{n}} of {len(texts) + len(cards)} sampled vectors are broken")


async def pictures_on_disk(patient: Patient) -> list[Finding]:
    def look() -> list[Finding]:
        missing, broken = [], []
        sample = set(_sample(patient.pictures, random.Random(0)))
        for name, product_id in patient.pictures.items():
            file = patient.file(name)
            if file is None:
                missing.append(product_id)
            elif not _whole(file, to_the_end=name in sample):
                broken.append(name)
        found = _some("pictures", missing, "{n} pictures are missing", _INGEST, of="of ")
        files = " ".join(str(patient.catalog.media.root / name) for name in broken[:20])
        mend = f"rm {files} && {_INGEST} && {_REINDEX}"
        return [*found, *_some("pictures", broken, "{n} pictures can't be read", mend)]

    return await asyncio.to_thread(look)


async def pictures_of_none(patient: Patient) -> list[Finding]:
    """Files that no product names any more; old conversations may still show them."""

    def look() -> tuple[int, int]:
        orphans = orphaned_media(patient.catalog, set(patient.pictures))
        return len(orphans), sum(file.stat().st_size for file in orphans)

    count, size = await asyncio.to_thread(look)
    if not count:
        return []
    message = f"{count} picture files ({size / 2**20:.1f} MB) belong to no product"
    return [Finding("pictures", message, f"{_REINDEX} --tidy", harmless=True)]


def orphaned_media(catalog: Catalog, named: set[str]) -> list[Path]:
    """The files of the media folder that none of the stored names `named` means."""
    root = catalog.media.root
    files = [file for file in root.rglob("*") if file.is_file()] if root.is_dir() else []
    return [file for file in files if file.relative_to(root).as_posix() not in named]


async def room_on_disk(patient: Patient) -> list[Finding]:
    def measure() -> tuple[int, int]:
        vectors = patient.folder / "vectors"
        size = sum(f.stat().st_size for f in vectors.rglob("*") if f.is_file()) if vectors.is_dir() else 0
        return shutil.disk_usage(patient.folder).free, max(_LEAST_FREE, 2 * size)

    free, needed = await asyncio.to_thread(measure)
    if free >= needed:
        return []
    message = (
        f"Only {free / 2**20:.0f} MB are free beside the shop's data, "
        f"and a reindex may need {needed / 2**20:.0f} MB"
    )
    return [Finding("disk", message, f"rm what you don't need, or move {patient.folder} to a larger disk")]


CHECKS: tuple[Check, ...] = (
    interrupted_ingest,
    one_currency,
    right_vectors,
    vectors_of_all,
    vectors_of_pictures,
    sound_vectors,
    pictures_on_disk,
    pictures_of_none,
    room_on_disk,
)


def _some(
    check: str, ids: Sequence[str], message: str, mend: str = _REINDEX, *, of: str = ""
) -> list[Finding]:
    if not ids:
        return []
    return [Finding(check, f"{message.format(n=len(ids))} (first: {of}{ids[0]})", mend)]


def _sample(ids: Iterable[str], draw: random.Random) -> list[str]:
    every = list(ids)
    return draw.sample(every, min(_SAMPLE, len(every)))


def _unit(vector: np.ndarray[Any, Any]) -> bool:
    return bool(np.isfinite(vector).all()) and abs(float(np.linalg.norm(vector)) - 1.0) < 0.01


def _whole(file: Path | None, *, to_the_end: bool = False) -> bool:
    """Whether a stored picture is as long as its header says; decoded too if it is to be read to the end."""
    if file is None:
        return False
    try:
        with file.open("rb") as opened:
            head = opened.read(12)
        if head[:4] != b"RIFF" or int.from_bytes(head[4:8], "little") + 8 != file.stat().st_size:
            return False
        if to_the_end:
            with Image.open(file, formats=("WEBP",)) as image:
                image.load()
    except (OSError, SyntaxError, ValueError):  # what Pillow raises for broken files
        return False
    return True
