"""`shopper keys` and `shopper erase`, as a shop's administrator types them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from shopper.cli import app
from shopper.database import Database

RUN = CliRunner()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    async def make() -> None:
        await (await Database.open_folder(tmp_path)).close()

    asyncio.run(make())
    return tmp_path


def shopper(*words: str) -> str:
    done = RUN.invoke(app, [*words])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def test_a_key_is_made_listed_and_revoked(data: Path) -> None:
    at = ("--data", str(data))
    made: dict[str, Any] = json.loads(
        shopper(
            "keys", "create", "--kind", "publishable", "--origin", "https://a.example", "--origin",
            "https://b.example", "--name", "shop page", "--rate", "600", "--daily-turns", "5000",
            "--json", *at,
        )
    )  # fmt: skip
    assert made["key"].startswith("pk_")
    listed = json.loads(shopper("keys", "list", "--json", *at))
    assert [(k["id"], k["name"], k["rate"], k["daily_turns"], k["turns_today"]) for k in listed] == [
        (made["id"], "shop page", 600, 5000, 0)
    ]
    assert listed[0]["origins"] == ["https://a.example", "https://b.example"]
    assert made["key"] not in json.dumps(listed)
    assert "revoked" in shopper("keys", "revoke", made["id"], *at)
    assert json.loads(shopper("keys", "list", "--json", *at))[0]["revoked_at"]


def test_a_secret_key_is_shown_once(data: Path) -> None:
    said = shopper("keys", "create", "--kind", "secret", "--data", str(data))
    key = said.splitlines()[0]
    assert key.startswith("sk_")
    assert key not in shopper("keys", "list", "--data", str(data))


@pytest.mark.parametrize(
    "words",
    [
        ("keys", "create", "--kind", "publishable"),
        ("keys", "create", "--kind", "publishable", "--origin", "shop.example"),
        ("keys", "revoke", "nobody"),
        ("erase", "--older-than", "a while"),
    ],
)
def test_what_cannot_be_done_is_said(data: Path, words: tuple[str, ...]) -> None:
    done = RUN.invoke(app, [*words, "--data", str(data)])
    assert done.exit_code != 0
    assert str(done.exception)


def test_erase_says_how_much_went(data: Path) -> None:
    said = shopper("erase", "--older-than", "30d", "--data", str(data))
    assert said == "0 conversations and 0 unused photos erased.\n"
