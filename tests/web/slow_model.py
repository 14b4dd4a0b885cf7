"""A language model that speaks word by word and can be told to wait, for turns that last.

Knows nothing about shops.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import Field

WORDS = "Here is what fits your wish. Tell me what you like about it. I am glad to look further. "


class SlowModel(BaseChatModel):
    """Says WORDS `times` over, one word each `pause` seconds; its turn takes 100 tokens and gives 20."""

    pause: float = 0.01
    times: int = 2
    speaking: asyncio.Event = Field(default_factory=asyncio.Event)  # set once it has begun

    @property
    def _llm_type(self) -> str:
        return "slow"

    def bind_tools(self, tools: Any, **kwargs: Any) -> SlowModel:
        return self

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        raise NotImplementedError

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        raise NotImplementedError

    async def _astream(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        self.speaking.set()
        for word in (WORDS * self.times).split(" "):
            await asyncio.sleep(self.pause)
            yield ChatGenerationChunk(message=AIMessageChunk(content=word + " "))
        usage = UsageMetadata(input_tokens=100, output_tokens=20, total_tokens=120)
        yield ChatGenerationChunk(
            message=AIMessageChunk(
                content="",
                usage_metadata=usage,
                response_metadata={"finish_reason": "stop", "model_name": "slow"},
                chunk_position="last",
            )
        )
