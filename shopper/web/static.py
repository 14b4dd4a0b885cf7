"""Serves a file of one folder and of nothing above it.

Knows nothing about what the files are for.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from fastapi.responses import FileResponse, Response

from shopper.errors import NotFound


async def static_file(folder: Path, name: str, headers: dict[str, str]) -> Response:
    """The file `name` of `folder`; NotFound for anything else."""

    def found() -> Path | None:
        path = (folder / name).resolve()
        return path if path.is_relative_to(folder.resolve()) and path.is_file() else None

    path = await asyncio.to_thread(found)
    if path is None:
        raise NotFound("There is no such page.")
    return FileResponse(path, headers=headers)
