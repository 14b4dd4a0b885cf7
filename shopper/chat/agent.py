"""The shopper's agent: one message in, a stream of events out; cards first, then checked prose.

Knows nothing about HTTP, payments or settings.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import ModelCallLimitMiddleware, ToolCallLimitMiddleware, wrap_tool_call
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ValidationError

from shopper.chat import builtin
from shopper.chat.briefing import brief_of, marked_chips, turn_prompt
from shopper.chat.builtin import BRIEF, Brief, BuiltinStylist
from shopper.chat.grounding import SentenceGate
from shopper.chat.ledger import Ledger
from shopper.chat.message import Message
from shopper.chat.next_steps import next_steps
from shopper.chat.opening import Opening
from shopper.chat.policy import Policy
from shopper.chat.prompts import Prompts
from shopper.chat.replies import Voice
from shopper.chat.state import Desk, Orders, Propose, TurnState
from shopper.chat.threads import ThreadStore
from shopper.chat.tools import all_tools
from shopper.chat.traced import model_calls_traced
from shopper.chat.understand.reader import Reader
from shopper.chat.usage import Limits, history, tokens_of, within_the_turns_limit
from shopper.checkout.carts import CartStore
from shopper.demand.recorder import DemandRecorder
from shopper.errors import ShopperError
from shopper.products.store import ProductStore
from shopper.products.taxonomy import Taxonomy
from shopper.search.find import ProductSearch
from shopper.types import (
    Done,
    Failed,
    Page,
    PhotoFocused,
    QueryUnderstood,
    Recommendation,
    ReplyEvent,
    ShopperQuery,
    Suggestions,
    TextDelta,
    Turn,
)

log = logging.getLogger(__name__)

MODEL_CALLS = 4  # at most, in one turn; an ordinary one takes one or two
TOOL_CALLS = 6
HISTORY_EXCHANGES = 3  # earlier messages with their answers that a model sees
PHASE_TIMEOUTS = 2.5  # the whole model phase, in timeouts of one call


class ShopperAgent:
    """Answers the messages of a thread."""

    def __init__(
        self,
        *,
        search: ProductSearch,
        store: ProductStore,
        taxonomy: Taxonomy,
        threads: ThreadStore,
        carts: CartStore,
        reader_for: Callable[[], Reader],
        model: BaseChatModel | None,
        prompts: Prompts,
        policy: str,
        shop_name: str,
        currency: str,
        clock: Callable[[], datetime],
        ids: Callable[[], str],
        page_size: int = 8,
        model_timeout: float = 20.0,
        demand: DemandRecorder | None = None,
        fallback: BaseChatModel | None = None,
        limits: Limits | None = None,
        desk: Desk | None = None,
        propose: Propose | None = None,
        orders: Orders | None = None,
    ) -> None:
        self.desk = desk = replace(desk or Desk(), propose=propose, orders=orders)
        self._demand = demand
        self._threads = threads
        self._carts = carts
        self._prompts = prompts
        self._policy = Policy.parse(policy)
        self._taxonomy = taxonomy
        self._currency = currency
        self._clock = clock
        self._ids = ids
        self._timeout = model_timeout * PHASE_TIMEOUTS
        self._opening = Opening(
            search=search,
            store=store,
            taxonomy=taxonomy,
            threads=threads,
            carts=carts,
            policy=self._policy,
            reader_for=reader_for,
            currency=currency,
            ids=ids,
            page_size=page_size,
            desk=desk,
        )
        self._builtin = agent_over(BuiltinStylist())
        self._limits = limits or Limits()
        system = prompts.render("stylist", shop_name=shop_name, currency=currency)
        # Tools and system prompt are the prefix of every call.
        self._fixed = tokens_of(system) + tokens_of(json.dumps([_schema(tool) for tool in all_tools()]))
        self._models = [agent_over(one, system) for one in (model, fallback) if one is not None]
        if self._models:
            log.info("stylist prompt %s, about %d tokens with tools", prompts.digest("stylist"), self._fixed)

    @property
    def contact(self) -> str | None:
        """How the shop's policy says that a person is reached."""
        return self._policy.contact()

    async def reply(
        self, thread_id: str, message: Message, *, owner: str | None, message_id: str | None = None
    ) -> AsyncIterator[ReplyEvent]:
        """Everything that happens in answer to `message`, as it happens; ends with `Done`.

        The shopper's message and the answer are kept in the thread, also when the turn is cancelled.
        """
        began = time.perf_counter()
        timings: dict[str, float] = {}

        def lap(name: str) -> None:
            timings[name] = round(1000 * (time.perf_counter() - began), 1)

        said: list[str] = []
        suggestions: Suggestions | None = None
        first: tuple[ShopperQuery, Page] | None = None
        state, asked = await self._opening.begin(thread_id, message, owner)
        lap("understand")
        try:
            yield QueryUnderstood(query=state.query, chips=marked_chips(state, self._currency))
            for region in asked.regions:
                yield PhotoFocused(region=region)
            await self._opening.find(state)
            first = _found(state)
            brief = brief_of(state, edited=message.query_edit is not None)
            async for event in self._events(state, brief):
                if event.kind == "products" and "first_card" not in timings:
                    lap("first_card")
                if isinstance(event, TextDelta):
                    if not said:
                        lap("first_word")
                    said.append(event.delta)
                yield event
            if steps := next_steps(state):
                suggestions = Suggestions(suggestions=steps)
                yield suggestions
        finally:
            lap("total")
            if state.usage.calls:
                read = state.prompt_tokens + state.usage.prompt_tokens
                await asyncio.shield(self._threads.keep_usage(thread_id, owner, read))
            self._count(state, first or _found(state))
            answer = self._answer(state, "".join(said), suggestions, message_id)
            if state.from_preferences and not state.told_of_preferences:
                told = state.preferences.model_copy(update={"told": True})
                await asyncio.shield(self._threads.set_preferences(thread_id, owner, told))
            # Kept also when the turn is being cancelled, which a plain await would not survive.
            await asyncio.shield(self._threads.append(thread_id, asked, answer))
        yield Done(message_id=answer.id, text=answer.text, timings=timings | state.usage.figures)

    def _count(self, state: TurnState, found: tuple[ShopperQuery, Page] | None) -> None:
        """Note the turn's first find for the shop's report; turning the page is no new wish."""
        if self._demand is None or found is None or state.aside or found[0].intent == "more":
            return
        query, page = found
        self._demand.record(
            query, page, before=state.thread.query, thread=state.thread, said=state.text, weak=page.weak
        )

    async def _events(self, state: TurnState, brief: Brief) -> AsyncIterator[ReplyEvent]:
        """Cards and cart changes as tools make them, prose as it passes the check."""
        prose = asyncio.create_task(self._prose(state, brief))
        try:
            while True:
                waiting = asyncio.create_task(state.events.get())
                await asyncio.wait({waiting, prose}, return_when=asyncio.FIRST_COMPLETED)
                if waiting.done():
                    yield waiting.result()
                    continue
                waiting.cancel()
                break
            while not state.events.empty():
                yield state.events.get_nowait()
            if not await prose and not state.page:
                yield Failed(message=Voice(brief.language, brief.turn).say("not_understood"))
        finally:
            prose.cancel()

    async def _prose(self, state: TurnState, brief: Brief) -> bool:
        """Let the model speak, or else the built-in stylist; True if something was said."""
        if state.look_changed:
            # Beside the cards, which are told already; a picture takes its time.
            await state.compose_look(Voice(brief.language, brief.turn).word("look"))
        spent = state.prompt_tokens > self._limits.thread
        if spent and self._models:
            log.warning("a conversation has used up its %d prompt tokens", self._limits.thread)
        for graph in () if spent else self._models:
            if await self._model_speaks(graph, state, brief):
                return True
            if state.cart.version != state.cart_version:
                break  # it acted before it fell silent; a second one would act again
        if self._models:
            # What the model did before it fell silent is told, and not done a second time.
            if state.cart.version != state.cart_version:
                await state.tell(TextDelta(delta=Voice(brief.language, brief.turn).cart(state.cart)))
                return True
            if state.page is not None:
                found = ToolMessage("", tool_call_id="found", artifact=state.page)
                await state.tell(TextDelta(delta=builtin.reply(brief, [found])))
                return True
        return await self._builtin_speaks(state, brief)

    async def _builtin_speaks(self, state: TurnState, brief: Brief) -> bool:
        """The words of the built-in stylist, which are made of facts and need no check."""
        said = False
        message = HumanMessage(state.text, additional_kwargs={BRIEF: brief})
        try:
            async for chunk in _words_of(self._builtin, [message], state):
                if text := str(chunk.text):
                    await state.tell(TextDelta(delta=text))
                    said = True
        except Exception:
            # A fault of ours must not take the cards with it.
            log.exception("the built-in stylist failed")
        return said

    async def _model_speaks(self, graph: Any, state: TurnState, brief: Brief) -> bool:
        """Run a language model with its tools and send what holds of its prose."""
        gate = SentenceGate(lambda: self._ledger(state))
        state.usage.fixed, state.usage.limit = self._fixed, self._limits.turn
        said = finished = False
        speaking = None
        try:
            async with asyncio.timeout(self._timeout):
                async for chunk in _words_of(graph, self._messages(state, brief), state):
                    state.usage.heard(chunk)
                    if chunk.id != speaking:
                        speaking, finished = chunk.id, False
                    finished |= bool(chunk.response_metadata.get("finish_reason"))
                    if ready := gate.push(str(chunk.text)):
                        await state.tell(TextDelta(delta=ready))
                        said = True
            # A connection that broke looks like an end; its last words are half a sentence.
            if finished and (rest := gate.close()):
                await state.tell(TextDelta(delta=rest))
                said = True
            if not finished:
                log.warning("the model's answer broke off")
        except TimeoutError:
            log.warning("the model took longer than %.0f s", self._timeout)
        except Exception as error:
            # Whatever breaks in the model or on its way must not take the cards with it.
            log.warning("the model failed: %s: %s", type(error).__name__, error)
        state.usage.held_back += len(gate.refused)
        for sentence, reason in gate.refused:
            log.warning("a sentence was held back (%s, %d characters)", reason, len(sentence))
        return said

    def _messages(self, state: TurnState, brief: Brief) -> list[BaseMessage]:
        """Earlier turns, whole ones only, then this one with its facts behind the stable prefix."""
        earlier = history(state.thread.turns, tokens=self._limits.history, most=HISTORY_EXCHANGES)
        return [*earlier, HumanMessage(turn_prompt(self._prompts, state, brief))]

    def _ledger(self, state: TurnState) -> Ledger:
        earlier = (card for turn in reversed(state.thread.turns) for card in turn.items)
        cards: dict[str, Recommendation] = {}
        for card in (*state.shown, *state.look, *state.nearby, *state.before, *earlier):
            cards.setdefault(card.card_id, card)  # the latest facts of a card are the ones that hold
        return Ledger(
            cards=tuple(cards.values()),
            cart=state.cart,
            query=state.query,
            policy=self._policy,
            currency=self._currency,
            taxonomy=self._taxonomy,
            shown=state.shown,
            language=state.understood.language,
            total=state.page.total if state.page else 0,
            look=state.look,
            proposal=state.proposal,
            orders=state.orders_seen,
            cart_changed=state.cart.version != state.cart_version,
            shopper_words=" ".join(
                [*(t.text for t in state.thread.turns if t.role == "shopper"), state.text]
            ),
        )

    def _answer(
        self, state: TurnState, text: str, suggestions: Suggestions | None, message_id: str | None
    ) -> Turn:
        page = state.page
        return Turn(
            id=message_id or self._ids(),
            role="assistant",
            text=text.strip(),
            language=state.understood.language,
            compare=state.compared,
            look=state.composed,
            query=_what_holds(state),
            items=page.items if page else (),
            total=page.total if page else 0,
            relaxed=page.relaxed if page else (),
            suggestions=suggestions.suggestions if suggestions else (),
            created_at=self._clock(),
        )


def _found(state: TurnState) -> tuple[ShopperQuery, Page] | None:
    """The find that the turn shows, with the query it answers."""
    return (state.searched, state.page) if state.searched and state.page else None


def _what_holds(state: TurnState) -> ShopperQuery:
    """The query that later turns build on: a "cheaper" that found nothing leaves no bound behind."""
    query, before = state.query, state.thread.query
    if state.beside is not None:
        # Things of one kind to choose from are no outfit.
        return query.model_copy(update={"intent": "search", "reference": None})
    if query.relative and before is not None and state.page is not None and not state.page.items:
        return query.model_copy(update={"price": before.price, "relative": ()})
    return query


def agent_over(model: BaseChatModel, system: str | None = None) -> Any:
    """LangChain's agent over the shop's tools, with limits on what one turn may cost."""
    limits: list[Any] = [
        *([within_the_turns_limit, model_calls_traced] if system is not None else []),
        _refusals_are_answers,
        ModelCallLimitMiddleware(run_limit=MODEL_CALLS, exit_behavior="end"),
        ToolCallLimitMiddleware(run_limit=TOOL_CALLS, exit_behavior="continue"),
    ]
    return create_agent(
        model,
        all_tools(),
        system_prompt=system,
        context_schema=TurnState,
        middleware=limits,
    )


def _schema(tool: BaseTool) -> dict[str, Any]:
    """A tool as a model is told of it."""
    return convert_to_openai_tool(tool)


async def _words_of(
    graph: Any, messages: list[BaseMessage], state: TurnState
) -> AsyncIterator[AIMessageChunk]:
    """What the graph's model says, piece by piece; its tools tell their events to `state`."""
    async for chunk, _meta in graph.astream({"messages": messages}, context=state, stream_mode="messages"):
        if isinstance(chunk, AIMessageChunk):
            yield chunk


@wrap_tool_call
async def _refusals_are_answers(
    request: Any, handler: Callable[[Any], Awaitable[ToolMessage | Any]]
) -> ToolMessage | Any:
    """What a tool refuses is told to the model as the tool's answer."""
    call = request.tool_call
    refused: ShopperError | None = None
    try:
        return await handler(request)
    except ShopperError as error:
        text, refused = error.message, error
    except ValidationError as error:
        text = f"Those arguments don't fit: {_fields(error.errors())}."
    return ToolMessage(text, tool_call_id=call["id"], name=call["name"], status="error", artifact=refused)


def _fields(errors: Sequence[Any]) -> str:
    return "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in errors[:3])
