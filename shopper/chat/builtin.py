"""The built-in stylist: a chat model that calls the same tools from what the reader understood.

It is a parser with templates, not a language model. Knows nothing about the shop beyond what tools return.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool

from shopper.chat.answers import answer_about
from shopper.chat.asides import AsideKind, says
from shopper.chat.ask import NotMade, SoldOutSize
from shopper.chat.beside import orders_in_words, plan_aside, reply_to_aside
from shopper.chat.cart_wish import CartWish
from shopper.chat.compared import spoken
from shopper.chat.grounding import sentences
from shopper.chat.preferences import Kind
from shopper.chat.replies import Voice, kind_of_talk
from shopper.chat.state import SizeQuestion
from shopper.errors import NotShown, OutOfStock
from shopper.types import Cart, CheckoutProposal, Intent, Order, Page, Recommendation, Value

BRIEF = "brief"  # where a message carries its Brief
_MOST_ADDED = 4  # things put into the cart by one message
_MOST_CHANGED = 6  # lines of the cart; a turn has no more tool calls


class Brief(Value):
    """What the reader understood of one message, as far as the built-in stylist acts on it."""

    intent: Intent
    language: str = "en"
    nonsense: bool = False
    edited: bool = False
    text: str = ""
    turn: int = 0
    thread_id: str = ""
    shown: int = 0  # how many cards are in sight
    positions: tuple[int, ...] = ()
    compared: tuple[int, ...] = ()  # the cards to set side by side
    cart: Cart
    cart_wish: CartWish = CartWish()
    quantity: int = 1
    size: str | None = None
    sizes: tuple[str, ...] = ()  # said in this very message
    held_sizes: tuple[str, ...] = ()  # that still hold
    asks: tuple[tuple[str, str], ...] = ()  # facts a question names: ("feature", "pockets")
    cheaper: bool = False
    budget: str = ""  # for a whole look
    first: str = ""  # an answer that comes before the words about the cards
    photo: str = ""  # what the photo shows, in words
    contact: str = ""  # how to reach a person
    aside: AsideKind | None = None  # what is asked for beside products
    email: str | None = None
    keep: tuple[tuple[Kind, str], ...] = ()  # what is to be remembered
    forget: Kind | None = None  # what is to be forgotten; None for everything
    look: tuple[str, ...] = ()  # the titles of the outfit in sight
    anchor: str = ""  # the title of the thing that the look was built on, where it isn't among the cards
    piece: int = 0  # which of them was swapped, from 0
    swapped: bool = False
    charted: bool = False  # the shop has a size chart
    gift_for: bool = False  # it is open for whom a gift is, and that would change what is shown
    from_preferences: str = ""  # what was taken from them, if it was never said before
    beside: str = ""  # the title of what the cards are to go with
    look_total: str = ""  # of the outfit in sight, with what it was built on
    having: tuple[str, ...] = ()  # the titles of the cards that have the fact asked for
    stuck: int = 0  # answers in a row before this one that found nothing
    without: str = ""  # the wishes without which there is something
    without_card: Recommendation | None = None  # and the first of it
    without_total: int = 0
    currency_note: str = ""  # the shop's currency, if the shopper named another one


class BuiltinStylist(BaseChatModel):
    """Emits tool calls for a Brief, then a short reply on what the tools returned."""

    @property
    def _llm_type(self) -> str:
        return "builtin-stylist"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Any | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The tools are known; nothing needs binding."""
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=answer(messages))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        yield from _chunks(answer(messages))

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in _chunks(answer(messages)):
            yield chunk


def _chunks(message: AIMessage) -> Iterator[ChatGenerationChunk]:
    """The message in pieces: its tool calls, or its text sentence by sentence."""
    if message.tool_calls:
        calls = [
            {
                "name": c["name"],
                "args": json.dumps(c["args"]),
                "id": c["id"],
                "index": i,
                "type": "tool_call_chunk",
            }
            for i, c in enumerate(message.tool_calls)
        ]
        chunk = AIMessageChunk(content="", tool_call_chunks=calls)
        yield ChatGenerationChunk(message=chunk)
        return
    lines = str(message.content).split("\n")
    for number, line in enumerate(lines):
        parts = sentences(line)
        for place, sentence in enumerate(parts, start=1):
            end = " " if place < len(parts) else "\n" if number < len(lines) - 1 else ""
            yield ChatGenerationChunk(message=AIMessageChunk(content=sentence + end))


def answer(messages: list[BaseMessage]) -> AIMessage:
    """The next message: tool calls if none were made for the last Brief yet, else the reply."""
    last = max(i for i, m in enumerate(messages) if isinstance(m, HumanMessage))
    brief = Brief.model_validate(messages[last].additional_kwargs[BRIEF])
    results = [m for m in messages[last + 1 :] if isinstance(m, ToolMessage)]
    calls = [] if results else plan(brief)
    if calls:
        return AIMessage(
            content="",
            tool_calls=[
                {"name": name, "args": arguments, "id": f"{name}-{brief.turn}-{n}", "type": "tool_call"}
                for n, (name, arguments) in enumerate(calls)
            ],
        )
    return AIMessage(content=reply(brief, results))


def plan(brief: Brief) -> list[tuple[str, dict[str, Any]]]:
    """The tool calls that a Brief asks for; none where words are enough."""
    if brief.nonsense:
        return []
    if brief.aside is not None:
        return plan_aside(brief)
    match brief.intent:
        case "search" | "refine" | "more" | "similar" | "outfit":
            return [("find_products", {})]
        case "policy":
            return [("shop_policy", {"question": brief.text})]
        case "order_status":
            return [("order_status", {})]
        case "checkout" if brief.cart.lines:
            return [("propose_checkout", {})]
        case "compare" if len(brief.compared) > 1:
            return [("compare_products", {"positions": list(brief.compared)})]
        case "compare" | "detail" if brief.shown:
            return [("get_product", {"position": brief.positions[0] if brief.positions else 1})]
        case "cart_add" if brief.shown:
            size = {"size": brief.size} if brief.size else {}
            positions = brief.positions[:_MOST_ADDED] or ((1,) if brief.shown == 1 else ())
            return [
                ("add_to_cart", {"position": position, "quantity": brief.quantity, **size})
                for position in positions
            ]
        case "cart_update":
            return [
                ("update_cart", change.model_dump(exclude_none=True))
                for change in brief.cart_wish.changes[:_MOST_CHANGED]
            ]
        case _:
            return []


def reply(brief: Brief, results: Sequence[ToolMessage]) -> str:
    """The prose for a Brief and what its tools returned."""
    voice = Voice(brief.language, brief.turn, brief.thread_id)
    if brief.aside is not None:
        said = reply_to_aside(voice, brief, results)
    elif brief.intent == "cart_add" and results:
        said = _on_adding(voice, brief, results)
    elif brief.intent == "cart_update" and results:
        said = _on_changing(voice, brief, results)
    elif results and results[-1].status == "error":
        said = _refused(voice, brief, results[-1])
    else:
        said = _reply(voice, brief, results[-1].artifact if results else None)
    if brief.from_preferences:
        said = f"{said} {voice.say('from_preferences', what=brief.from_preferences)}"
    if brief.gift_for and "?" not in said:
        said = f"{said} {voice.say('gift_for')}"
    if brief.currency_note:
        said = f"{said} {voice.say('currency', currency=brief.currency_note)}"
    return said


def _refused(voice: Voice, brief: Brief, result: ToolMessage) -> str:
    match result.artifact:
        case NotMade() as error:
            return voice.not_made(error.title, error.size, error.left)
        case SoldOutSize() as error:
            return voice.sold_out(error.title, error.size, error.left)
        case NotShown() if brief.shown == 1:
            return voice.say("one_card")
        case NotShown() if brief.shown:
            return voice.say("no_such_card", count=str(brief.shown))
        case NotShown():
            return voice.say("nothing_shown")
        case OutOfStock():
            return voice.say("too_few", message=str(result.content))
        case _:
            return str(result.content)


def _on_adding(voice: Voice, brief: Brief, results: Sequence[ToolMessage]) -> str:
    """What went into the cart, what didn't, and at most one question."""
    added = [r.artifact for r in results if r.status != "error" and isinstance(r.artifact, tuple)]
    asked = [r.artifact for r in results if isinstance(r.artifact, SizeQuestion)]
    said = []
    if added:
        _, _, cart = max(added, key=lambda one: int(one[2].version))
        said.append(voice.added([(card, variant.size) for card, variant, _ in added], cart))
    said += [_refused(voice, brief, r) for r in results if r.status == "error"]
    if asked:
        card, sizes = asked[0].card, asked[0].sizes
        made = {v.size for v in card.variants}
        if brief.size and sizes and brief.size not in made and not brief.held_sizes[1:]:
            said.append(voice.not_made(card.product.title, brief.size, sizes))
        else:
            said.append(voice.which_size(card, sizes))
    return " ".join(dict.fromkeys(said))


def _on_changing(voice: Voice, brief: Brief, results: Sequence[ToolMessage]) -> str:
    """What went out of the cart or is another number or size now, and what couldn't be done."""
    done = [r.artifact for r in results if r.status != "error"]
    said = []
    if done:
        # The last version of the cart is the one with all that was asked for.
        cart = max((one[2] for one in done), key=lambda cart: int(cart.version))
        gone = [line.title for line, quantity, _ in done if quantity == 0]
        if gone:
            titles = voice.join(list(dict.fromkeys(reversed(gone))))
            situation = "removed" if cart.lines else "removed_last"
            said.append(voice.say(situation, title=titles, total=str(cart.total)))
        else:
            said.append(voice.changed([(line, quantity) for line, quantity, _ in done], cart))
    said += [_refused(voice, brief, r) for r in results if r.status == "error"]
    return " ".join(dict.fromkeys(said))


def _reply(voice: Voice, brief: Brief, artifact: Any) -> str:
    if brief.nonsense:
        return voice.say("not_understood")
    match brief.intent, artifact:
        case _, Page():
            return _on_page(voice, brief, artifact)
        case "policy", found:
            return voice.say("policy", text=found) if found else voice.say("policy_unknown")
        case "order_status", (Order(), *_):
            return orders_in_words(voice, artifact)
        case "order_status", contact:
            return voice.say("order", contact=contact) if contact else voice.say("order_nobody")
        case "checkout", (Cart(), CheckoutProposal() as quote):
            return voice.say("quote", total=str(quote.total))
        case "checkout", (Cart() as cart, None):
            return voice.say("checkout", total=str(cart.total))
        case "compare", tuple() if brief.asks:
            return voice.which_have(brief.asks[0][1], brief.having)
        case "compare", tuple():
            return spoken(artifact, voice, brief.text, brief.held_sizes)
        case "compare", Recommendation():
            return voice.compare_one(artifact)
        case "detail", Recommendation():
            if says("why_price", brief.text):
                return voice.why_price(artifact)
            return answer_about(voice, artifact, brief.text, sizes=brief.sizes, asks=brief.asks)
        case "smalltalk", _:
            kind = kind_of_talk(brief.text)
            return voice.say(kind, **({"contact": brief.contact} if brief.contact else {}))
        case "out_of_scope", _:
            return voice.say("out_of_scope")
        case "cart_update", _ if brief.cart_wish.absent:
            return voice.not_in_cart(brief.cart_wish.absent, brief.cart)
        case "cart_update", _ if brief.cart_wish.open:
            return voice.say("which_line", lines=voice.choice(brief.cart_wish.open))
        case (("checkout" | "cart_update"), _):
            return voice.cart(brief.cart)
        case "cart_add", _ if brief.shown:
            return voice.say("which_card")
        case (("compare" | "detail" | "cart_add"), _):
            return voice.say("nothing_shown")
        case _:
            return voice.say("not_understood")


def _on_page(voice: Voice, brief: Brief, page: Page) -> str:
    situation = {"outfit": "look", "similar": "similar"}.get(
        brief.intent, "edited" if brief.edited else "found"
    )
    if brief.stuck and not page.items:
        return voice.stuck(brief.without, brief.without_card, brief.without_total)
    if brief.beside and page.items:
        return voice.beside(page, brief.beside)
    said = voice.page(
        page,
        situation,
        budget=brief.budget,
        look_total=brief.look_total,
        wanted_cheaper=brief.cheaper,
        anchor=brief.anchor,
    )
    if brief.photo:
        said = f"{voice.say('photo', seen=brief.photo)} {said}"
    return f"{brief.first} {said}" if brief.first else said
