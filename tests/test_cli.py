"""The `shopper` command as a person runs it, in processes of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.servers import CLEAN, free_port, shopper_serve


def shopper(
    *arguments: str | Path, stdin: str | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    env = {**CLEAN, "SHOPPER_ENCODER": "builtin", "COLUMNS": "200"}
    command = [sys.executable, "-m", "shopper", *map(str, arguments)]
    return subprocess.run(
        command, env=env, capture_output=True, text=True, input=stdin, timeout=120, cwd=cwd, check=False
    )


def a_row(id_: str, price: str = "49.90", **facts: Any) -> str:
    variant = {"id": f"{id_}-m", "sku": id_, "color": "navy", "size": "M", "price": price, "stock": 2}
    row = {
        "id": id_,
        "title": f"Linen Shirt {id_}",
        "category": "shirt",
        "currency": "EUR",
        "variants": [variant],
    }
    return json.dumps(row | facts)


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "feed.jsonl"
    path.write_text(
        "\n".join([a_row("a"), a_row("b", "free"), a_row("c", "-5"), "{broken", a_row("d", "1.299,00 €")])
    )
    return path


@pytest.mark.slow
def test_ingest_names_each_bad_row_and_loads_the_good_ones(feed: Path, tmp_path: Path) -> None:
    ran = shopper("ingest", feed, "--data", tmp_path / "data", "--json")
    assert ran.returncode == 0, ran.stderr
    report = json.loads(ran.stdout)
    assert (report["accepted"], report["rejected"], report["products"], report["variants"]) == (2, 3, 2, 2)
    assert [error["line"] for error in report["errors"]] == [2, 3, 4]
    assert all(error["reason"] for error in report["errors"])
    again = json.loads(shopper("ingest", feed, "--data", tmp_path / "data", "--json").stdout)
    assert (again["accepted"], again["unchanged"], again["rejected"]) == (0, 2, 3)
    found = json.loads(shopper("search", "linen shirt", "--data", tmp_path / "data", "--json").stdout)
    assert {card["id"] for card in found["products"]} == {"a", "d"}
    assert found["products"][0]["price_range"]["min"]["currency"] == "EUR"


@pytest.mark.slow
def test_a_dry_run_checks_and_writes_nothing(feed: Path, tmp_path: Path) -> None:
    report = json.loads(shopper("ingest", feed, "--data", tmp_path / "data", "--dry-run", "--json").stdout)
    assert report["rejected"] == 3
    ran = shopper("search", "shirt", "--data", tmp_path / "data")
    assert ran.returncode == 1
    assert "holds no products" in ran.stderr


@pytest.mark.slow
def test_errors_are_one_line_without_a_traceback(tmp_path: Path) -> None:
    for arguments in (
        ("ingest", "nowhere.csv", "--data", tmp_path / "data"),
        ("serve", "--data", tmp_path / "empty"),
        ("dialogs", "run", "nowhere.yaml", "--url", "http://127.0.0.1:9"),
    ):
        ran = shopper(*arguments)
        assert ran.returncode == 1, arguments
        assert "Traceback" not in ran.stderr
        assert len(ran.stderr.strip().splitlines()) == 1, ran.stderr


@pytest.mark.slow
def test_two_owners_of_one_data_folder_are_told_apart(shop_folder: Callable[[str], Path]) -> None:
    data = shop_folder("demo")
    with shopper_serve(data):
        ran = shopper("search", "a dress", "--data", data)
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    assert str(data) in ran.stderr or "another" in ran.stderr.lower()


@pytest.mark.slow
def test_doctor_finds_a_loaded_shop_healthy_and_reindex_mends(shop_folder: Callable[[str], Path]) -> None:
    data = shop_folder("demo")
    well = json.loads(shopper("doctor", "--data", data, "--json").stdout)
    assert (well["healthy"], well["findings"]) == (True, [])
    assert well["encoder"]["id"].startswith("builtin-")
    assert well["encoder"]["why"]
    picture = next((data / "media").rglob("*.webp"))
    picture.unlink()
    sick = shopper("doctor", "--data", data)
    assert sick.returncode == 1
    assert "pictures are missing" in sick.stdout


@pytest.mark.slow
def test_the_terminal_chat_shows_cards_and_a_cart(demo_url: str) -> None:
    ran = shopper(
        "chat",
        "--url",
        demo_url,
        stdin="a wool scarf\nadd the first one to my cart\n/cart\n/nonsense\n/quit\n",
    )
    assert ran.returncode == 0, ran.stderr
    assert "shopper" in ran.stdout
    assert "€" in ran.stdout
    assert "total" in ran.stdout


@pytest.mark.slow
def test_the_demo_loads_serves_and_plays_its_conversation(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parent.parent
    ran = shopper(
        "demo", "--once", "--data", tmp_path / "demo", "--port", str(free_port()), "--feed", root / "catalog"
    )
    assert ran.returncode == 0, ran.stderr
    assert "first answer" in ran.stdout
    assert ran.stdout.count("you ") == 3


def test_a_command_loads_only_what_its_own_work_needs() -> None:
    heavy = "('shopper.shop', 'sqlalchemy', 'langchain', 'chromadb', 'fastapi', 'numpy')"
    code = f"import sys, shopper.cli; print([m for m in {heavy} if m in sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-c", code], env=CLEAN, capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout.strip() == "[]"


def test_the_built_in_path_imports_neither_torch_nor_transformers() -> None:
    code = (
        "import sys, shopper.cli, shopper.web.app, shopper.shop\n"
        "from shopper.search.encoder import load_encoder\n"
        "load_encoder('builtin').encode_text(['a dress'])\n"
        "print(sorted(m for m in ('torch', 'transformers') if m in sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], env=CLEAN, capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout.strip() == "[]"
