"""The stylist's tools beside products: policy, orders, checkout, preferences, a person, advice on size.

Knows nothing about which model calls them, nor how orders are made; no tool moves money.
"""

# No `from __future__ import annotations` here: LangChain reads the annotations of tools at run time.

from typing import Annotated, Any, Literal

from langchain.tools import ToolRuntime, tool
from langchain_core.tools import BaseTool
from pydantic import Field

from shopper.chat import facts
from shopper.chat.measures import read_measures
from shopper.chat.preferences import Kind, Preferences
from shopper.chat.replies import Voice
from shopper.chat.size_chart import SizeAdvice
from shopper.chat.state import TurnState
from shopper.errors import NotAllowed, NotFound
from shopper.products.lexicon import fold
from shopper.types import CheckoutProposed, HandedOff

Runtime = ToolRuntime[TurnState, Any]
Result = tuple[str, Any]

_AND_ARTIFACT: Literal["content_and_artifact"] = "content_and_artifact"


@tool(response_format=_AND_ARTIFACT)
async def shop_policy(
    runtime: Runtime, question: Annotated[str, Field(description="what the shopper wants to know")]
) -> Result:
    """What the shop's own text says about shipping, returns, payment, sizes, care or contact."""
    found = runtime.context.policy.find(question)
    return found or "The shop's policy text says nothing about that.", found


@tool(response_format=_AND_ARTIFACT)
async def size_advice(
    runtime: Runtime,
    measures: Annotated[str, Field(description="as the shopper said them: 'bust 92, waist 74'")],
    position: Annotated[int | None, Field(ge=1, description="the card it is for")] = None,
) -> Result:
    """Which size the shop's size chart gives for measures that the shopper said. Never guess one yourself."""
    state = runtime.context
    card = state.card(position) if position else (state.shown[0] if len(state.shown) == 1 else None)
    product = card.product if card else None
    first = state.shown[0].product if state.shown else None
    advice = state.desk.chart.advise(
        read_measures(fold(measures)),
        gender=state.query.gender or (product.gender if product else first.gender if first else None),
        category=product.category if product else state.query.category,
        brand=product.brand if product else None,
        taxonomy=state.taxonomy,
    )
    if card is not None:
        advice = SizeAdvice(**{**vars(advice), "offered": facts.sizes_in_stock(card)})
    return _advice_in_words(advice), advice


def _advice_in_words(advice: SizeAdvice) -> str:
    """What the chart says, for a model."""
    if not advice.charted:
        offered = f" In stock: {', '.join(advice.offered)}." if advice.offered else ""
        return f"The shop states no size chart for this.{offered}"
    if advice.audiences:
        return f"The chart differs: ask whether {' or '.join(advice.audiences)}."
    said = [f"by {measure}: {size}" for measure, size in advice.by]
    said += [f"{measure} is outside the chart" for measure in advice.beyond]
    if advice.wanted:
        said.append(f"the chart goes by {', '.join(advice.wanted)}; ask for them")
    return f"Size chart ({advice.heading}): {'; '.join(said)}"


@tool(response_format=_AND_ARTIFACT)
async def order_status(runtime: Runtime) -> Result:
    """The orders placed in this conversation and where they stand; else how to ask the shop about one."""
    state = runtime.context
    if state.desk.orders is not None:
        state.orders_seen = await state.desk.orders(state.thread.id, state.owner)
        if state.orders_seen:
            rows = [f"{o.number}: {o.status}. {o.message} Total {o.total}" for o in state.orders_seen]
            return "\n".join(rows), state.orders_seen
    contact = state.policy.contact()
    return f"No order was placed in this chat. Contact: {contact or 'not stated'}", contact


@tool(response_format=_AND_ARTIFACT)
async def preferences(
    runtime: Runtime,
    action: Literal["show", "forget", "off"],
    kind: Annotated[Kind | None, Field(description="only this kind")] = None,
) -> Result:
    """Show what is remembered of the shopper, or forget it, when they ask."""
    state = runtime.context
    known = state.preferences
    if action != "show":
        changed = known.without(kind) if action == "forget" else known.model_copy(update={"enabled": False})
        await _keep(state, changed)
    listed = "; ".join(f"{name}: {', '.join(values)}" for name, values in state.preferences.listed().items())
    return listed or "Nothing is remembered.", (action, state.preferences)


@tool(response_format=_AND_ARTIFACT)
async def remember_preference(
    runtime: Runtime,
    kind: Kind,
    value: Annotated[str, Field(max_length=80, description="for a size of a kind of thing: 'shoes: 39'")],
) -> Result:
    """Remember a size, brand, budget or dislike in this conversation, only when the shopper asks you to."""
    state = runtime.context
    if state.minor:
        raise NotAllowed("Nothing is remembered about children.")
    currency = state.cart.currency
    async with state.write_lock:  # several things may be remembered by one message
        changed = state.preferences.adding(kind, value, taxonomy=state.taxonomy, currency=currency)
        await _keep(state, changed)
    return f"Remembered: {kind} {value}.", ("remember", state.preferences)


async def _keep(state: TurnState, changed: Preferences) -> None:
    await state.threads.set_preferences(state.thread.id, state.owner, changed)
    state.preferences = changed


@tool(response_format=_AND_ARTIFACT)
async def hand_off(
    runtime: Runtime,
    note: Annotated[str, Field(max_length=500, description="what it is about, in one sentence")] = "",
    email: Annotated[str | None, Field(description="only if the shopper gave it")] = None,
) -> Result:
    """Pass the conversation on to a person of the shop, when the shopper wants one."""
    state = runtime.context
    contact = state.policy.contact()
    if email is not None and (state.minor or email not in state.text):
        email = None  # an address counts only if this message gives it, and a child isn't asked for one
    if state.desk.handoffs is not None:
        await state.desk.handoffs.open(state.thread.id, note=note, email=email)
    voice = Voice(state.understood.language, len(state.thread.turns) // 2, state.thread.id)
    situation = "handed_off" if state.desk.handoffs is not None else "handoff_contact"
    told = HandedOff(message=voice.say(situation), contact=contact)
    await state.tell(told)
    return f"{told.message} Contact: {contact or 'not stated'}", told


@tool(response_format=_AND_ARTIFACT)
async def propose_checkout(runtime: Runtime) -> Result:
    """Hand the cart to the shopper to check and pay; you can't pay or confirm."""
    state = runtime.context
    if not state.cart.lines:
        raise NotFound("The cart is empty.")
    if state.desk.propose is not None:
        state.proposal = await state.desk.propose(state.thread.id, state.owner, state.cart)
    voice = Voice(state.understood.language, 0)
    message = voice.say("check_cart" if state.proposal else "check_cart_elsewhere")
    await state.tell(CheckoutProposed(cart=state.cart, message=message, proposal=state.proposal))
    charges = state.proposal.charges if state.proposal else ()
    said = [facts.cart(state.cart), *(f"{c.label}: {c.amount}" for c in charges)]
    if state.proposal:
        said.append(f"To pay: {state.proposal.total}")
    return "\n".join(said), (state.cart, state.proposal)


def reading() -> list[BaseTool]:
    """The tools that change nothing."""
    return [shop_policy, size_advice, order_status]


def writing() -> list[BaseTool]:
    """The tools that change something the shopper can see and undo."""
    return [remember_preference, preferences, hand_off, propose_checkout]
