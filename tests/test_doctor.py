"""Each thing that can break in a shop's data is broken on purpose: the doctor names it and what mends it."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from collections import namedtuple
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from sqlalchemy import text

from shopper.doctor import Finding, examine
from shopper.search.index import Embedded, ProductIndex
from shopper.search.sync import rebuild_vectors
from shopper.shop import Catalog, load_feed, open_catalog
from tests.servers import CLEAN
from tests.shops import settings
from tests.small_shop import COUNT, small_feed

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A feed and the data folder it was loaded into; tests copy the latter."""
    folder = tmp_path_factory.mktemp("small")
    feed, data = small_feed(folder / "feed"), folder / "data"

    async def load() -> None:
        catalog = await open_catalog(settings(data))
        await load_feed(catalog, feed)
        await catalog.close()

    asyncio.run(load())
    return feed, data


@pytest_asyncio.fixture
async def catalog(loaded: tuple[Path, Path], tmp_path: Path) -> AsyncIterator[Catalog]:
    shutil.copytree(loaded[1], tmp_path / "data")
    opened = await open_catalog(settings(tmp_path / "data"))
    yield opened
    await opened.close()


async def reindex(catalog: Catalog) -> int:
    return await rebuild_vectors(
        store=catalog.store,
        index=catalog.index,
        encoder=catalog.encoder,
        media=catalog.media,
        taxonomy=catalog.taxonomy,
        db=catalog.db,
    )


async def sql(catalog: Catalog, statement: str) -> None:
    async with catalog.db.transaction() as session:
        await session.execute(text(statement))


def the_finding(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, findings
    return findings[0]


async def test_a_loaded_shop_is_healthy(catalog: Catalog) -> None:
    assert await examine(catalog) == []


async def test_an_empty_shop_is_told_to_load_a_feed(tmp_path: Path) -> None:
    opened = await open_catalog(settings(tmp_path))
    assert the_finding(await examine(opened)).mend == "shopper ingest FEED"
    await opened.close()


# ── vectors: whatever is wrong with them, a reindex mends ───────────────────────────────────────────


async def _missing(catalog: Catalog, first: str) -> str:
    catalog.index.delete([first])
    return "1 products have no vectors"


async def _all_missing(catalog: Catalog, first: str) -> str:
    catalog.index.delete(list(catalog.index.hashes()))
    return "There are no vectors of the encoder builtin"


async def _stale(catalog: Catalog, first: str) -> str:
    await sql(catalog, f"UPDATE products SET embed_hash = 'newer' WHERE id = '{first}'")
    return "1 products have vectors of older words"


async def _orphans(catalog: Catalog, first: str) -> str:
    catalog.index.upsert([Embedded("ghost", "h", _unit(catalog), {})])
    return "1 products are gone but still have vectors"


async def _uncounted_picture(catalog: Catalog, first: str) -> str:
    held = catalog.index.held()[first]
    catalog.index.delete_pictures(held.cards[:1])
    return "1 pictures have no vectors"


async def _unnoted_picture(catalog: Catalog, first: str) -> str:
    held, vector = catalog.index.held()[first], catalog.index.text_vectors([first])[0]
    catalog.index.upsert([Embedded(first, held.embed_hash, vector, {})])
    return f"{len(held.cards)} pictures have no vectors"


async def _stray_picture(catalog: Catalog, first: str) -> str:
    catalog.index._live._pictures.upsert(ids=["ghost:red"], embeddings=_unit(catalog)[None])
    return "1 vectors of pictures belong to no product"


async def _zero_vector(catalog: Catalog, first: str) -> str:
    held = catalog.index.held()[first]
    pictures = dict(zip(held.cards, catalog.index.picture_vectors(held.cards), strict=True))
    catalog.index.upsert([Embedded(first, held.embed_hash, 0 * _unit(catalog), pictures)])
    return "sampled vectors are broken"


async def _other_recipe(catalog: Catalog, first: str) -> str:
    catalog.index.mark(recipe="of last year")
    return "made in another way"


async def _unfinished_draft(catalog: Catalog, first: str) -> str:
    catalog.index.draft()
    return "A reindex is under way or was cut off"


def _unit(catalog: Catalog) -> np.ndarray:
    return np.eye(catalog.encoder.dim, dtype=np.float32)[0]


Break = Callable[[Catalog, str], Awaitable[str]]


@pytest.mark.parametrize(
    "break_it",
    [
        _missing, _all_missing, _stale, _orphans, _uncounted_picture, _unnoted_picture, _stray_picture,
        _zero_vector, _other_recipe, _unfinished_draft,
    ],
)  # fmt: skip
async def test_broken_vectors_are_named_and_a_reindex_mends_them(catalog: Catalog, break_it: Break) -> None:
    first = next(iter(await catalog.store.embed_hashes()))
    expected = await break_it(catalog, first)
    finding = the_finding(await examine(catalog))
    assert expected in finding.message
    assert finding.mend == "shopper reindex"
    assert await reindex(catalog) == COUNT
    assert await examine(catalog) == []


async def test_vectors_of_another_encoder_are_named(catalog: Catalog, tmp_path: Path) -> None:
    catalog.index.drop_unseen()
    catalog.index.close()
    other = ProductIndex.open(tmp_path / "data" / "vectors", "another/encoder", catalog.encoder.dim)
    changed = Catalog(**{**vars(catalog), "index": other})
    assert "there are those of builtin" in the_finding(await examine(changed)).message
    assert await reindex(changed) == COUNT
    assert await examine(changed) == []
    assert other.other_encoders() == []
    other.close()


# ── pictures ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_missing_picture_is_named_and_an_ingest_brings_it_back(
    catalog: Catalog, loaded: tuple[Path, Path]
) -> None:
    name = sorted(await catalog.store.images())[0]
    catalog.media.path(name).unlink()
    finding = the_finding(await examine(catalog))
    assert finding.message.startswith("1 pictures are missing")
    assert finding.mend == "shopper ingest FEED"
    await load_feed(catalog, loaded[0])
    assert await examine(catalog) == []


@pytest.mark.parametrize("how", ["cut off", "not a picture", "damaged inside"])
async def test_an_unreadable_picture_is_named_with_its_file(
    catalog: Catalog, loaded: tuple[Path, Path], how: str
) -> None:
    file = catalog.media.path(sorted(await catalog.store.images())[0])
    data = file.read_bytes()
    match how:
        case "cut off":
            file.write_bytes(data[: len(data) // 2])
        case "not a picture":
            file.write_bytes(b"<html>not found</html>")
        case _:
            file.write_bytes(data[:20] + bytes(len(data) - 20))
    finding = the_finding(await examine(catalog))
    assert finding.message.startswith("1 pictures can't be read")
    assert finding.mend.startswith(f"rm {file} && ")
    file.unlink()
    await load_feed(catalog, loaded[0])
    await reindex(catalog)
    assert await examine(catalog) == []


async def test_a_picture_of_no_product_is_a_harmless_finding_with_its_size(catalog: Catalog) -> None:
    file = catalog.media.root / "00" / "left.part"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(bytes(3 * 2**20))
    finding = the_finding(await examine(catalog))
    assert finding.harmless
    assert "1 picture files (3.0 MB) belong to no product" in finding.message
    assert finding.mend == "shopper reindex --tidy"


# ── SQL and the disk ────────────────────────────────────────────────────────────────────────────────


async def test_an_interrupted_ingest_is_named(catalog: Catalog) -> None:
    await sql(catalog, "INSERT INTO meta (key, value) VALUES ('catalog_writing', '1')")
    finding = the_finding(await examine(catalog))
    assert "was cut off" in finding.message
    assert finding.mend == "shopper ingest FEED"
    await reindex(catalog)
    assert await examine(catalog) == []


async def test_variants_in_a_foreign_currency_are_named(catalog: Catalog) -> None:
    await sql(catalog, "UPDATE variants SET currency = 'SEK' WHERE position = 0")
    finding = the_finding(await examine(catalog))
    assert f"{COUNT} variants are priced in SEK, but the shop sells in EUR" in finding.message


async def test_a_disk_that_is_nearly_full_is_named(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shopper.doctor.shutil.disk_usage", lambda folder: usage(10**9, 9 * 10**8, 10**8))
    assert "Only 95 MB are free" in the_finding(await examine(catalog)).message


async def test_further_checks_are_asked_too(catalog: Catalog) -> None:
    async def of_my_own(patient: object) -> list[Finding]:
        return [Finding("cache", "The cache disagrees", "shopper reindex")]

    assert str(the_finding(await examine(catalog, [of_my_own]))) == (
        "The cache disagrees; mend with: shopper reindex"
    )


# ── the commands ────────────────────────────────────────────────────────────────────────────────────


def shopper(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "shopper", *map(str, arguments)],
        env={**CLEAN, "SHOPPER_ENCODER": "builtin"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.slow
def test_the_commands_name_break_and_mend_and_explain_a_held_lock(
    loaded: tuple[Path, Path], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(loaded[1], data)
    index = ProductIndex.open(data / "vectors", *_encoder())
    index.delete(list(index.hashes())[:2])
    for command in ("doctor", "reindex"):
        held = shopper(command, "--data", data)
        assert held.returncode == 1
        assert "Another process is using the search index" in held.stderr
        assert "Stop it first" in held.stderr
        assert "Traceback" not in held.stderr
    index.close()
    left = data / "media" / "00" / "left.part"
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"half a picture")

    sick = shopper("doctor", "--data", data, "--json")
    assert sick.returncode == 1
    report = json.loads(sick.stdout)
    assert not report["healthy"]
    assert [(f["check"], f["mend"], f["harmless"]) for f in report["findings"]] == [
        ("vectors", "shopper reindex", False),
        ("pictures", "shopper reindex --tidy", True),
    ]
    (data / "encoder").unlink(missing_ok=True)
    mended = shopper("reindex", "--tidy", "--data", data)
    assert mended.returncode == 0, mended.stderr
    assert (data / "encoder").read_text() == "builtin", (
        "the vectors' encoder is what `auto` takes from now on"
    )
    assert f"{COUNT} products encoded" in mended.stdout
    assert not left.exists()
    well = shopper("doctor", "--data", data)
    assert well.returncode == 0
    assert well.stdout.startswith("Encoder ")
    assert well.stdout.strip().endswith("\nEverything agrees.")


def _encoder() -> tuple[str, int]:
    from shopper.search.builtin import BuiltinEncoder

    encoder = BuiltinEncoder()
    return encoder.id, encoder.dim
