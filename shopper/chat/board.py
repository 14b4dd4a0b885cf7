"""Composes the pictures of an outfit into one board picture, and keeps it on disk under the pieces' own id.

Knows nothing about conversations; a board can be deleted at any time and is made again when it is needed.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageOps

from shopper.errors import NotFound
from shopper.products.images import MediaFolder
from shopper.types import Recommendation

SIDE = 1200  # pixels
_GAP = 24
_GROUND = (247, 246, 244)
_NAME = re.compile(r"[0-9a-f]{24}")
_MOST_BYTES = 200 * 2**20  # of all boards together
_MOST_PIECES = 6


class LookBoards:
    """The board pictures of one shop; the oldest go when together they grow over `most_bytes`."""

    def __init__(self, folder: Path, media: MediaFolder, *, most_bytes: int = _MOST_BYTES) -> None:
        self._folder, self._media, self._most = folder, media, most_bytes

    async def compose(self, pieces: Sequence[Recommendation]) -> str | None:
        """The id of the board of these pieces; None where fewer than two of them have a picture."""
        names = [name for name in map(picture_of, pieces) if name][:_MOST_PIECES]
        if len(names) < 2:
            return None
        id_ = board_id(names)
        done = await asyncio.to_thread(self._make, id_, names)
        return id_ if done else None

    def path(self, id_: str) -> Path:
        """The file of a board; NotFound where there is none."""
        path = self._folder / f"{id_}.webp"
        if not _NAME.fullmatch(id_) or not path.is_file():
            raise NotFound("There is no such look.")
        return path

    def _make(self, id_: str, names: Sequence[str]) -> bool:
        target = self._folder / f"{id_}.webp"
        if target.is_file():
            target.touch()  # the ones in use stay longest
            return True
        pictures = [self._picture(name) for name in names]
        there = [picture for picture in pictures if picture is not None]
        if len(there) < 2:
            return False
        self._folder.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(".part")
        board(there).save(part, "WEBP", quality=82, method=2)
        part.replace(target)
        self._prune(keep=target)
        return True

    def _picture(self, name: str) -> Image.Image | None:
        try:
            return self._media.open(name)
        except (NotFound, OSError):
            return None  # a picture that was removed since; the others still make a board

    def _prune(self, *, keep: Path) -> None:
        files = [(file, file.stat()) for file in self._folder.glob("*.webp")]
        files.sort(key=lambda one: one[1].st_mtime)
        size = sum(stat.st_size for _, stat in files)
        for file, stat in files:
            if size <= self._most:
                return
            if file != keep:
                file.unlink(missing_ok=True)
                size -= stat.st_size


def picture_of(piece: Recommendation) -> str | None:
    """The stored name of a card's picture."""
    return next((variant.image for variant in piece.variants if variant.image), None)


def board_id(names: Sequence[str]) -> str:
    """Names the same pictures in the same order alike, whoever asks."""
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:24]


def board(pictures: Sequence[Image.Image]) -> Image.Image:
    """Two to six pictures on a pale ground: the first one large, the others beside and below it."""
    sheet = Image.new("RGB", (SIDE, SIDE), _GROUND)
    for picture, (left, top, right, bottom) in zip(pictures, places(len(pictures)), strict=False):
        fitted = ImageOps.contain(picture.convert("RGB"), (right - left, bottom - top))
        x = left + (right - left - fitted.width) // 2
        y = top + (bottom - top - fitted.height) // 2
        sheet.paste(fitted, (x, y))
    return sheet


def places(count: int) -> list[tuple[int, int, int, int]]:
    """The boxes of `count` pictures on a board, which don't overlap: the first takes the left side."""
    if count <= 1:
        return [(_GAP, _GAP, SIDE - _GAP, SIDE - _GAP)][:count]
    columns = 2 if count > 3 else 1
    rows = -(-(count - 1) // columns)
    wide = SIDE // 2
    boxes = [(_GAP, _GAP, wide - _GAP // 2, SIDE - _GAP)]
    width = (SIDE - wide - _GAP // 2 - columns * _GAP + _GAP // 2) // columns
    height = (SIDE - (rows + 1) * _GAP) // rows
    for n in range(count - 1):
        left = wide + _GAP // 2 + (n % columns) * (width + _GAP)
        top = _GAP + (n // columns) * (height + _GAP)
        boxes.append((left, top, min(left + width, SIDE - _GAP), top + height))
    return boxes
