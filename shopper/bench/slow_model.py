"""A language model of the benchmark's own: silent for a while, then one sentence; it counts what it is sent.

Stands for a model behind an API, whose silence a shopper shouldn't see. Knows nothing about fashion.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field, PrivateAttr

_CHARACTERS_A_TOKEN = 4  # about what English prose and JSON take


class SlowModel(BaseChatModel):
    """Says one sentence after `silence` seconds; `prompt_tokens` holds an estimate for each call."""

    silence: float
    prompt_tokens: list[int] = Field(default_factory=list)
    _tools: str = PrivateAttr(default="")

    @property
    def _llm_type(self) -> str:
        return "slow"

    def bind_tools(
        self, tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool], **kwargs: Any
    ) -> Runnable[Any, Any]:
        self._tools = json.dumps([convert_to_openai_tool(tool) for tool in tools])
        return self

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        sent = len(self._tools) + sum(len(str(message.content)) for message in messages)
        self.prompt_tokens.append(sent // _CHARACTERS_A_TOKEN)
        await asyncio.sleep(self.silence)
        for word in ("Here ", "is ", "what ", "fits."):
            yield ChatGenerationChunk(message=AIMessageChunk(content=word))
        end = AIMessageChunk(content="", response_metadata={"finish_reason": "stop"})
        yield ChatGenerationChunk(message=end)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        raise NotImplementedError("it only streams")
