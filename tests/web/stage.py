"""A stage for the widget: pages of several kinds of shops, and a chat API that answers by script, in one server.

Knows nothing about understanding or searching; what is said decides which scene is played.
"""

# ruff: noqa: E501 - a page or a picture is read as one piece

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

Body = dict[str, Any]
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAKCAIAAAAGpYjXAAAAFUlEQVR42mNUPxHDgA0wMeAAw0UCAEtAAV/bfOYwAAAAAElFTkSuQmCC"
)
WIDGET = Path(__file__).resolve().parents[2] / "shopper" / "web" / "widget"
STRICT = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"

_HOSTILE = """
* { all: unset !important; direction: rtl; letter-spacing: 9px !important; text-transform: uppercase !important; }
button, input, textarea, h1, h2, p, li, a { font: 40px/3 cursive !important; color: lime !important; transform: rotate(5deg); }
div { display: none !important; } svg { width: 2px !important; }
personal-shopper { zoom: 1; color: lime; font: 60px cursive; text-align: right; line-height: 4; cursor: none; }
"""
_PAGES = {
    "bare": "<personal-shopper></personal-shopper>",
    "csp": '<h1>A strict shop</h1><personal-shopper privacy="/privacy"></personal-shopper>',
    "inline": '<personal-shopper mode="inline"></personal-shopper>',
    "arabic": '<personal-shopper mode="inline" locale="ar"></personal-shopper>',
    "german": '<personal-shopper mode="inline" locale="de" theme="dark"></personal-shopper>',
    "hostile": "<h1>Loud</h1><personal-shopper></personal-shopper>",
    "twice": '<personal-shopper></personal-shopper><script type="module" src="/widget/v1.js?again"></script>',
    "product": '<p>A page of a shop.</p><button id="buy">Add to bag</button><personal-shopper></personal-shopper>',
}


def eur(amount: int) -> Body:
    return {"amount": amount, "currency": "EUR"}


def card(place: int, sizes: tuple[str | None, ...] = ("S", "M", "L")) -> Body:
    """A product whose first size is sold out where there are several."""
    ident = f"p{place}"
    return {
        "id": ident,
        "title": f"Wrap dress number {place}",
        "brand": "Atelier",
        "color": "navy",
        "url": f"/store/p/{ident}",
        "price_range": {"min": eur(11900), "max": eur(11900)},
        "regular_price": eur(14900) if place % 2 else None,
        "media": [{"type": "image", "url": f"/media/{place}.svg", "alt": f"Wrap dress number {place}, navy"}],
        "options": [],
        "variants": [
            {
                "id": f"{ident}-{size or 'one'}",
                "sku": "",
                "size": size,
                "color": "navy",
                "price": eur(11900),
                "regular_price": eur(14900) if place % 2 else None,
                "availability": {"available": at > 0 or len(sizes) == 1, "quantity": 5 * at},
            }
            for at, size in enumerate(sizes)
        ],
        "rating": {"value": 4.6, "count": 31},
        "because": ["Linen", "under €150"],
        "position": place,
    }


REGION = {"left": 0.25, "top": 0.25, "width": 0.5, "height": 0.5, "category": "handbag"}
CHIPS = [
    {"field": "category", "value": "dress", "label": "dress"},
    {"field": "price.max", "value": "15000", "label": "under €150"},
    {"field": "colors", "value": "navy", "label": "navy"},
]


@dataclass
class Run:
    parts: list[Body] = field(default_factory=list)
    ended: bool = False
    stopped: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, part: Body) -> None:
        self.parts.append(part)
        self.changed.set()


@dataclass
class Thread:
    id: str
    items: list[Body] = field(default_factory=list)
    cart: dict[str, int] = field(default_factory=dict)
    version: int = 0
    unit: int = 11900
    preferences: Body = field(
        default_factory=lambda: {"enabled": False, "sizes": [], "brands": [], "budget": None, "dislikes": []}
    )


class Stage:
    """What the scripted server remembers; `seen` is every request to the API."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.threads: dict[str, Thread] = {}
        self.runs: dict[str, Run] = {}
        self.payments: dict[str, Body] = {}
        self.checkouts: dict[str, Body] = {}
        self.orders: dict[str, Body] = {}
        self.seen: list[tuple[str, str, Any]] = []
        self.count = itertools.count(1)
        self.tasks: set[asyncio.Task[None]] = set()
        self.cut = 0  # how many more connections break in the middle
        self.held = True  # a slow answer waits after its first word until this is false, or it is stopped
        self.remembers = True  # the shop keeps preferences

    # ── conversation ──

    async def chat(self, request: Request) -> Response:
        body = await self.note(request)
        thread = self.threads.get(body.get("thread_id") or "") or self.new_thread()
        run_id, message_id = f"r{next(self.count)}", f"m{next(self.count)}"
        run = self.runs[run_id] = Run()
        words = body["message"].get("text") or "(edit)"
        metadata = {"threadId": thread.id, "runId": run_id}
        run.tell({"type": "start", "messageId": message_id, "messageMetadata": metadata})
        task = asyncio.create_task(
            self.play(thread, run, words, message_id, body["message"].get("photos", []))
        )
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return self.stream(run, 0)

    def new_thread(self) -> Thread:
        thread = Thread(f"t{next(self.count)}")
        self.threads[thread.id] = thread
        return thread

    async def play(self, thread: Thread, run: Run, words: str, message_id: str, photos: list[Body]) -> None:
        products = [card(place) for place in range(1, 7)]
        run.tell({"type": "data-status", "data": {"text": "Looking through the dresses…"}, "transient": True})
        query = {"intent": "search", "category": "dress", "text": "dress with a tied waist", "chips": CHIPS}
        run.tell({"type": "data-query", "data": query})
        kept: list[Body] = [
            {"id": f"{message_id}-p{n}", "url": f"/v1/uploads/{n}"} for n, _ in enumerate(photos)
        ]
        if kept and "part" in words:
            region = REGION | {"photo_id": kept[0]["id"]}
            run.tell({"type": "data-photo", "data": region})
            kept[0] |= {"region": region}
        page = {"products": products, "total": 14, "relaxed": [], "as_of": "2026-01-01T00:00:00Z"}
        run.tell({"type": "data-products", "id": "g", "data": page})
        for part in self.scene(thread, words):
            run.tell(part)
        text = "Here are six dresses in **linen**. The first is the closest to what you said. Shall I go on?"
        run.tell({"type": "text-start", "id": "x"})
        for word in text.split(" "):
            await asyncio.sleep(0.002)
            if run.stopped:
                break
            run.tell({"type": "text-delta", "id": "x", "delta": word + " "})
            # A test lets it go from another thread, where no asyncio.Event may be set.
            while "slow" in words and self.held and not run.stopped:  # noqa: ASYNC110 - see above
                await asyncio.sleep(0.02)
        run.tell({"type": "text-end", "id": "x"})
        suggestions = [
            {"label": "Under €100", "text": "under 100"},
            {"label": "Only midi", "text": "only midi"},
        ]
        run.tell({"type": "data-suggestions", "data": {"suggestions": suggestions}})
        run.tell({"type": "finish", "messageMetadata": {}})
        said = {"id": f"{message_id}-s", "role": "shopper", "text": words, "photos": kept, "created_at": ""}
        answer = {
            "id": message_id,
            "role": "assistant",
            "text": text,
            "query": query,
            "created_at": "",
        }
        thread.items += [
            said,
            answer | {"products": products, "total": 14, "relaxed": [], "suggestions": suggestions},
        ]
        run.ended = True
        run.changed.set()

    def scene(self, thread: Thread, words: str) -> Iterator[Body]:
        if "compare" in words:
            rows = [
                {"label": "Material", "values": ["linen", "cotton", None], "differs": True},
                {"label": "Season", "values": ["summer", "summer", "summer"], "differs": False},
            ]
            yield {"type": "data-compare", "data": {"products": [card(n) for n in (1, 2, 3)], "rows": rows}}
        if "look" in words:
            pieces = [card(7), card(8, (None,))]
            look = {"id": "l1", "title": "For a garden party", "products": pieces, "total": eur(23800)}
            yield {"type": "data-look", "id": "l1", "data": look | {"image": "/media/look.svg"}}
        if "person" in words:
            note = {"message": "Someone will write to you today.", "contact": "help@shop.example"}
            yield {"type": "data-handoff", "data": note}
        if "checkout" in words:
            thread.cart.setdefault("p1-M", 1)
            thread.version += 1
            proposed = {"cart": self.cart_of(thread), "message": "", "checkout": self.offer(thread)}
            yield {"type": "data-checkout", "data": proposed}

    def stream(self, run: Run, after: int) -> Response:
        cut = self.cut > 0
        self.cut -= cut

        async def lines() -> AsyncIterator[str]:
            at = after
            while True:
                run.changed.clear()
                while at < len(run.parts):
                    if cut and at - after >= 6:
                        await asyncio.sleep(0.1)  # until what was sent has left
                        raise ConnectionResetError("the stage breaks this connection")
                    at += 1
                    yield f"id: {at}\ndata: {json.dumps(run.parts[at - 1])}\n\n"
                if run.ended:
                    break
                await run.changed.wait()
            yield "data: [DONE]\n\n"

        return StreamingResponse(lines(), media_type="text/event-stream")

    async def resume(self, request: Request) -> Response:
        await self.note(request)
        run = self.runs.get(request.path_params["id"])
        if run is None:
            return problem(404, "There is no such run.")
        return self.stream(run, int(request.query_params.get("after", 0)))

    async def stop(self, request: Request) -> Response:
        await self.note(request)
        self.runs[request.path_params["id"]].stopped = True
        return Response(status_code=204)

    async def thread(self, request: Request) -> Response:
        body = await self.note(request)
        thread = self.threads.get(request.path_params["id"])
        if thread is None:
            return problem(404, "There is no such conversation.")
        match request.path_params.get("part"), request.method:
            case None, "DELETE":
                del self.threads[thread.id]
                return Response(status_code=204)
            case "messages", _:
                return JSONResponse({"items": thread.items, "next_cursor": None})
            case "cart", "GET":
                return JSONResponse(self.cart_of(thread))
            case "cart", _:
                return self.change(thread, body)
            case "preferences", _ if not self.remembers:
                return problem(404, "This shop remembers nothing.")
            case "preferences", "DELETE":
                thread.preferences = Thread("").preferences
                return Response(status_code=204)
            case "preferences", "PUT":
                thread.preferences = body
        match request.path_params.get("part"):
            case "preferences":
                return JSONResponse(thread.preferences)
            case "handoff":
                return JSONResponse({"message": "We will write to you.", "contact": "help@shop.example"}, 202)
            case "orders":
                return JSONResponse(
                    {"items": [o for o in self.orders.values() if o["thread_id"] == thread.id]}
                )
        return problem(404, "There is no such part.")

    async def feedback(self, request: Request) -> Response:
        await self.note(request)
        return Response(status_code=204)

    # ── cart, checkout, payment ──

    def change(self, thread: Thread, body: Body) -> Response:
        if body["version"] != thread.version:
            return problem(409, "The cart has changed; look at it again.")
        for line in body["set"]:
            thread.cart[line["variant_id"]] = line["quantity"]
        thread.cart = {ident: count for ident, count in thread.cart.items() if count}
        thread.version += 1
        return JSONResponse(self.cart_of(thread))

    def cart_of(self, thread: Thread) -> Body:
        lines = [self.line(thread, ident, count) for ident, count in thread.cart.items()]
        total = eur(sum(line["line_total"]["amount"] for line in lines))
        return {
            "id": "c",
            "version": thread.version,
            "currency": "EUR",
            "lines": lines,
            "total": total,
            "notes": [],
        }

    def line(self, thread: Thread, ident: str, count: int) -> Body:
        product, _, size = ident.partition("-")
        return {
            "variant_id": ident,
            "product_id": product,
            "title": f"Wrap dress number {product[1:]}",
            "color": "navy",
            "size": None if size == "one" else size,
            "quantity": count,
            "unit_price": eur(thread.unit),
            "line_total": eur(thread.unit * count),
            "image": f"/media/{product[1:]}.svg",
        }

    def offer(self, thread: Thread) -> Body:
        cart = self.cart_of(thread)
        total = cart["total"]["amount"]
        offer = {
            "id": f"k{next(self.count)}",
            "thread_id": thread.id,
            "cart_version": thread.version,
            "status": "open",
            "lines": cart["lines"],
            "totals": [
                {"type": "subtotal", "label": "Subtotal", "amount": eur(total), "included": False},
                {"type": "shipping", "label": "Shipping", "amount": eur(490), "included": False},
                {"type": "tax", "label": "VAT 21 %", "amount": eur(2065), "included": True},
                {"type": "total", "label": "Total", "amount": eur(total + 490), "included": False},
            ],
            "currency": "EUR",
            "payment_methods": ["sandbox", "onchain"],
            "hand_off_url": None,
            "order_id": None,
            "expires_at": (datetime.now(UTC) + timedelta(minutes=15)).isoformat(),
        }
        self.checkouts[offer["id"]] = offer
        return offer

    async def propose(self, request: Request) -> Response:
        body = await self.note(request)
        return JSONResponse(self.offer(self.threads[body["thread_id"]]), 201)

    async def checkout(self, request: Request) -> Response:
        body = await self.note(request)
        offer = self.checkouts[request.path_params["id"]]
        if request.method == "GET":
            return JSONResponse(offer)
        if request.path_params["act"] == "cancel":
            offer["status"] = "canceled"
            return JSONResponse(offer)
        payment = self.bill(offer, body["payment_method"])
        order = self.order_of(offer, payment["id"])
        offer |= {"status": "confirmed", "order_id": order["id"]}
        self.threads[offer["thread_id"]].cart.clear()
        self.threads[offer["thread_id"]].version += 1
        return JSONResponse({"order": order, "payment": payment}, 201)

    def order_of(self, offer: Body, payment_id: str) -> Body:
        order = {
            "id": f"o{next(self.count)}",
            "number": "MV-1042",
            "thread_id": offer["thread_id"],
            "status": "awaiting_payment",
            "message": "It is sent as soon as it is paid.",
            "lines": offer["lines"],
            "totals": offer["totals"],
            "payment_id": payment_id,
        }
        self.orders[order["id"]] = order
        return order

    def bill(self, offer: Body, method: str) -> Body:
        chain = method == "onchain"
        ident = f"pay{next(self.count)}"
        payment = {
            "id": ident,
            "order_id": "",
            "provider": method,
            "status": "awaiting_payment",
            "amount": offer["totals"][-1]["amount"],
            "asset": {"symbol": "USDC", "network": "Base", "decimals": 6} if chain else None,
            "display_amount": "124.05 USDC" if chain else "€123.90",
            "received": "0",
            "address": "0xAb5801a7D398351b8bE11C439e05C5B3259aeC9B" if chain else None,
            "uri": "ethereum:0xAb5801a7D398351b8bE11C439e05C5B3259aeC9B@8453" if chain else None,
            "qr_url": "/media/qr.svg" if chain else None,
            "page_url": f"/pay/{ident}",
            "tx": [],
            "confirmations": 0,
            "confirmations_needed": 12 if chain else 0,
            "expires_at": (datetime.now(UTC) + timedelta(minutes=15)).isoformat(),
            "message": "Send exactly this amount to this address." if chain else "Choose what should happen.",
            "support": "help@shop.example",
        }
        self.payments[ident] = payment
        return payment

    async def payment(self, request: Request) -> Response:
        body = await self.note(request)
        payment = self.payments[request.path_params["id"]]
        act = request.path_params.get("act")
        if act == "sandbox":
            self.pay(payment["id"], "settled" if body["outcome"] == "pay" else "partially_paid")
        if act == "stream":
            return StreamingResponse(self.follow(payment["id"]), media_type="text/event-stream")
        return JSONResponse(self.payments[payment["id"]])

    def pay(self, ident: str, status: str, **more: Any) -> None:
        self.payments[ident] = self.payments[ident] | {"status": status, "message": f"It is {status}."} | more
        if status == "settled":
            for order in self.orders.values():
                if order["payment_id"] == ident:
                    order |= {"status": "paid", "message": "Thank you."}

    async def follow(self, ident: str) -> AsyncIterator[str]:
        last: Body | None = None
        until = time.monotonic() + 30
        while time.monotonic() < until:
            if self.payments[ident] is not last:
                last = self.payments[ident]
                yield f"data: {json.dumps(last)}\n\n"
            if last["status"] in ("settled", "expired"):
                return
            await asyncio.sleep(0.05)

    # ── pages and files ──

    async def note(self, request: Request) -> Any:
        raw = await request.body()
        body = json.loads(raw) if raw else None
        self.seen.append((request.method, request.url.path, body))
        return body

    async def page(self, request: Request) -> Response:
        name = request.path_params["name"]
        if (file := self.folder / name).is_file():
            return FileResponse(file)
        if name not in _PAGES:
            return Response(status_code=404)
        style = '<link rel="stylesheet" href="/hostile.css">' if name == "hostile" else ""
        text = (
            '<!doctype html><html lang="en"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<title>{name}</title>{style}<script type="module" src="/widget/v1.js"></script>{_PAGES[name]}</html>'
        )
        return HTMLResponse(text, headers={"Content-Security-Policy": STRICT} if name != "bare" else {})

    async def file(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name == "hostile.css":
            return Response(_HOSTILE, media_type="text/css")
        return FileResponse(WIDGET / "dist" / name)

    async def photo(self, request: Request) -> Response:
        """A picture of one colour: a kept photo, or what explains a product."""
        await self.note(request)
        return Response(PICTURE, media_type="image/png")

    async def drawn(self, request: Request) -> Response:
        picture = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 75"><rect width="60" height="75" fill="#27365c"/></svg>'
        return Response(picture, media_type="image/svg+xml")


def problem(status: int, detail: str) -> Response:
    body = {"type": "about:blank", "title": "Problem", "status": status, "detail": detail}
    return JSONResponse(body, status, media_type="application/problem+json")


def app_of(stage: Stage) -> Starlette:
    everything = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return Starlette(
        routes=[
            Route("/v1/chat", stage.chat, methods=["POST"]),
            Route("/v1/runs/{id}/stream", stage.resume),
            Route("/v1/runs/{id}/stop", stage.stop, methods=["POST"]),
            Route("/v1/threads/{id}", stage.thread, methods=everything),
            Route("/v1/threads/{id}/{part}", stage.thread, methods=everything),
            Route("/v1/messages/{id}/feedback", stage.feedback, methods=["POST"]),
            Route("/v1/checkouts", stage.propose, methods=["POST"]),
            Route("/v1/checkouts/{id}", stage.checkout),
            Route("/v1/checkouts/{id}/{act}", stage.checkout, methods=["POST"]),
            Route("/v1/orders/{id}", lambda request: JSONResponse(stage.orders[request.path_params["id"]])),
            Route("/v1/payments/{id}", stage.payment),
            Route("/v1/payments/{id}/{act}", stage.payment, methods=["GET", "POST"]),
            Route("/v1/uploads/{id}", stage.photo),
            Route("/v1/products/{id}/explain", stage.photo),
            Route("/media/{name}", stage.drawn),
            Route("/widget/{name}", stage.file),
            Route("/{name:str}.css", lambda request: Response(_HOSTILE, media_type="text/css")),
            Route("/{name:str}", stage.page),
        ]
    )


@contextmanager
def staged(folder: Path) -> Iterator[tuple[str, Stage]]:
    """The stage on a port of its own, for the length of the block; `folder` holds more pages."""
    stage = Stage(folder)
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app_of(stage), log_level="critical", lifespan="off", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{sock.getsockname()[1]}", stage
        server.should_exit = True
        thread.join(timeout=10)
