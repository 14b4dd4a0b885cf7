"""What is to be encoded: rows of parquet files, or of a feed, cut into parts of a fixed size.

Knows nothing about encoders.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from shopper.errors import BadInput
from shopper.products.feed import FeedProduct, feed_file, read_feed
from shopper.products.taxonomy import Taxonomy
from shopper.search.embed import card_image, text_document
from shopper.search.index import card_id

FEED_ROWS = "_rows.parquet"  # readers of a folder of parquet pass over names with an underscore
_COLUMNS = ("id", "text", "image")
TOGETHER = 16  # parts of one row group that are read in one go


@dataclass(frozen=True)
class Part:
    """Some rows of one row group, and the number of the file that their vectors go to."""

    number: int
    file: str
    group: int
    start: int  # a multiple of `step`
    step: int  # rows of every part of the group but its last
    rows: int

    @property
    def name(self) -> str:
        """The file's name."""
        return f"part-{self.number:05d}.parquet"


def rows_of(source: Path, out: Path) -> list[Path]:
    """The parquet files of a file or folder; a feed becomes one in `out`, a row for a product in a colour.

    Raises BadInput for files without the column `id` or with neither `text` nor `image`.
    """
    if source.is_dir() and (found := sorted(source.glob("*.parquet"))):
        files = [file for file in found if not file.name.startswith("_")]
    elif source.suffix == ".parquet":
        if not source.is_file():
            raise BadInput(f"There is no file {source}.")
        files = [source]
    else:
        files = [_of_feed(source, out / FEED_ROWS)]
    for file in files:
        names = set(_schema(file).names)
        if "id" not in names or not names & {"text", "image"}:
            raise BadInput(f"{file.name} needs a column “id”, and “text” or “image” or both.")
    return files


def images_beside(source: Path) -> Path:
    """The folder that the pictures' paths begin in, unless another is named."""
    if source.is_dir():
        return source
    return source.parent


def parts_of(files: Sequence[Path], rows: int) -> list[Part]:
    """All parts, in the order of the files."""
    found: list[Part] = []
    for file in files:
        about = pq.read_metadata(file)
        for group in range(about.num_row_groups):
            many = about.row_group(group).num_rows
            found += [
                Part(len(found) + n, str(file), group, start, rows, min(rows, many - start))
                for n, start in enumerate(range(0, many, rows))
            ]
    return found


def together(parts: Sequence[Part], most: int) -> list[list[Part]]:
    """Neighbours of one row group beside each other, so that its pages aren't read once a part."""
    runs: list[list[Part]] = []
    for part in parts:
        last = runs[-1] if runs else []
        if last and len(last) < most and (last[-1].file, last[-1].group) == (part.file, part.group):
            last.append(part)
        else:
            runs.append([part])
    return runs


def read_parts(run: Sequence[Part]) -> Iterator[tuple[Part, pa.Table]]:
    """The rows of parts that `together` put beside each other."""
    wanted = {part.start: part for part in run}
    with pq.ParquetFile(run[0].file) as file:
        known = [name for name in _COLUMNS if name in file.schema_arrow.names]
        start = 0
        for batch in file.iter_batches(batch_size=run[0].step, row_groups=[run[0].group], columns=known):
            if part := wanted.pop(start, None):
                yield part, pa.Table.from_batches([batch])
            start += batch.num_rows
            if not wanted:
                return
    raise BadInput(f"{Path(run[0].file).name} has changed while it was read.")


def fingerprint(files: Sequence[Path]) -> str:
    """Changes where the rows may have; of a feed's rows it is their content."""
    mark = hashlib.sha256()
    for file in files:
        found = file.stat()
        mark.update(f"{file.name} {found.st_size} ".encode())
        mark.update(file.read_bytes() if file.name == FEED_ROWS else str(found.st_mtime_ns).encode())
    return mark.hexdigest()[:16]


def _schema(file: Path) -> Any:
    try:
        return pq.read_schema(file)
    except (OSError, pa.ArrowInvalid) as error:
        raise BadInput(f"{file} is not a parquet file that can be read.") from error


def _of_feed(feed: Path, to: Path) -> Path:
    taxonomy = Taxonomy.load()
    rows = [
        {"id": card_id(p.id, color), "text": text_document(p, taxonomy), "image": card_image(p, color)}
        for row in read_feed(feed_file(feed), taxonomy=taxonomy)
        if isinstance(row, FeedProduct) and (p := row.product)
        for color in p.colors
    ]
    if not rows:
        raise BadInput(f"No product of {feed} can be read.")
    schema = pa.schema([(name, pa.string()) for name in _COLUMNS])
    to.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema), to)
    return to
