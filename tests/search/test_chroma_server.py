"""The index on a real Chroma server: shared by several processes, and one that goes away and comes back."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest

from shopper.search.index import Embedded, ProductIndex, VectorsUnavailable
from shopper.search.sync import rebuild_vectors
from shopper.shop import load_feed, open_catalog
from tests.databases import ChromaServer, chroma_server
from tests.servers import free_port, shopper_serve
from tests.shops import settings
from tests.small_shop import COUNT, first_rows, small_feed, write_feed

DIM = 8
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    with chroma_server(tmp_path_factory.mktemp("chroma")) as server:
        yield server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ChromaServer]:
    """A server of one test alone, which may stop it."""
    with chroma_server(tmp_path / "chroma") as server:
        yield server


def unit(at: int) -> np.ndarray:
    return np.eye(DIM, dtype=np.float32)[at]


def shirt(hash_: str = "h1", at: int = 0) -> Embedded:
    return Embedded("a", hash_, unit(at), {"a:navy": unit(at + 1)})


def test_two_open_indexes_see_what_either_writes(shared_server: ChromaServer) -> None:
    one = ProductIndex.open(shared_server.url, "both", DIM)
    other = ProductIndex.open(shared_server.url, "both", DIM)
    one.upsert([shirt()])
    assert other.hashes() == {"a": "h1"}
    assert other.nearest_pictures(unit(1), 3).ids == ["a:navy"]
    other.delete(["a"])
    assert one.count() == 0
    one.close()
    assert other.count() == 0
    other.close()


def test_an_open_reader_goes_on_while_another_process_swaps_and_drops(shared_server: ChromaServer) -> None:
    writer = ProductIndex.open(shared_server.url, "swapped", DIM)
    reader = ProductIndex.open(shared_server.url, "swapped", DIM)
    writer.upsert([shirt("h1", 0)])
    draft = writer.draft()
    draft.upsert([shirt("h2", 4)])
    assert reader.hashes() == {"a": "h1"}

    before = reader.version
    writer.show(draft, recipe="1")
    writer.drop_unseen()
    assert reader.hashes() == {"a": "h2"}
    assert np.allclose(reader.text_vectors(["a"]), [unit(4)])
    assert reader.version > before
    assert not reader.refresh()
    writer.close()
    reader.close()


def test_a_reader_that_asks_takes_up_the_new_generation(shared_server: ChromaServer) -> None:
    writer = ProductIndex.open(shared_server.url, "asked", DIM)
    reader = ProductIndex.open(shared_server.url, "asked", DIM)
    draft = writer.draft()
    draft.upsert([shirt("h2", 4)])
    writer.show(draft, recipe="1")
    assert reader.refresh()
    assert reader.generation == draft.number
    assert reader.hashes() == {"a": "h2"}
    writer.close()
    reader.close()


def test_readers_never_see_a_gap_in_ten_swaps(shared_server: ChromaServer) -> None:
    writer = ProductIndex.open(shared_server.url, "gapless", DIM)
    reader = ProductIndex.open(shared_server.url, "gapless", DIM)
    writer.upsert([shirt("h0")])
    over, seen = threading.Event(), list[dict[str, str]]()

    def read() -> None:
        while not over.is_set():
            seen.append(reader.hashes())
            if not reader.text_vectors(["a"]).any():
                seen.append({})

    thread = threading.Thread(target=read)
    thread.start()
    for n in range(1, 11):
        draft = writer.draft()
        draft.upsert([shirt(f"h{n}", n % 4)])
        writer.show(draft, recipe="1")
        writer.drop_unseen()
    over.set()
    thread.join()
    assert len(seen) > 10
    assert {} not in seen
    writer.close()
    reader.close()


def test_a_server_that_goes_away_is_named_and_one_that_comes_back_is_used(server: ChromaServer) -> None:
    index = ProductIndex.open(server.url, "tiny/v1", DIM)
    index.upsert([shirt()])
    server.stop()
    with pytest.raises(VectorsUnavailable, match=rf"127\.0\.0\.1:{server.port} doesn't answer"):
        index.nearest_texts(unit(0), 3)
    with pytest.raises(VectorsUnavailable, match=rf"127\.0\.0\.1:{server.port} doesn't answer"):
        index.upsert([shirt("h2")])
    with pytest.raises(VectorsUnavailable, match=rf"127\.0\.0\.1:{server.port} doesn't answer"):
        index.refresh()
    server.start()
    assert index.hashes() == {"a": "h1"}
    index.upsert([shirt("h2")])
    assert index.hashes() == {"a": "h2"}
    index.close()


def test_a_server_that_comes_back_empty_is_written_anew(server: ChromaServer, tmp_path: Path) -> None:
    index = ProductIndex.open(server.url, "tiny/v1", DIM)
    index.upsert([shirt()])
    server.stop()
    with chroma_server(tmp_path / "empty") as empty:
        empty.stop()
        empty.port, empty.url = server.port, server.url
        empty.start()
        assert index.hashes() == {}
        index.upsert([shirt("h2")])
        assert index.hashes() == {"a": "h2"}
        index.close()


def test_a_server_that_never_answers_does_not_hold_the_caller_for_ever() -> None:
    import socket

    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        port = deaf.getsockname()[1]
        with pytest.raises(VectorsUnavailable, match=f"{port} doesn't answer"):
            ProductIndex.open(f"http://127.0.0.1:{port}", "tiny/v1", DIM)


def test_every_call_to_a_server_has_a_time_limit(shared_server: ChromaServer) -> None:
    index = ProductIndex.open(shared_server.url, "tiny/v1", DIM)
    limits: httpx.Timeout = index._client._server._session.timeout
    assert None not in (limits.connect, limits.read, limits.write)
    index.close()


# ── shops ───────────────────────────────────────────────────────────────────────────────────────────


def found(url: str, words: str) -> list[str]:
    answer = httpx.post(f"{url}/v1/search", json={"query": {"text": words}, "limit": 20}, timeout=60)
    assert answer.status_code == 200, answer.text
    return [card["id"] for card in answer.json()["products"]]


async def ingest(data: Path, feed: Path, server: ChromaServer) -> None:
    catalog = await open_catalog(settings(data, chroma_url=server.url))
    await load_feed(catalog, feed)
    await catalog.close()


def test_two_shops_on_one_server_both_see_a_new_product_and_a_reindex(
    server: ChromaServer, tmp_path: Path
) -> None:
    feed, data = small_feed(tmp_path / "feed"), tmp_path / "data"
    rows = first_rows(COUNT)
    new = rows[-1]
    asyncio.run(ingest(data, write_feed(feed.parent, rows[:-1]), server))
    with (
        shopper_serve(data, SHOPPER_CHROMA_URL=server.url) as one,
        shopper_serve(data, SHOPPER_CHROMA_URL=server.url) as other,
    ):
        for url in (one, other):
            assert new["id"] not in found(url, new["title"])
        asyncio.run(ingest(data, write_feed(feed.parent, rows), server))
        for url in (one, other):
            assert new["id"] in found(url, new["title"])

        async def reindex() -> int:
            catalog = await open_catalog(settings(data, chroma_url=server.url))
            count = await rebuild_vectors(
                store=catalog.store,
                index=catalog.index,
                encoder=catalog.encoder,
                media=catalog.media,
                taxonomy=catalog.taxonomy,
                db=catalog.db,
            )
            await catalog.close()
            return count

        assert asyncio.run(reindex()) == COUNT
        for url in (one, other):
            assert new["id"] in found(url, new["title"])
        server.stop()
        for url in (one, other):
            assert new["id"] in found(url, new["title"])
        server.start()
        for url in (one, other):
            assert new["id"] in found(url, new["title"])


def test_a_command_says_which_server_does_not_answer(tmp_path: Path) -> None:
    port = free_port()
    done = subprocess.run(
        [sys.executable, "-m", "shopper", "doctor", "--data", str(tmp_path)],
        env={"SHOPPER_CHROMA_URL": f"http://127.0.0.1:{port}", "SHOPPER_ENCODER": "builtin", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.strip() == f"The Chroma server at 127.0.0.1:{port} doesn't answer."
