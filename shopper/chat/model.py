"""Any OpenAI-compatible language model, from its name, address and key.

Knows nothing about prompts or tools.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopper.errors import BadInput

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


def load_model(
    name: str | None, *, base_url: str | None = None, api_key: str | None = None, timeout: float = 20.0
) -> BaseChatModel:
    """A streaming chat model; `timeout` is seconds for one call. BadInput where the name is missing.

    Local servers need no key. Nothing is sent until the first turn.
    """
    if not name:
        raise BadInput("Name the model: SHOPPER_MODEL=….", field="SHOPPER_MODEL")
    if not api_key and not base_url:
        raise BadInput("A model needs OPENAI_API_KEY or SHOPPER_MODEL_BASE_URL.", field="OPENAI_API_KEY")
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(
        model=name,
        base_url=base_url,
        api_key=lambda: api_key or "none",  # servers of one's own ask for none, the client for some
        timeout=timeout,
        max_retries=1,
        streaming=True,
        stream_usage=True,
        # On Python 3.11 its wait_for can swallow a cancel, and a stopped turn would be spoken to its end.
        stream_chunk_timeout=None,
        use_responses_api=False,
    )
