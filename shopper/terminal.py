"""The shopper in a terminal: streams a turn from the chat API and prints cards, prose and chips.

Knows nothing about how a reply comes about; it speaks the HTTP API like any other client.
"""

from __future__ import annotations

import base64
import json
import mimetypes
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from shopper.errors import BadInput, ShopperError
from shopper.types import Money

Part = dict[str, Any]

HELP = (
    "Write what you look for. /photo FILE [words] asks with a picture, /cart shows the cart, "
    "/new begins anew, /quit leaves."
)


class ChatClient:
    """One conversation over HTTP."""

    def __init__(self, http: httpx.AsyncClient, thread_id: str | None = None) -> None:
        self._http = http
        self.thread_id = thread_id

    async def say(self, text: str | None, photos: tuple[Path, ...] = ()) -> AsyncIterator[Part]:
        """Send one message; gives the parts of the answer as they come. Raises ShopperError on a refusal."""
        message: dict[str, Any] = {"photos": [_photo(path) for path in photos]}
        if text:
            message["text"] = text
        body = {"message": message, "stream": True}
        if self.thread_id:
            body["thread_id"] = self.thread_id
        async with self._http.stream("POST", "/v1/chat", json=body) as response:
            if response.status_code != 200:
                await response.aread()
                raise ShopperError(_detail(response))
            async for line in response.aiter_lines():
                if not line.startswith("data: ") or line == "data: [DONE]":
                    continue
                part = json.loads(line[6:])
                if part["type"] == "start":
                    self.thread_id = part["messageMetadata"]["threadId"]
                yield part

    async def cart(self) -> dict[str, Any] | None:
        """The cart, or None before the first message."""
        if self.thread_id is None:
            return None
        response = await self._http.get(f"/v1/threads/{self.thread_id}/cart")
        if response.status_code != 200:
            raise ShopperError(_detail(response))
        body: dict[str, Any] = response.json()
        return body


def _photo(path: Path) -> dict[str, str]:
    if not path.is_file():
        raise BadInput(f"There is no file {path}.", field="photo")
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return {"media_type": media_type, "data": base64.b64encode(path.read_bytes()).decode()}


def _detail(response: httpx.Response) -> str:
    try:
        return str(response.json()["detail"])
    except (ValueError, KeyError):
        return f"The server answered {response.status_code}."


class Printer:
    """Prints the parts of an answer to a console."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._in_text = False

    def part(self, part: Part) -> None:
        kind, data = part["type"], part.get("data", {})
        if kind == "text-delta":
            if not self._in_text:
                self._console.print("\n[bold magenta]shopper[/] ", end="")
                self._in_text = True
            self._console.print(Text(part["delta"]), end="", soft_wrap=True)
            return
        if self._in_text:
            self._console.print()
            self._in_text = False
        match kind:
            case "data-query":
                self._understood(data.get("chips", []))
            case "data-products":
                self._products(data)
            case "data-cart":
                self.cart(data)
            case "data-suggestions":
                labels = [s["label"] for s in data["suggestions"]]
                if labels:
                    self._console.print(Text("  try: " + "  ·  ".join(labels), style="cyan"))
            case "error":
                self._console.print(Text(part["errorText"], style="red"))

    def _understood(self, chips: list[Part]) -> None:
        if chips:
            self._console.print(Text("  understood: " + "  ·  ".join(c["label"] for c in chips), style="dim"))

    def _products(self, data: Part) -> None:
        for card in data["products"]:
            self._card(card)
        hidden = data["total"] - len(data["products"])
        if hidden > 0:
            self._console.print(Text(f"     and {hidden} more", style="dim"))

    def _card(self, card: Part) -> None:
        price = money(card["price_range"]["min"])
        head = Text(f"  {card.get('position', '·')}  ", style="bold")
        head.append(card["title"], style="bold")
        for word in (card.get("color"), card.get("brand")):
            if word:
                head.append(f" · {word}", style="dim")
        head.append(f"  {price}", style="green")
        if card.get("regular_price"):
            head.append(f" (was {money(card['regular_price'])})", style="dim")
        self._console.print(head)
        sizes = Text()
        for variant in card["variants"]:
            if variant["size"]:
                there = variant["availability"]["available"]
                sizes.append(variant["size"], style="" if there else "dim strike")
                sizes.append(" ")
        if card["because"]:
            sizes.append("  " + "; ".join(card["because"]), style="italic dim")
        self._console.print(Padding(sizes, (0, 0, 0, 5)))

    def cart(self, cart: Part) -> None:
        if not cart["lines"]:
            self._console.print("  The cart is empty.")
            return
        self._console.print(Text("  cart", style="bold"))
        for line in cart["lines"]:
            facts = " · ".join(x for x in (line["color"], line["size"]) if x)
            self._console.print(
                Text(f"    {line['quantity']} × {line['title']} ({facts})  {money(line['line_total'])}")
            )
        self._console.print(Text(f"    total {money(cart['total'])}", style="green"))


def money(body: Part) -> str:
    """An amount from the wire as people write it."""
    return str(Money(minor=body["amount"], currency=body["currency"]))


async def chat(client: ChatClient, console: Console) -> None:
    """Talk until the shopper leaves."""
    printer = Printer(console)
    console.print(Text(HELP, style="dim"))
    while True:
        try:
            line = console.input("\n[bold]you[/] ").strip()
        except (EOFError, KeyboardInterrupt):
            console.print()
            return
        command, _, rest = line.partition(" ")
        try:
            match command:
                case "/quit" | "/exit":
                    return
                case "/new":
                    client.thread_id = None
                    console.print(Text("  a new conversation", style="dim"))
                case "/cart":
                    cart = await client.cart()
                    printer.cart(cart or {"lines": []})
                case "/photo":
                    name, _, words = rest.partition(" ")
                    await _turn(client, printer, words, (Path(name),))
                case _ if command.startswith("/"):
                    console.print(Text(HELP, style="dim"))
                case _ if line:
                    await _turn(client, printer, line, ())
        except ShopperError as error:
            console.print(Text(error.message, style="red"))


async def _turn(client: ChatClient, printer: Printer, text: str, photos: tuple[Path, ...]) -> None:
    async for part in client.say(text or None, photos):
        printer.part(part)
