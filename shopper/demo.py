"""The demo: loads the demo shop, serves it, plays one short conversation against the server, and stays up.

Knows nothing about the parts it starts; it is a user of the command line's own pieces.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import httpx
from rich.console import Console
from rich.text import Text

from shopper.shop import Shop
from shopper.terminal import ChatClient, Printer
from shopper.web.app import build_app
from shopper.web.serve import listen, serving

CONVERSATION = (
    "hi! I need a dress for a summer wedding, under 250, no polyester",
    "the second one in something blue?",
    "and shoes to go with it",
)


async def run_demo(shop: Shop, console: Console, *, host: str, port: int, began: float, once: bool) -> None:
    """Serve `shop`, play the conversation, print what to try; `once` stops after the conversation."""
    async with serving(build_app(shop), listen(host, port)) as url:
        console.print(Text(f"\nA short conversation with the server at {url}:", style="bold"))
        async with httpx.AsyncClient(base_url=url, timeout=60) as http:
            client, printer = ChatClient(http), Printer(console)
            for number, words in enumerate(CONVERSATION):
                console.print(Text(f"\nyou {words}", style="bold"))
                async for part in client.say(words):
                    printer.part(part)
                if number == 0:
                    seconds = time.monotonic() - began
                    console.print(Text(f"  (first answer {seconds:.1f} s after the start)", style="dim"))
        if once:
            return
        _what_to_try(console, url)
        await asyncio.Event().wait()


def _what_to_try(console: Console, url: str) -> None:
    photo = Path("catalog/images")
    console.print(f"\n[bold green]Open {url}[/] and talk. Things to try:")
    for line in (
        "a waterproof jacket for my 8 year old daughter, size 128",
        "black leather boots in 39, not over 300 — then: cheaper? — then: the first one in 40",
        f"drop a photo from {photo} on the page: something like this, but in green",
        "ein Kleid aus Leinen bis 150 €",
    ):
        console.print(f"  • {line}")
    console.print(
        f"\nWith curl:\n  curl -s {url}/v1/chat -H 'content-type: application/json' \\\n"
        """    -d '{"message": {"text": "a navy wool coat under 400"}, "stream": false}'"""
        "\n\nAPI docs: " + url + "/docs    Stop: Ctrl-C"
    )
