"""Labelled pictures from local folders: Fashion-MNIST, Kaggle's product photos, DeepFashion, any other.

Fetches nothing. Knows nothing about encoders or figures.
"""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from shopper.errors import BadInput
from shopper.search.training.names import kind_names
from shopper.search.training.photos import Photo

NAMES = ("fmnist", "kagl", "deepfashion", "folder:DIR")
_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif")
_FASHION_MNIST = Path("/usr/share/datasets/fashion-mnist")  # where Debian's package puts it
_FASHION_MNIST_PICTURES = "t10k-images-idx3-ubyte.gz"
_FASHION_MNIST_CLASSES = (
    "t-shirt", "trousers", "pullover", "dress", "coat", "sandals", "shirt", "sneakers", "bag", "ankle boots",
)  # fmt: skip
_WHERE = {
    "fmnist": "Install Debian's package `dataset-fashion-mnist` (apt-get install dataset-fashion-mnist), or "
    "get t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz of zalandoresearch/fashion-mnist",
    "kagl": "Get “fashion-product-images” from Kaggle (paramaggarwal/fashion-product-images-small: "
    "styles.csv and images/)",
    "deepfashion": "Ask for DeepFashion's “Category and Attribute Prediction Benchmark” at "
    "mmlab.ie.cuhk.edu.hk/projects/DeepFashion.html (for research only; Anno/, Eval/ and img/)",
}


@dataclass(frozen=True)
class Labelled:
    """One data set: for each picture what it shows, as a shopper would say it, and the product's name if any.

    `images` opens the pictures in that order each time it is called.
    """

    name: str
    part: str  # which part of the data set this is, in one sentence
    labels: tuple[str, ...]
    images: Callable[[], Iterator[Image.Image]]
    titles: tuple[str, ...] | None = None


def open_dataset(name: str, folder: Path | None = None) -> Labelled:
    """The data set of that name, in `folder` or where its package puts it; BadInput says where to get it."""
    kind, _, where = name.partition(":")
    match kind:
        case "fmnist":
            given = folder if folder and (folder / _FASHION_MNIST_PICTURES).is_file() else None
            return _fashion_mnist(given or _FASHION_MNIST)
        case "kagl":
            return _kagl(_given(folder, kind))
        case "deepfashion":
            return _deep_fashion(_given(folder, kind))
        case "folder" if where:
            return _folder(Path(where).expanduser())
    raise BadInput(f"“{name}” is not a data set; choose one of {', '.join(NAMES)}.", field="dataset")


def _given(folder: Path | None, name: str) -> Path:
    if folder is None:
        raise BadInput(f"{_WHERE[name]}, and name the folder with --data-folder.", field="dataset")
    return folder


def _need(name: str, folder: Path, *files: str) -> list[Path]:
    """These files of the folder; BadInput that names the first one absent."""
    absent = next((file for file in files if not (folder / file).is_file()), None)
    if absent is not None:
        raise BadInput(
            f"{folder} holds no {absent}. {_WHERE[name]}, and name the folder with --data-folder.",
            field="dataset",
        )
    return [folder / file for file in files]


# ── Fashion-MNIST ───────────────────────────────────────────────────────────────────────────────────────


def _fashion_mnist(folder: Path) -> Labelled:
    pictures, labels = _need("fmnist", folder, _FASHION_MNIST_PICTURES, "t10k-labels-idx1-ubyte.gz")
    right = np.frombuffer(gzip.decompress(labels.read_bytes()), np.uint8, offset=8)
    pixels = np.frombuffer(gzip.decompress(pictures.read_bytes()), np.uint8, offset=16).reshape(-1, 28, 28)
    return Labelled(
        name="fmnist",
        part=f"the {len(right):,} test pictures of Fashion-MNIST",
        labels=tuple(_FASHION_MNIST_CLASSES[n] for n in right),
        images=lambda: (Image.fromarray(one) for one in pixels),
    )


# ── Kaggle's product photos ─────────────────────────────────────────────────────────────────────────────


def _kagl(folder: Path) -> Labelled:
    """The photos whose id the trainer sets aside for tests, whichever of the two layouts holds them."""
    packed = (folder / "kagl_train.csv").is_file()
    (table,) = _need("kagl", folder, "kagl_train.csv" if packed else "styles.csv")
    archive = zipfile.ZipFile(_need("kagl", folder, "kagl_train.zip")[0]) if packed else None
    kept = set(archive.namelist()) if archive else {f.name for f in (folder / "images").glob("*.jpg")}
    with table.open(encoding="utf-8", newline="") as file:
        rows = [_kagl_photo(row) for row in csv.DictReader(file, restkey="more")]
    photos = [photo for photo in rows if photo.part == "test" and photo.member in kept]
    if not photos:
        raise BadInput(f"{folder} holds none of the photos that {table.name} names.", field="dataset")

    def images() -> Iterator[Image.Image]:
        for photo in photos:
            file = archive.read(photo.member) if archive else (folder / "images" / photo.member).read_bytes()
            yield _opened(io.BytesIO(file))

    return Labelled(
        name="kagl",
        part=f"{len(photos):,} of {len(rows):,} product photos, set aside by a hash of their id",
        labels=tuple(kind_names(photo.kind)[0] for photo in photos),
        images=images,
        titles=tuple(photo.name or "" for photo in photos),
    )


def _kagl_photo(row: dict[str, str]) -> Photo:
    # Some names of styles.csv hold commas that aren't quoted.
    name = ",".join([row["productDisplayName"] or "", *row.get("more", ())])
    return Photo(id=row["id"], member=f"{row['id']}.jpg", kind=row["articleType"], name=name)


# ── DeepFashion ─────────────────────────────────────────────────────────────────────────────────────────


def _deep_fashion(folder: Path) -> Labelled:
    anno = next((a for a in ("Anno", "Anno_coarse") if (folder / a).is_dir()), "Anno")
    kinds_file, pictures_file, parts_file = _need(
        "deepfashion", folder, f"{anno}/list_category_cloth.txt", f"{anno}/list_category_img.txt",
        "Eval/list_eval_partition.txt",
    )  # fmt: skip
    kinds = [line.rsplit(None, 1)[0].lower() for line in _rows(kinds_file)]
    tested = {line.split()[0] for line in _rows(parts_file) if line.split()[-1] == "test"}
    found = [line.split() for line in _rows(pictures_file)]
    chosen = [(member, kinds[int(kind) - 1]) for member, kind in found if member in tested]
    places = {Path(member): folder / member for member, _ in chosen}
    return _of_files(
        "deepfashion",
        f"the {len(chosen):,} test pictures of DeepFashion's category benchmark",
        [(places[Path(member)], kind, None) for member, kind in chosen],
    )


def _rows(file: Path) -> list[str]:
    """DeepFashion's tables open with a count and the columns' names."""
    return [line for line in file.read_text(encoding="utf-8").splitlines()[2:] if line.strip()]


# ── any folder ──────────────────────────────────────────────────────────────────────────────────────────


def _folder(folder: Path) -> Labelled:
    """Pictures with labels.csv (file, label and perhaps name), or in folders named after what they show."""
    if not folder.is_dir():
        raise BadInput(f"There is no folder {folder}.", field="dataset")
    table = folder / "labels.csv"
    if table.is_file():
        with table.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if not {"file", "label"} <= set(reader.fieldnames or ()):
                raise BadInput(
                    "labels.csv needs the columns file and label (and may have name).", field="dataset"
                )
            found = [(folder / row["file"], row["label"], row.get("name")) for row in reader]
    else:
        found = [
            (file, file.parent.name.replace("_", " "), None)
            for file in sorted(folder.glob("*/*"))
            if file.suffix.lower() in _PICTURES
        ]
    if not found:
        raise BadInput(
            f"{folder} holds neither labels.csv nor folders of pictures named after what they show.",
            field="dataset",
        )
    return _of_files(f"folder:{folder.name}", f"{len(found):,} pictures of {folder.name}", found)


def _of_files(name: str, part: str, found: Sequence[tuple[Path, str, str | None]]) -> Labelled:
    absent = next((file for file, _, _ in found if not file.is_file()), None)
    if absent is not None:
        raise BadInput(f"The picture {absent} is absent.", field="dataset")
    titles = tuple(title for _, _, title in found if title)
    return Labelled(
        name=name,
        part=part,
        labels=tuple(label.strip().lower() for _, label, _ in found),
        images=lambda: (_opened(file) for file, _, _ in found),
        titles=titles if len(titles) == len(found) else None,
    )


def _opened(source: Path | io.BytesIO) -> Image.Image:
    try:
        with Image.open(source) as image:
            image.load()
            return image.copy()
    except (OSError, ValueError, SyntaxError) as error:  # what Pillow's decoders raise on a broken file
        where = source.name if isinstance(source, Path) else "a picture of the archive"
        raise BadInput(f"The picture {where} can't be read.", field="dataset") from error
