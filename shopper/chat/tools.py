"""The tools of the stylist: what a model, built-in or not, can look up and change.

Knows nothing about which model calls them. Writing tools act only on what was shown in this thread.
"""

# No `from __future__ import annotations` here: LangChain reads the annotations of tools at run time.

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from langchain.tools import ToolRuntime, tool
from langchain_core.tools import BaseTool
from pydantic import Field

from shopper.chat import facts, outfit, services
from shopper.chat.asides import piece_meant
from shopper.chat.ask import SoldOutSize, ask_for_size, choose_variant, in_another_size, merged
from shopper.chat.compared import table_of
from shopper.chat.replies import Voice
from shopper.chat.state import TurnState
from shopper.chat.understand.reader import Context
from shopper.checkout import cart as rules
from shopper.errors import BadInput, NotFound, NotShown
from shopper.products.lexicon import fold
from shopper.types import Page, Recommendation, minor_exponent

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
async def complete_the_look(
    runtime: Runtime,
    position: Position,
    budget: Annotated[float | None, Field(ge=0, description="for the whole look, card included")] = None,
) -> Result:
    """Show things of other kinds that go with card number `position`: shoes, a bag, a layer."""
    state = runtime.context
    card = state.card(position)
    bound = None if budget is None else round(budget * 10 ** minor_exponent(state.cart.currency))
    page = await outfit.completed(state.search, state.taxonomy, card, state.query, budget=bound)
    await state.show(page, state.query)
    if page.items:
        await state.set_look((card, *page.items))
    return facts.page(page), page


@tool(response_format=_AND_ARTIFACT)
async def swap_piece(
    runtime: Runtime,
    piece: Annotated[str, Field(description="the piece's kind: 'shoes'")],
    wish: Annotated[str, Field(description="what it should be instead, in the shopper's words")] = "",
) -> Result:
    """Put another thing in the place of one piece of the outfit in sight; the rest stays."""
    state = runtime.context
    at = piece_meant(fold(piece), state.look, state.taxonomy)
    if at is None:
        raise NotShown("No outfit with such a piece is in sight.", field="piece")
    wished = state.reader.read(f"{wish} {piece}" if wish else piece, Context()).query
    pieces = await outfit.swapped(
        state.search, state.taxonomy, state.look, at, wished, held=state.query, budget=None
    )
    if pieces is None:
        raise NotFound("Nothing else fits there.")
    await state.set_look(pieces)
    page = Page(items=pieces, total=len(pieces), as_of=datetime.now(UTC))
    await state.show(page, state.query)
    return facts.page(page), page


@tool(response_format=_AND_ARTIFACT)
async def show_look(runtime: Runtime) -> Result:
    """Show the outfit in sight as one board picture with its total."""
    state = runtime.context
    if len(state.look) > 1 and state.page is None:
        page = Page(items=state.look, total=len(state.look), as_of=datetime.now(UTC))
        await state.show(page, state.query)
    composed = await state.compose_look(Voice(state.understood.language, 0).word("look"))
    if composed is None:
        raise NotShown("No outfit is in sight; put one together first.")
    pieces = "\n".join(facts.short(piece) for piece in composed.items)
    return f"{pieces}\nTogether {composed.total}", composed


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
    state = runtime.context
    cards = tuple(state.card(position) for position in dict.fromkeys(positions))
    if len(cards) < 2:
        raise BadInput("Name two different cards to compare.", field="positions")
    table = table_of(cards, Voice(state.understood.language, 0))
    await state.tell(table)
    return facts.comparison(cards), cards


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
    try:
        chosen = choose_variant(card, size, state)
    except SoldOutSize:
        state.question = ask_for_size(card)
        raise
    if chosen is None:
        state.question = ask_for_size(card)
        return state.question.sentence, state.question
    variant, chosen_by = chosen
    async with state.write_lock:
        before = state.cart
        cart = rules.add(before, card.product, variant, quantity, chosen_by=chosen_by)
        await state.keep_cart(cart)
    return f"Added. {facts.cart(cart)}", (card, variant, cart)


@tool(response_format=_AND_ARTIFACT)
async def update_cart(
    runtime: Runtime,
    line: Annotated[int, Field(ge=1, description="the line's number in the cart, from 1")],
    quantity: Annotated[
        int | None, Field(ge=0, le=rules.MAX_QUANTITY, description="0 takes it out; none leaves it")
    ] = None,
    size: Annotated[str | None, Field(description="another size, only one the shopper named")] = None,
) -> Result:
    """Change how many of a line are in the cart, or its size."""
    state = runtime.context
    async with state.write_lock:
        return await _update(state, line, quantity, size)


async def _update(state: TurnState, line: int, quantity: int | None, size: str | None) -> Result:
    before = state.cart
    if not 1 <= line <= len(before.lines):
        raise NotFound(f"The cart has {len(before.lines)} lines." if before.lines else "The cart is empty.")
    old = before.lines[line - 1]
    wanted = old.quantity if quantity is None else quantity
    if wanted == 0:
        cart = rules.remove(before, old.variant_id)
    else:
        found = await state.store.variant(old.variant_id)
        if found is None:
            raise NotFound(f"{old.title} isn't sold any more.")
        product, variant = found
        if size is None:
            cart = rules.set_quantity(before, variant, wanted)
        else:
            own = tuple(v for v in product.variants if v.color == variant.color)
            card = Recommendation(product=product, color=variant.color, variants=own)
            other = in_another_size(card, size, state)
            left = rules.remove(before, old.variant_id)
            cart = rules.add(left, product, other, wanted, chosen_by="shopper")
    await state.keep_cart(cart)
    return f"Changed. {facts.cart(cart)}", (old, wanted, cart)


def all_tools() -> list[BaseTool]:
    """Every tool, reading ones first."""
    tools: list[BaseTool] = [
        find_products,
        find_similar,
        complete_the_look,
        swap_piece,
        show_look,
        get_product,
        compare_products,
        *services.reading(),
        add_to_cart,
        update_cart,
        *services.writing(),
    ]
    for each in tools:
        # LangChain copies arguments by the schema; the workbench isn't the model's to give, and copying it
        # took five milliseconds a call. A schema without fields would drop it, too.
        asked = each.tool_call_schema
        if isinstance(asked, type) and getattr(asked, "model_fields", None):
            each.args_schema = asked
    return tools
