"""What every command shares: its options, its settings, and how its work is run.

Knows nothing about any single command.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from shopper.settings import Settings

Data = Annotated[
    Path | None, typer.Option("--data", help="the shop's data folder (default: SHOPPER_DATA or ./data)")
]
AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object")]


def run(work: Coroutine[Any, Any, None]) -> None:
    try:
        asyncio.run(work)
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)


def settings_of(data: Path | None = None, **more: Any) -> Settings:
    given = {name: value for name, value in {"data": data, **more}.items() if value is not None}
    return Settings().model_copy(update=given)
