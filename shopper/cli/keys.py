"""keys and erase: who may use the chat API, and how long conversations are kept.

Parses arguments and prints; the work is the web room's. Both work while a server runs on the same data.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Table

from shopper.cli.common import AsJson, Data, run, settings_of, sql_of
from shopper.errors import BadInput
from shopper.settings import Settings

if TYPE_CHECKING:
    from shopper.database import Database
    from shopper.web.keys import ApiKey, Keys

app = typer.Typer(help="Make, list and revoke the keys of the chat API.", no_args_is_help=True)
erasing = typer.Typer()


@app.command()
def create(
    kind: Annotated[
        Literal["secret", "publishable"],
        typer.Option(help="secret for servers, publishable for pages"),
    ],
    origin: Annotated[
        list[str] | None,
        typer.Option(help="https://shop.example; a page that may use the key or its threads' tokens"),
    ] = None,
    name: Annotated[str, typer.Option(help="for you, to tell keys apart")] = "",
    rate: Annotated[int, typer.Option(min=0, help="requests a minute of all its callers; 0: no limit")] = 0,
    daily_turns: Annotated[int, typer.Option(min=0, help="answers a day; 0: no limit")] = 0,
    daily_tokens: Annotated[
        int, typer.Option(min=0, help="tokens of the language model a day; 0: no limit")
    ] = 0,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Make a key. It is shown once and kept only as a hash."""

    async def work() -> None:
        async with _keys(settings_of(data)) as keys:
            text, made = await keys.create(
                kind,
                origins=origin or (),
                name=name,
                rate=rate,
                daily_turns=daily_turns,
                daily_tokens=daily_tokens,
            )
        if as_json:
            print(json.dumps(_told(made) | {"key": text}))
            return
        print(text)
        print(f"Its id is {made.id}. Keep the key now: it can't be shown again.")

    run(work())


@app.command("list")
def list_keys(as_json: AsJson = False, data: Data = None) -> None:
    """Show every key with its limits, what it spent today and when it was used last."""

    async def work() -> None:
        async with _keys(settings_of(data)) as keys:
            known, spent = await keys.listed(), await keys.spent()
        if as_json:
            print(json.dumps([_told(key) | _spent(key, spent) for key in known]))
            return
        if not known:
            print("There are no keys yet. Make one: shopper keys create --kind secret")
            return
        table = Table("id", "key", "name", "origins", "a minute", "turns today", "tokens today", "last used")
        for key in known:
            turns, tokens = spent.get(key.id, (0, 0))
            used = "revoked" if key.revoked_at else _when(key.last_used_at) or "never"
            table.add_row(
                key.id,
                key.hint,
                key.name,
                "\n".join(sorted(key.origins)),
                str(key.rate or "–"),
                f"{turns} of {key.daily_turns or '–'}",
                f"{tokens} of {key.daily_tokens or '–'}",
                used,
            )
        Console().print(table)

    run(work())


@app.command()
def revoke(
    key: Annotated[str, typer.Argument(help="the key's id, or the key itself")],
    data: Data = None,
) -> None:
    """Revoke a key and the tokens made with it; every process refuses them within seconds."""

    async def work() -> None:
        async with _keys(settings_of(data)) as keys:
            gone = await keys.revoke(key)
        print(f"{gone.hint} {gone.name} is revoked.".replace("  ", " "))

    run(work())


@erasing.command()
def erase(
    older_than: Annotated[
        str, typer.Option("--older-than", help="age since a conversation's last message: 30d, 12h")
    ],
    data: Data = None,
) -> None:
    """Erase old conversations with their photos and carts, and photos that no message used within a day."""

    async def work() -> None:
        from shopper.shop import utc_now
        from shopper.web.retention import erase as erase_old

        age = _age(older_than)
        async with _database(settings_of(data)) as db:
            gone = await erase_old(db, now=utc_now(), older_than=age)
        print(f"{gone.threads} conversations and {gone.uploads} unused photos erased.")

    run(work())


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    """The SQL database of a folder that is there; BadInput for one that isn't."""
    if settings.database_url is None and not settings.data.is_dir():
        raise BadInput(f"There is no shop in {settings.data}; name its folder with --data.")
    async with sql_of(settings) as db:
        yield db


@asynccontextmanager
async def _keys(settings: Settings) -> AsyncIterator[Keys]:
    from shopper.shop import utc_now
    from shopper.web.keys import Keys

    async with _database(settings) as db:
        yield Keys(db, clock=utc_now)


def _told(key: ApiKey) -> dict[str, Any]:
    body = asdict(key) | {"origins": sorted(key.origins)}
    return body | {name: _when(body[name]) for name in ("created_at", "last_used_at", "revoked_at")}


def _spent(key: ApiKey, spent: dict[str, tuple[int, int]]) -> dict[str, int]:
    turns, tokens = spent.get(key.id, (0, 0))
    return {"turns_today": turns, "tokens_today": tokens}


def _when(at: Any) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _age(text: str) -> timedelta:
    found = re.fullmatch(r"([1-9]\d{0,4})\s*([dh])", text.strip())
    if found is None:
        raise BadInput("An age is written 30d or 12h.", field="older-than")
    count = int(found[1])
    return timedelta(days=count) if found[2] == "d" else timedelta(hours=count)
