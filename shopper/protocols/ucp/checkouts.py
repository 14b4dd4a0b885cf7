"""UCP's checkout sessions and orders over the shop's own quotes.

A session is a cart with its current quote; a quote that ran out is made anew when the session is looked at.
Completing a session makes the order, and moves no money: a person pays at `continue_url`. Knows nothing about
transports.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from shopper.chat.threads import ThreadStore
from shopper.checkout import cart as rules
from shopper.checkout.carts import CartStore
from shopper.checkout.checkouts import Checkouts
from shopper.checkout.errors import LineSoldOut, PriceChanged, ProposalOutdated
from shopper.checkout.payments.provider import PaymentMethod
from shopper.errors import BadInput, NotFound, OutOfStock, ShopperError
from shopper.protocols.ucp.carts import GONE as CART_GONE
from shopper.protocols.ucp.carts import UcpCartIn, UcpCarts, UcpLineIn
from shopper.protocols.ucp.shapes import CHECKOUT, ORDER, VERSION, Body, Request, Shapes, error, info, warning
from shopper.types import CheckoutProposal, Order

# Where an order's payment stands, as UCP names a session's state.
_STATES = {
    "awaiting_payment": "requires_escalation",
    "confirming": "complete_in_progress",
    "needs_review": "requires_escalation",
    "paid": "completed",
    "refunded": "completed",
    "canceled": "canceled",
}


class UcpCheckoutContextIn(Request):
    address_country: str | None = Field(default=None, pattern="^[A-Z]{2}$")


class UcpCheckoutIn(Request):
    """The lines of a session, or the cart that it is made from."""

    line_items: list[UcpLineIn] = Field(default=[], max_length=rules.MAX_LINES)
    cart_id: str | None = None
    context: UcpCheckoutContextIn | None = None


class InstrumentIn(Request):
    handler_id: str
    selected: bool = True


class PaymentIn(Request):
    instruments: list[InstrumentIn] = Field(default_factory=list)


class CompleteIn(Request):
    """How the buyer wants to pay: an instrument of one of the session's handlers."""

    payment: PaymentIn


class UcpCheckouts:
    """Answers UCP's checkout and order operations; every method gives a response body."""

    def __init__(
        self,
        checkouts: Checkouts,
        carts: UcpCarts,
        threads: ThreadStore,
        stored: CartStore,
        methods: tuple[PaymentMethod, ...],
        currency: str,
    ) -> None:
        self._checkouts, self._carts, self._threads, self._stored = checkouts, carts, threads, stored
        self._methods, self._currency = methods, currency

    async def create_checkout(self, wanted: UcpCheckoutIn, shapes: Shapes, owner: str) -> Body:
        """A session for lines or a cart; where nothing can be had, no session but the reasons."""
        messages: list[Body] = []
        if wanted.cart_id is not None:
            cart = await self._carts.cart(wanted.cart_id, owner)
            if cart is None:
                return shapes.failed(CHECKOUT, [CART_GONE])
            session = wanted.cart_id
        else:
            empty = rules.empty_cart("", self._currency)
            cart, messages = await self._carts.filled(empty, UcpCartIn(line_items=wanted.line_items))
            if not cart.lines:
                return shapes.failed(CHECKOUT, messages or [_NOTHING])
            session = (await self._threads.create(owner)).id
            await self._stored.save(session, cart.model_copy(update={"id": session}), 0)
        return await self._quoted(session, wanted, shapes, owner, messages)

    async def get_checkout(self, session: str, shapes: Shapes, owner: str) -> Body:
        """The session as it stands; a quote that ran out is made anew."""
        proposal = await self._current(session, owner)
        if proposal is None:
            return shapes.failed(CHECKOUT, [_GONE])
        if proposal.status == "expired":
            return await self._quoted(session, UcpCheckoutIn(), shapes, owner, [])
        return await self._body(session, proposal, shapes, owner, [])

    async def update_checkout(self, session: str, wanted: UcpCheckoutIn, shapes: Shapes, owner: str) -> Body:
        """The session with exactly the lines given, quoted anew."""
        proposal = await self._current(session, owner)
        if proposal is None:
            return shapes.failed(CHECKOUT, [_GONE])
        if proposal.order_id is not None:
            said = warning("immutable", "The order is made; its lines can't be changed any more.")
            return await self._body(session, proposal, shapes, owner, [said])
        before = await self._stored.get(session, self._currency)
        emptied = before.model_copy(update={"lines": ()})
        cart, messages = await self._carts.filled(
            emptied, UcpCartIn(line_items=wanted.line_items), chosen=before
        )
        if not cart.lines:
            return await self._body(session, proposal, shapes, owner, messages or [_NOTHING])
        await self._stored.save(
            session, cart.model_copy(update={"version": before.version + 1}), before.version
        )
        if proposal.status == "open":
            await self._checkouts.cancel(proposal.id, owner)
        return await self._quoted(session, wanted, shapes, owner, messages)

    async def complete_checkout(self, session: str, wanted: CompleteIn, shapes: Shapes, owner: str) -> Body:
        """Make the order, once; the answer's `continue_url` is where a person pays it."""
        proposal = await self._current(session, owner)
        if proposal is None:
            return shapes.failed(CHECKOUT, [_GONE])
        chosen = [i.handler_id for i in wanted.payment.instruments if i.selected]
        try:
            confirmed = await self._checkouts.confirm(
                proposal.id, owner, chosen[0] if len(chosen) == 1 else None
            )
        except ProposalOutdated as refused:
            fresh = refused.fresh
            messages = [warning("price_changed", refused.message)]
            if fresh is None:
                return shapes.failed(CHECKOUT, [error("out_of_stock", refused.message)])
            return await self._body(session, fresh, shapes, owner, messages)
        except BadInput as refused:
            message = error("payment_method", refused.message, severity="recoverable", path="$.payment")
            return await self._body(session, proposal, shapes, owner, [message])
        done = proposal.model_copy(update={"status": "confirmed", "order_id": confirmed.order.id})
        return await self._body(session, done, shapes, owner, [])

    async def cancel_checkout(self, session: str, shapes: Shapes, owner: str) -> Body:
        """Give the session up, and its order as long as no money is on its way."""
        proposal = await self._current(session, owner)
        if proposal is None:
            return shapes.failed(CHECKOUT, [_GONE])
        messages: list[Body] = []
        try:
            proposal = await self._checkouts.cancel(proposal.id, owner)
        except ShopperError as refused:
            messages.append(error("not_cancelable", refused.message))
        return await self._body(session, proposal, shapes, owner, messages)

    async def get_order(self, order_id: str, shapes: Shapes, owner: str) -> Body:
        """An order and where it stands."""
        try:
            order = await self._checkouts.order(order_id, owner)
        except NotFound:
            message = error("not_found", "There is no such order.")
            return shapes.failed(ORDER, [message])
        gone = order.status in ("canceled", "refunded")
        lines = [
            {
                "id": line["id"],
                "item": line["item"],
                "quantity": {
                    "original": line["quantity"],
                    "total": 0 if gone else line["quantity"],
                    "fulfilled": 0,
                },
                "totals": line["totals"],
                "status": "removed" if gone else "processing",
            }
            for line in shapes.line_items(order.lines)
        ]
        return {
            "ucp": shapes.envelope(ORDER),
            "id": order.id,
            "label": order.number,
            "checkout_id": order.thread_id,
            "permalink_url": _page(order, shapes),
            "line_items": lines,
            "fulfillment": {},
            "currency": order.total.currency,
            "totals": shapes.totals(order.lines, order.charges, order.total),
            "messages": [info(order.status, order.message or order.status)],
        }

    async def _current(self, session: str, owner: str) -> CheckoutProposal | None:
        try:
            return await self._checkouts.current(session, owner)
        except NotFound:
            return None

    async def _quoted(
        self, session: str, wanted: UcpCheckoutIn, shapes: Shapes, owner: str, messages: list[Body]
    ) -> Body:
        """The session with a fresh quote; a price that changed meanwhile is quoted as it is now, and said."""
        country = wanted.context.address_country if wanted.context else None
        for _attempt in range(2):
            try:
                proposal = await self._checkouts.propose(session, owner, country=country)
            except PriceChanged as changed:
                messages = [*messages, warning("price_changed", changed.message)]
                continue
            except LineSoldOut as gone:
                return shapes.failed(CHECKOUT, [*messages, error("out_of_stock", gone.message)])
            except (OutOfStock, BadInput, NotFound) as refused:
                return shapes.failed(CHECKOUT, [*messages, error(refused.code, refused.message)])
            return await self._body(session, proposal, shapes, owner, messages)
        return shapes.failed(CHECKOUT, messages)

    async def _body(
        self, session: str, proposal: CheckoutProposal, shapes: Shapes, owner: str, messages: list[Body]
    ) -> Body:
        order = await self._checkouts.order(proposal.order_id, owner) if proposal.order_id else None
        body: dict[str, Any] = {
            "ucp": shapes.envelope(CHECKOUT) | {"payment_handlers": handlers(self._methods, shapes.base)},
            "id": session,
            "status": _status(proposal, order),
            "line_items": shapes.line_items(proposal.lines),
            "currency": proposal.total.currency,
            "totals": shapes.totals(proposal.lines, proposal.charges, proposal.total),
            "links": [],
            "expires_at": proposal.expires_at.isoformat(),
        }
        if proposal.hand_off_url is not None:
            body["continue_url"] = proposal.hand_off_url
            said = "The shop's own checkout takes it from here."
            messages = [*messages, error("own_checkout", said, severity="requires_buyer_input")]
        if order is not None:
            body["order"] = {"id": order.id, "label": order.number, "permalink_url": _page(order, shapes)}
            if order.status in ("awaiting_payment", "needs_review"):
                body["continue_url"] = _page(order, shapes)
                said = order.message or "A person pays this order at the address given."
                messages = [*messages, error("payment", said, severity="requires_buyer_input")]
        return body | ({"messages": messages} if messages else {})


def handlers(methods: tuple[PaymentMethod, ...], base: str) -> Body:
    """The shop's ways to pay as UCP's payment handlers, under the reversed name of its own host."""
    found: Body = {}
    for method in methods:
        config: Body = {"label": method.label, "pay_page": f"{base}/pay/{{payment_id}}"}
        if method.asset is not None:
            config["asset"] = {
                "symbol": method.asset.symbol,
                "chain": method.asset.chain,
                "contract": method.asset.contract,
                "decimals": method.asset.decimals,
            }
        if method.provider == "x402":
            config["x402"] = {
                "version": 2,
                "scheme": "exact",
                "url": f"{base}/v1/payments/{{payment_id}}/x402",
            }
        entry = {"id": method.id, "version": VERSION, "config": config}
        found.setdefault(f"{reversed_host(base)}.{method.provider}", []).append(entry)
    return found


def reversed_host(base: str) -> str:
    """ "com.example.shop" of https://shop.example.com; "local.shopper" of an address that is a number."""
    host = base.partition("://")[2].partition("/")[0].partition(":")[0]
    parts = [part for part in reversed(host.split(".")) if part]
    return ".".join(parts) if len(parts) > 1 and not parts[0].isdigit() else "local.shopper"


_NOTHING = error("invalid", "A checkout needs at least one item.")
_GONE = error("not_found", "There is no such checkout.")


def _status(proposal: CheckoutProposal, order: Order | None) -> str:
    if order is not None:
        return _STATES[order.status]
    if proposal.status in ("canceled", "expired"):
        return "canceled" if proposal.status == "canceled" else "incomplete"
    return "requires_escalation" if proposal.hand_off_url else "ready_for_complete"


def _page(order: Order, shapes: Shapes) -> str:
    return f"{shapes.base}/pay/{order.payment_id}" if order.payment_id else f"{shapes.base}/"
