"""Photos, read safely: the shop's into its media folder, a shopper's into a small clean picture.

Knows nothing about products or HTTP; it fetches nothing from the network.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Collection, Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

from PIL import Image, ImageOps

from shopper.errors import BadInput, NotFound, TooLarge

# Other decoders of Pillow are never reached, whatever a file calls itself.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 50_000_000
MEDIA_SIDE = 1200
_FOLDER = re.compile(r"[0-9a-f]{2}")
_NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}\.webp")


class RemoteImage(BadInput):
    """The reference is a web address; nothing is fetched, so the picture is absent."""

    code = "remote_image"


def read_photo(
    data: bytes, *, max_pixels: int = MAX_PIXELS, max_bytes: int = MAX_BYTES, max_side: int = 1024
) -> tuple[Image.Image, bytes]:
    """The picture in RGB, upright, at most `max_side` pixels a side, and as JPEG without metadata.

    Raises TooLarge over `max_bytes` or, from the header alone, over `max_pixels`; BadInput if it is no photo.
    """
    image = _decode(data, max_pixels=max_pixels, max_bytes=max_bytes, max_side=max_side)
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=88)
    return image, buffer.getvalue()


class MediaFolder:
    """The shop's photos, each re-encoded once under the hash of its source: `ab/ab12….webp`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def admit(self, reference: str, *, images_dir: Path, keep: bool = True) -> str:
        """The stored name of the photo that a feed calls `reference`: a path or name below `images_dir`.

        A source that is already stored isn't decoded again. With `keep=False` it is checked and nothing is
        written. Raises RemoteImage for a web address without such a file, BadInput or TooLarge for what is no
        usable photo.
        """
        data = _source(reference, images_dir)
        digest = hashlib.sha256(data).hexdigest()
        name = f"{digest[:2]}/{digest}.webp"
        target = self.root / name
        if target.is_file():
            return name
        image = _decode(data, max_pixels=MAX_PIXELS, max_bytes=MAX_BYTES, max_side=MEDIA_SIDE)
        if keep:
            _write(image, target)
        return name

    def path(self, name: str) -> Path:
        """The file of a stored name. Raises NotFound for any other name."""
        if not _NAME.fullmatch(name) or not (self.root / name).is_file():
            raise NotFound("There is no such picture.")
        return self.root / name

    def open(self, name: str) -> Image.Image:
        """The stored picture in RGB."""
        with Image.open(self.path(name), formats=("WEBP",)) as image:
            return image.convert("RGB")

    def names(self) -> set[str]:
        """The name of every stored picture."""
        return {f"{file.parent.name}/{file.name}" for file in self._files() if file.suffix == ".webp"}

    def prune(self, names: Collection[str]) -> int:
        """Remove every picture that isn't in `names`, and what an interrupted write left; returns how many.

        Not while an ingest writes: its pictures come before the products that name them.
        """
        gone = [file for file in self._files() if f"{file.parent.name}/{file.name}" not in names]
        for file in gone:
            file.unlink(missing_ok=True)
        return len(gone)

    def _files(self) -> Iterator[Path]:
        for folder in self.root.iterdir() if self.root.is_dir() else ():
            if _FOLDER.fullmatch(folder.name):
                yield from (file for file in folder.iterdir() if file.suffix in (".webp", ".part"))


def _write(image: Image.Image, target: Path) -> None:
    """Encode beside the target, then rename: a reader sees the whole picture or none."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            image.save(file, "WEBP", quality=85, method=2)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def is_remote(reference: str) -> bool:
    """Whether a feed's reference is a web address."""
    return reference.strip().lower().startswith(("http://", "https://", "//"))


def places_of(reference: str) -> tuple[str, ...]:
    """Where below the images folder the file of a reference may lie, the likeliest first."""
    reference = reference.strip().replace("\\", "/")
    if is_remote(reference):
        reference = unquote(urlsplit(reference).path).rpartition("/")[2]
    relative = reference.lstrip("/")
    base = relative.rpartition("/")[2]
    if not base or "\0" in relative or base in {".", ".."} or "/../" in f"/{relative}/":
        return ()
    return tuple(dict.fromkeys((relative, base, f"images/{base}")))


def _source(reference: str, images_dir: Path) -> bytes:
    reference = reference.strip().replace("\\", "/")
    if not is_remote(reference):
        if re.match(r"[a-z][a-z0-9+.-]*:", reference, re.I):
            raise BadInput("is neither a file nor a web address", field="image")
        if ".." in reference.split("/"):
            raise BadInput("points outside of the images folder", field="image")
    file = _find(reference, images_dir)
    if file is None:
        if is_remote(reference):
            raise RemoteImage("is a web address; pictures are not fetched", field="image")
        raise BadInput(f"“{reference[-80:]}” is not in the images folder", field="image")
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            raise TooLarge(f"is larger than {MAX_BYTES // 2**20} MB", field="image")
        return file.read_bytes()
    except OSError as error:
        raise BadInput("can't be read", field="image") from error


def _find(reference: str, images_dir: Path) -> Path | None:
    """The regular file of that path, or of that name, really below `images_dir`."""
    root = images_dir.resolve()
    for place in places_of(reference):
        try:
            file = (root / place).resolve()
            if not file.is_file():
                continue
        except (OSError, ValueError):  # a name too long for the file system is a name of nothing
            continue
        if not file.is_relative_to(root):
            raise BadInput("points outside of the images folder", field="image")
        return file
    return None


def _decode(data: bytes, *, max_pixels: int, max_bytes: int, max_side: int) -> Image.Image:
    if len(data) > max_bytes:
        raise TooLarge(f"The photo is larger than {max_bytes / 2**20:.0f} MB.", field="image")
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            width, height = image.size
            if width * height > max_pixels:
                raise _too_many_pixels(max_pixels)
            if min(width, height) < 1:
                raise BadInput("The photo is empty.", field="image")
            # JPEG can be decoded at a fraction of its size: less time and memory for the same picture.
            image.draft("RGB", (max_side, max_side))
            image.load()
            upright = ImageOps.exif_transpose(image)
            picture = _rgb(upright)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(max_pixels) from error
    except BadInput:
        raise
    except MemoryError as error:
        raise TooLarge("The photo is too large.", field="image") from error
    # Pillow's decoders raise many kinds of errors on broken files; all of them mean the same to a shopper.
    except Exception as error:
        raise BadInput(
            "This is not a photo that can be read (JPEG, PNG, WebP, GIF or AVIF).", field="image"
        ) from error
    picture.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    picture.info = {}
    return picture


def _rgb(image: Image.Image) -> Image.Image:
    """RGB, transparent parts on white as a shop's page would show them."""
    if image.mode.startswith("I") or image.mode == "F":
        # 16 bit greys: convert() would clip them to white.
        image = (
            image.point(lambda value: value / 256).convert("L") if image.mode != "F" else image.convert("L")
        )
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        layered = image.convert("RGBA")
        ground = Image.new("RGBA", layered.size, (255, 255, 255, 255))
        return Image.alpha_composite(ground, layered).convert("RGB")
    return image.convert("RGB")


def _too_many_pixels(max_pixels: int) -> TooLarge:
    return TooLarge(f"The photo has more than {max_pixels // 1_000_000} million pixels.", field="image")
