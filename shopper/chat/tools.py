"""The tools of the stylist: what a model, built-in or not, can look up and change.

Knows nothing about which model calls them. Writing tools act only on what was shown in this thread.
"""

# No `from __future__ import annotations` here: LangChain reads the annotations of tools at run time.

from typing import Annotated, Any, Literal

from langchain.tools import ToolRuntime, tool
from langchain_core.tools import BaseTool
from pydantic import Field

from shopper.chat import facts
from shopper.chat.ask import ask_for_size, choose_variant, merged
from shopper.chat.state import TurnState
from shopper.checkout import cart as rules
from shopper.errors import BadInput, NotFound
from shopper.types import CheckoutProposed

Runtime = ToolRuntime[TurnState, Any]
Position = Annotated[int, Field(ge=1, description="the card's number as the shopper sees it")]
Result = tuple[str, Any]

_AND_ARTIFACT: Literal["content_and_artifact"] = "content_and_artifact"


@tool(response_format=_AND_ARTIFACT)
async def find_products(
    runtime: Runtime,
    text: Annotated[
        str | None, Field(description="style words to look for, e.g. 'flowing, romantic'")
    ] = None,
    category: str | None = None,
    colors: list[str] | None = None,
    materials: list[str] | None = None,
    sizes: list[str] | None = None,
    occasion: str | None = None,
    price_max: Annotated[float | None, Field(ge=0, description="in whole currency units")] = None,
) -> Result:
    """Search again with some fields changed; everything else the shopper said still holds, exclusions too.
    Give only the fields that should differ from what was understood. Shows the cards found to the shopper."""
    state = runtime.context
    changed = merged(
        state.query,
        text=text,
        category=category,
        colors=colors,
        materials=materials,
        sizes=sizes,
        occasion=occasion,
        price_max=price_max,
        taxonomy=state.taxonomy,
        currency=state.cart.currency,
    )
    if state.page is None or changed != state.searched:
        page = await state.search.find(changed, photos=state.photos, weights=state.weights)
        await state.show(page, changed)
    assert state.page is not None
    return facts.page(state.page), state.page


@tool(response_format=_AND_ARTIFACT)
async def find_similar(runtime: Runtime, position: Position) -> Result:
    """Show products that look like card number `position`."""
    state = runtime.context
    card = state.card(position)
    page = await state.search.similar(card.product.id, color=card.color)
    await state.show(page, state.query)
    return facts.page(page), page


@tool(response_format=_AND_ARTIFACT)
async def complete_the_look(runtime: Runtime, position: Position) -> Result:
    """Show things of other kinds that go with card number `position`: shoes, a bag, a layer."""
    state = runtime.context
    card = state.card(position)
    page = await state.search.complete_the_look(card.product.id, color=card.color, query=state.query)
    await state.show(page, state.query)
    return facts.page(page), page


@tool(response_format=_AND_ARTIFACT)
async def get_product(runtime: Runtime, position: Position) -> Result:
    """All the facts of card number `position`: description, materials, care, sizes in stock, rating."""
    card = runtime.context.card(position)
    return facts.details(card), card


@tool(response_format=_AND_ARTIFACT)
async def compare_products(
    runtime: Runtime, positions: Annotated[list[int], Field(min_length=2, max_length=4)]
) -> Result:
    """The facts of two to four cards side by side."""
    cards = tuple(runtime.context.card(position) for position in positions)
    return facts.comparison(cards), cards


@tool(response_format=_AND_ARTIFACT)
async def shop_policy(
    runtime: Runtime, question: Annotated[str, Field(description="what the shopper wants to know")]
) -> Result:
    """What the shop's own text says about shipping, returns, payment, sizes, care or contact."""
    found = runtime.context.policy.find(question)
    return found or "The shop's policy text says nothing about that.", found


@tool(response_format=_AND_ARTIFACT)
async def order_status(runtime: Runtime) -> Result:
    """How the shopper can learn about an order they placed."""
    contact = runtime.context.policy.contact()
    return f"Orders can't be looked up in this chat. Contact: {contact or 'not stated'}", contact


@tool(response_format=_AND_ARTIFACT)
async def add_to_cart(
    runtime: Runtime,
    position: Position,
    size: Annotated[str | None, Field(description="only a size the shopper named")] = None,
    quantity: Annotated[int, Field(ge=1, le=rules.MAX_QUANTITY)] = 1,
) -> Result:
    """Put card number `position` in the cart, in a size the shopper chose. Without one, ask which."""
    state = runtime.context
    card = state.card(position)
    chosen = choose_variant(card, size, state)
    if chosen is None:
        state.question = ask_for_size(card)
        return state.question.sentence, state.question
    variant, chosen_by = chosen
    async with state.cart_lock:
        before = state.cart
        cart = rules.add(before, card.product, variant, quantity, chosen_by=chosen_by)
        await state.keep_cart(cart)
    return f"Added. {facts.cart(cart)}", (card, variant, cart)


@tool(response_format=_AND_ARTIFACT)
async def update_cart(
    runtime: Runtime,
    line: Annotated[int, Field(ge=1, description="the line's number in the cart, from 1")],
    quantity: Annotated[int, Field(ge=0, le=rules.MAX_QUANTITY, description="0 takes it out")],
) -> Result:
    """Change how many of a line are in the cart."""
    state = runtime.context
    async with state.cart_lock:
        return await _update(state, line, quantity)


async def _update(state: TurnState, line: int, quantity: int) -> Result:
    before = state.cart
    if not 1 <= line <= len(before.lines):
        raise NotFound(f"The cart has {len(before.lines)} lines." if before.lines else "The cart is empty.")
    old = before.lines[line - 1]
    if quantity == 0:
        cart = rules.remove(before, old.variant_id)
    else:
        found = await state.store.variant(old.variant_id)
        if found is None:
            raise NotFound(f"{old.title} isn't sold any more.")
        cart = rules.set_quantity(before, found[1], quantity)
    await state.keep_cart(cart)
    return f"Changed. {facts.cart(cart)}", (old, quantity, cart)


@tool(response_format=_AND_ARTIFACT)
async def remember_preference(
    runtime: Runtime,
    kind: Annotated[str, Field(description="sizes, brands, budget or dislikes")],
    value: Annotated[str, Field(max_length=80)],
) -> Result:
    """Remember something for this conversation, only when the shopper asks you to."""
    if kind not in ("sizes", "brands", "budget", "dislikes"):
        raise BadInput("Only sizes, brands, budget and dislikes are remembered.", field="kind")
    state = runtime.context
    known = await state.threads.preferences(state.thread.id, state.owner)
    values = [*known.get(kind, []), value]
    await state.threads.set_preferences(
        state.thread.id, state.owner, {**known, kind: list(dict.fromkeys(values))}
    )
    return f"Remembered: {kind} {value}.", None


@tool(response_format=_AND_ARTIFACT)
async def propose_checkout(runtime: Runtime) -> Result:
    """Hand the cart to the shopper to check and pay; you can't pay or confirm."""
    state = runtime.context
    if not state.cart.lines:
        raise NotFound("The cart is empty.")
    await state.tell(
        CheckoutProposed(cart=state.cart, message="Check your cart; the shop's checkout comes next.")
    )
    return facts.cart(state.cart), state.cart


def all_tools() -> list[BaseTool]:
    """Every tool, reading ones first."""
    return [
        find_products,
        find_similar,
        complete_the_look,
        get_product,
        compare_products,
        shop_policy,
        order_status,
        add_to_cart,
        update_cart,
        remember_preference,
        propose_checkout,
    ]
