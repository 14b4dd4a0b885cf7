"""`shopper ingest --prices` and `--currency` as a person runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from shopper.cli import app
from shopper.errors import CatalogMissing


def shopper(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments], env={"SHOPPER_ENCODER": "builtin"})


def a_row(key: str, **facts: object) -> str:
    variant = {"id": f"{key}-m", "sku": f"sku-{key}", "size": "M", "price": "49.90", "stock": 2}
    return json.dumps({"id": key, "title": f"Linen Shirt {key}", "variants": [variant], **facts})


@pytest.fixture
def data(tmp_path: Path) -> Path:
    feed = tmp_path / "feed.jsonl"
    feed.write_text("\n".join(a_row(key) for key in "ab"))
    done = shopper("ingest", feed, "--data", tmp_path / "data", "--currency", "sek", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["accepted"] == 2
    return tmp_path / "data"


def prices(folder: Path, *rows: str) -> Path:
    file = folder / "prices.csv"
    file.write_text("\n".join(["sku,price,stock", *rows]))
    return file


def test_a_price_file_is_taken_and_told(data: Path, tmp_path: Path) -> None:
    file = prices(tmp_path, "sku-a,39.90,1", "sku-b,free,1", "sku-z,5,1")

    dry = shopper("ingest", "--prices", file, "--data", data, "--dry-run")
    told = shopper("ingest", "--prices", file, "--data", data)
    again = json.loads(shopper("ingest", "--prices", file, "--data", data, "--json").stdout)

    assert "Nothing was written" in dry.output
    assert "1 variants updated, 0 unchanged, 1 unknown, 1 rows rejected" in told.output
    assert "line 3: price: “free” is not a price" in told.output
    assert "not in the shop: sku-z" in told.output
    assert (again["updated"], again["unchanged"], again["unknown_ids"]) == (0, 1, ["sku-z"])


def test_a_file_of_which_nothing_is_taken_fails(data: Path, tmp_path: Path) -> None:
    assert shopper("ingest", "--prices", prices(tmp_path, "sku-z,5,1"), "--data", data).exit_code == 1


def test_prices_in_another_currency_are_named(data: Path, tmp_path: Path) -> None:
    told = shopper("ingest", "--prices", prices(tmp_path, "sku-a,5,1"), "--data", data, "--currency", "EUR")
    assert "is not in SEK" in told.output
    assert told.exit_code == 1


def test_a_folder_without_a_shop_stays_as_it_is(tmp_path: Path) -> None:
    done = shopper("ingest", "--prices", prices(tmp_path, "a,5,1"), "--data", tmp_path / "none")
    assert isinstance(done.exception, CatalogMissing)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    "arguments",
    [[], ["feed", "--prices", "p.csv"], ["--prices", "p.csv", "--replace"], ["feed", "--currency", "€"]],
)
def test_what_makes_no_sense_is_refused(arguments: list[str]) -> None:
    assert shopper("ingest", *arguments).exit_code == 2
