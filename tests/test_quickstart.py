"""The README's API quickstart does what it says, word for word, against a server over the demo shop."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.documents import blocks

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shell(demo_url: str, demo_catalog: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Runs a block as a reader would, beside a photo; gives the JSON documents that it printed."""
    for tool in ("bash", "curl", "base64"):
        if shutil.which(tool) is None:
            pytest.skip(f"the README's quickstart needs {tool}, which isn't here")
    folder = tmp_path_factory.mktemp("quickstart")
    shutil.copy(next((demo_catalog / "images").glob("*.webp")), folder / "photo.webp")
    # The blocks say localhost:8000 and are run as they are; only the connection goes elsewhere.
    there = f"localhost:8000:{urlsplit(demo_url).netloc}"
    elsewhere = f'curl() {{ command curl --fail-with-body --connect-to {there} "$@"; }}'

    def run(block: str) -> list[Any]:
        script = f"set -euo pipefail\n{elsewhere}\n{block}"
        done = subprocess.run(
            ["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return list(documents(done.stdout))

    return run


def documents(text: str) -> Any:
    decoder, rest = json.JSONDecoder(), text.strip()
    while rest:
        document, end = decoder.raw_decode(rest)
        yield document
        rest = rest[end:].strip()


def test_words_are_answered_with_products_that_fit(shell: Any) -> None:
    (answer,) = shell(blocks("README.md", "sh", below="## Chat API")[0])
    assert {"thread_id", "query", "products", "text", "suggestions", "cart", "timings"} <= set(answer)
    assert answer["query"]["exclude"]["materials"] == ["polyester"]
    assert answer["products"]
    for product in answer["products"]:
        assert product["category"] == "dress"
        assert "polyester" not in product["materials"]
        assert product["price_range"]["min"]["amount"] <= 20_000
    assert answer["text"]


def test_a_photo_and_a_search_are_answered(shell: Any) -> None:
    like_the_photo, found = shell(blocks("README.md", "sh", below="## Chat API")[1])
    assert like_the_photo["products"]
    assert like_the_photo["query"]["colors"] == ["green"]
    for product in found["products"]:
        assert product["category"] in ("coat", "trench coat", "parka")
        assert "wool" not in product["materials"]
    assert found["products"]


def test_every_block_of_the_quickstart_is_run() -> None:
    assert len(blocks("README.md", "sh", below="## Chat API")) == 2
    assert not blocks("README.md", "python", below="## Chat API")
