"""The training photos: where they lie, what is known of each, and which part of the data it belongs to.

Knows nothing about networks or captions.
"""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image

from shopper.search.training.names import PHONE_KINDS

Part = Literal["train", "validation", "test"]
# Of a hundred ids; the rest is trained on.
_VALIDATION, _TEST = 8, 20


@dataclass(frozen=True)
class Photo:
    """One photo and its labels; a label that isn't known is `None`."""

    id: str
    member: str
    kind: str
    color: str | None = None
    gender: str | None = None
    usage: str | None = None
    name: str | None = None

    @property
    def source(self) -> str:
        """`kagl` for shop photos, `cc0` for phone photos."""
        return "kagl" if self.name is not None else "cc0"

    @property
    def part(self) -> Part:
        """By a hash of the id alone, so it stays when photos are added."""
        bucket = int(hashlib.sha256(self.id.encode()).hexdigest()[:8], 16) % 100
        if bucket < _VALIDATION:
            return "validation"
        return "test" if bucket < _VALIDATION + _TEST else "train"


def list_photos(folder: Path) -> list[Photo]:
    """All photos of the folder, in a fixed order."""
    return [*_shop_photos(folder), *_phone_photos(folder)]


def open_photos(folder: Path, photos: list[Photo]) -> Iterator[Image.Image]:
    """The pictures of these photos, one after the other."""
    with (
        zipfile.ZipFile(folder / "kagl_train.zip") as shop,
        zipfile.ZipFile(folder / "clothing_cc0.zip") as phone,
    ):
        for photo in photos:
            archive = shop if photo.source == "kagl" else phone
            with Image.open(io.BytesIO(archive.read(photo.member))) as image:
                image.load()
                yield image


def _shop_photos(folder: Path) -> Iterator[Photo]:
    with (folder / "kagl_train.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            known = {key: value if value and value != "NA" else None for key, value in row.items()}
            yield Photo(
                id=row["id"],
                member=f"{row['id']}.jpg",
                kind=row["articleType"],
                color=known["baseColour"],
                gender=known["gender"],
                usage=known["usage"],
                name=row["productDisplayName"],
            )


def _phone_photos(folder: Path) -> Iterator[Photo]:
    with zipfile.ZipFile(folder / "clothing_cc0.zip") as archive:
        for member in sorted(archive.namelist()):
            if member.endswith(".jpg"):
                kind, file = member.split("/")[-2:]
                yield Photo(id=file.removesuffix(".jpg"), member=member, kind=PHONE_KINDS[kind])
