"""A span for each call of a language model: its name and its tokens, never what was said.

Knows nothing about where traces go.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from langchain.agents.middleware import wrap_model_call
from langchain_core.messages import AIMessage

from shopper.spans import span


@wrap_model_call
async def model_calls_traced(request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
    """Tells how long a call took and what it cost."""
    with span("model.call") as told:
        response = await handler(request)
        for message in response.result:
            if isinstance(message, AIMessage):
                told.set_attribute("gen_ai.response.model", message.response_metadata.get("model_name", ""))
                if (used := message.usage_metadata) is not None:
                    told.set_attribute("gen_ai.usage.input_tokens", used["input_tokens"])
                    told.set_attribute("gen_ai.usage.output_tokens", used["output_tokens"])
        return response
