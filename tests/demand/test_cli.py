"""The command that prints the report."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from typer.testing import CliRunner

from shopper.cli.report import app
from shopper.database import Database, DemandRow, MetaRow
from shopper.errors import BadInput, CatalogMissing


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with one find of today: gloves, which aren't sold."""
    monkeypatch.delenv("SHOPPER_DATABASE_URL", raising=False)
    row = {
        "id": "1", "day": datetime.now(UTC).date().isoformat(), "source": "chat",
        "facts": {"category": "gloves"}, "total": 0, "weak": False, "absence_reason": "not_sold",
        "absence_field": "category", "absence_value": "gloves", "relaxed": [], "refined": [],
    }  # fmt: skip

    async def fill() -> None:
        db = await Database.open_folder(tmp_path)
        async with db.transaction() as session:
            await session.execute(insert(MetaRow).values(key="currency", value="EUR"))
            await session.execute(insert(DemandRow), [row])
        await db.close()

    asyncio.run(fill())
    return tmp_path


def ran(*args: str) -> Any:
    return CliRunner().invoke(app, list(args))


def test_it_prints_tables(data: Path) -> None:
    result = ran("--data", str(data))
    assert result.exit_code == 0, result.exception
    assert "1 find from" in result.output
    assert "gloves" in result.output


def test_it_prints_one_json_object(data: Path) -> None:
    body = json.loads(ran("--data", str(data), "--json").output)
    assert body["unmet"] == [{"field": "category", "value": "gloves", "among": None, "count": 1}]
    assert body["weeks"][0]["rate"] == 1.0
    assert body["currency"] == "EUR"


def test_a_span_it_cannot_read_is_refused_in_a_sentence(data: Path) -> None:
    result = ran("--data", str(data), "--since", "lately")
    assert isinstance(result.exception, BadInput)


def test_a_folder_without_a_shop_is_told(tmp_path: Path) -> None:
    result = ran("--data", str(tmp_path / "nowhere"))
    assert isinstance(result.exception, CatalogMissing)
    assert not (tmp_path / "nowhere").exists()
