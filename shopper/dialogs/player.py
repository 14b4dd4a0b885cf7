"""Plays dialogs against a shop through its HTTP chat API and nothing else.

Knows nothing about the agent, the database or how a check decides.
"""

from __future__ import annotations

import asyncio
import base64
import mimetypes
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from shopper.dialogs.cards import size_is
from shopper.dialogs.cart_checks import check_cart
from shopper.dialogs.checks import check_turn
from shopper.dialogs.exchange import Exchange, card_at, place_words
from shopper.dialogs.reading import find_dialogs, read_dialog
from shopper.dialogs.report import DialogReport, DialogResult, TurnResult
from shopper.dialogs.script import Dialog, Edit, ScriptTurn, ShopChange
from shopper.dialogs.staging import Change, Stage
from shopper.dialogs.wire import (
    Answer,
    Card,
    Chip,
    WireCart,
    read_answer,
    read_cart,
    read_problem,
    read_product,
)
from shopper.errors import DialogError
from shopper.products.taxonomy import Taxonomy

_PATIENCE = 4  # how often a rate-limited request is sent


async def run_dialogs(
    paths: Sequence[Path],
    *,
    client: httpx.AsyncClient,
    catalog_filter: str | None = None,
    stage: Stage | None = None,
) -> DialogReport:
    """Every dialog below `paths`, played one after the other; with `catalog_filter` only those of that shop.

    A file that can't be read is a failed dialog of the report, so that the others still run. Dialogs that
    change the shop are left out where there is no stage.
    """
    results: list[DialogResult] = []
    left_out: list[str] = []
    for path in find_dialogs(paths):
        try:
            dialog = read_dialog(path)
        except DialogError as error:
            results.append(DialogResult(path=str(path), name=path.stem, catalog="", error=error.message))
            continue
        if catalog_filter is not None and dialog.catalog != catalog_filter:
            continue
        if dialog.changes_the_shop and stage is None:
            left_out.append(str(path))
        else:
            results.append(await play(dialog, path, client=client, stage=stage))
    return DialogReport(dialogs=tuple(results), left_out=tuple(left_out))


async def play(
    dialog: Dialog, path: Path, *, client: httpx.AsyncClient, stage: Stage | None = None
) -> DialogResult:
    """One dialog from its first turn to its end; a shop that can't be reached ends it with an error.

    What it changed about the shop is put back, however it ends.
    """
    player = _Player(dialog, path, client, Taxonomy.load(), stage)
    started = time.perf_counter()
    error: str | None = None
    try:
        await player.run()
    except httpx.HTTPError as failure:
        error = f"the shop can't be reached: {failure or type(failure).__name__}"
    except DialogError as failure:
        error = failure.message
    finally:
        if dialog.changes_the_shop and stage is not None:
            await stage.restore()
    return DialogResult(
        path=str(path),
        name=dialog.name,
        catalog=dialog.catalog,
        turns=tuple(player.results),
        error=error,
        seconds=time.perf_counter() - started,
    )


class _Player:
    """The state of one dialog being played."""

    def __init__(
        self, dialog: Dialog, path: Path, client: httpx.AsyncClient, taxonomy: Taxonomy, stage: Stage | None
    ) -> None:
        self.results: list[TurnResult] = []
        self._dialog = dialog
        self._folder = path.parent
        self._client = client
        self._taxonomy = taxonomy
        self._stage = stage
        self._thread: str | None = None
        self._history: list[Exchange] = []

    async def run(self) -> None:
        for number, turn in enumerate(self._dialog.turns, start=1):
            if turn.new_thread:
                self._thread = None
            for change in turn.shop:
                await self._change(number, change)
            started = time.perf_counter()
            exchange = await self._exchange(number, turn)
            ms = (time.perf_counter() - started) * 1000
            checks = check_turn(exchange, self._history, self._taxonomy)
            self._history.append(exchange)
            reply = exchange.answer.text if exchange.answer else ""
            cards = tuple(str(card) for card in exchange.answer.products) if exchange.answer else ()
            query = exchange.answer.query if exchange.answer else {}
            self.results.append(
                TurnResult(
                    number=str(number),
                    shopper=turn.said,
                    reply=reply,
                    cards=cards,
                    query=query,
                    checks=checks,
                    ms=ms,
                )
            )
        if self._dialog.end is not None and self._dialog.end.cart is not None:
            cart = await self._cart()
            checks = tuple(check_cart(self._dialog.end.cart, cart, self._history, self._taxonomy, "end.cart"))
            self.results.append(TurnResult(number="end", shopper="", checks=checks))

    async def _change(self, number: int, change: ShopChange) -> None:
        if self._stage is None:
            raise DialogError("this dialog changes the shop, which only a shop open in this process allows")
        card = card_at(change.card, self._history) if change.card else None
        if change.card and card is None:
            raise DialogError(f"turn {number} changes {place_words(change.card)}, but there is no such card")
        product_id = card.id if card else change.product or ""
        product = await self._product(product_id)
        color = change.color or (card.color if card else None)
        variants = [
            variant.id
            for variant in (product.variants if product else ())
            if (color is None or (variant.color or "").casefold() == color.casefold())
            and (change.size is None or (product and size_is(variant, change.size, product, self._taxonomy)))
        ]
        if not variants:
            raise DialogError(f"turn {number} changes a variant of {product_id} that the shop doesn't have")
        await self._stage.change(
            Change(product_id, tuple(variants), stock=change.stock, price=change.price, color=change.rename)
        )

    async def _exchange(self, number: int, turn: ScriptTurn) -> Exchange:
        body: dict[str, Any] = {"message": self._message(turn), "stream": False}
        if self._thread is not None:
            body["thread_id"] = self._thread
        response = await self._send("POST", "/v1/chat", body)
        try:
            if response.status_code >= 400:
                problem = read_problem(response.status_code, _json(response))
                return Exchange(number, turn, problem=problem)
            answer = read_answer(_json(response))
        except DialogError as error:
            return Exchange(number, turn, broken=error.message)
        self._thread = answer.thread_id
        return await self._looked_up(number, turn, answer)

    async def _looked_up(self, number: int, turn: ScriptTurn, answer: Answer) -> Exchange:
        """The exchange with what the checks of this turn need to ask the shop besides."""
        expect = turn.expect
        grounded = expect.reply is not None and bool(expect.reply.grounded)
        cart: WireCart | None = None
        facts: dict[str, Card | None] = {}
        titles: tuple[str, ...] = ()
        try:
            if expect.cart is not None or grounded:
                cart = await self._cart()
            if expect.products is not None and expect.products.facts:
                for card in answer.products:
                    facts[card.id] = await self._product(card.id)
            if grounded and self._dialog.changes_the_shop:
                # What an earlier card said may be true no more.
                for product_id in self._seen_so_far():
                    facts[product_id] = await self._product(product_id)
            if grounded and answer.text:
                titles = await self._titles_like(answer.text)
        except DialogError as error:
            return Exchange(number, turn, broken=error.message)
        return Exchange(number, turn, answer=answer, cart=cart, facts=facts, shop_titles=titles)

    def _seen_so_far(self) -> set[str]:
        answers = [exchange.answer for exchange in self._history if exchange.answer]
        return {card.id for answer in answers for card in answer.visible}

    def _message(self, turn: ScriptTurn) -> dict[str, Any]:
        message: dict[str, Any] = {}
        edit: dict[str, Any] | None = _edit(turn.edit) if turn.edit else None
        if turn.press is not None:
            chip = self._pressed(turn.press)
            edit = chip.edit
            if edit is None:
                message["text"] = chip.text
        if turn.shopper is not None:
            message["text"] = turn.words
        if turn.photo is not None:
            path = self._folder / turn.photo
            media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            data = base64.b64encode(path.read_bytes()).decode("ascii")
            message["photos"] = [{"media_type": media_type, "data": data}]
        if edit is not None:
            message["query_edit"] = edit
        return message

    def _pressed(self, pattern: str) -> Chip:
        last = self._history[-1].answer if self._history else None
        chips = last.suggestions if last else ()
        found = next((chip for chip in chips if re.search(pattern, chip.label, re.IGNORECASE)), None)
        if found is None:
            labels = ", ".join(chip.label for chip in chips) or "none"
            raise DialogError(f"no chip like {pattern!r} was offered to press; there were: {labels}")
        return found

    async def _send(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        """The answer; a server that says it's asked too often is asked again when it said."""
        headers = {"Accept-Language": self._dialog.locale} if self._dialog.locale else {}
        for _ in range(_PATIENCE):
            response = await self._client.request(method, path, json=body, headers=headers)
            if response.status_code != httpx.codes.TOO_MANY_REQUESTS:
                break
            wait = response.headers.get("retry-after", "")
            await asyncio.sleep(min(int(wait), 60) if wait.isdigit() else 5)
        return response

    async def _cart(self) -> WireCart | None:
        if self._thread is None:
            return None
        response = await self._send("GET", f"/v1/threads/{self._thread}/cart")
        return read_cart(_json(response, expected=200))

    async def _product(self, product_id: str) -> Card | None:
        response = await self._send("GET", f"/v1/products/{product_id}")
        if response.status_code == 404:
            return None
        return read_product(_json(response, expected=200))

    async def _titles_like(self, text: str) -> tuple[str, ...]:
        """The titles that the shop's own search finds for the reply's sentences: what it may have named."""
        titles: dict[str, None] = {}
        for sentence in re.split(r"(?<=[.!?:])\s+|\n+", text):
            words = sentence.strip()
            if len(words.split()) < 2:
                continue
            query = {"intent": "search", "text": words[:300]}
            response = await self._send("POST", "/v1/search", {"query": query, "limit": 20})
            body = _json(response, expected=200)
            if not isinstance(body, dict) or not isinstance(body.get("products"), list):
                raise DialogError(
                    "the answer of /v1/search doesn't hold to the chat API: products is missing"
                )
            titles |= {str(product["title"]): None for product in body["products"] if "title" in product}
        return tuple(titles)


def _edit(edit: Edit) -> dict[str, Any]:
    """As the page sends it; a chip's label is only for show, so its value stands in."""
    remove = [
        {"field": chip.field, "value": chip.value, "label": chip.label or chip.value or chip.field}
        for chip in edit.remove
    ]
    return {"remove": remove, "set": edit.set}


def _json(response: httpx.Response, *, expected: int | None = None) -> Any:
    if expected is not None and response.status_code != expected:
        request = response.request
        raise DialogError(f"{request.method} {request.url.path} answered {response.status_code}")
    try:
        return response.json()
    except ValueError as error:
        raise DialogError(f"{response.request.url.path} answered with something that isn't JSON") from error
