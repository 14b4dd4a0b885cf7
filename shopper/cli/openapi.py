"""openapi: the chat API's own description as a file, for those who make clients of it.

Parses arguments and prints; the description is the web room's.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from shopper.errors import BadInput

app = typer.Typer()


@app.command("openapi")
def openapi(
    out: Annotated[Path | None, typer.Option("--out", help="the file to write (default: print it)")] = None,
) -> None:
    """Write the API's OpenAPI document; needs neither a shop nor a server."""
    from shopper.web.app import api_description

    text = json.dumps(api_description(), indent=2, ensure_ascii=False) + "\n"
    if out is None:
        print(text, end="")
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{out} can't be written: {error.strerror}.", field="out") from error
