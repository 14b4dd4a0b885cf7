"""Asks an Ethereum node over JSON-RPC, many questions in one request.

Knows nothing about payments; an answer that can't be used is ChainUnreachable.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, Protocol

import httpx

from shopper.checkout.payments.errors import ChainUnreachable

Question = tuple[str, list[Any]]


class Rpc(Protocol):
    """A node."""

    async def batch(self, questions: Sequence[Question]) -> list[Any]:
        """The answers in order; a question that the node refuses is answered with a ChainUnreachable."""
        ...

    async def close(self) -> None: ...


class HttpRpc:
    """A node behind a URL. Nodes that refuse batches are asked one question at a time from then on."""

    def __init__(self, url: str, *, name: str, timeout: float = 10.0) -> None:
        self._url, self._name = url, name
        self._client = httpx.AsyncClient(timeout=timeout)
        self._ids = itertools.count(1)
        self._batches = True

    async def batch(self, questions: Sequence[Question]) -> list[Any]:
        if not questions:
            return []
        bodies = [
            {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": params}
            for method, params in questions
        ]
        if self._batches and len(bodies) > 1:
            answers = await self._post(bodies)
            if isinstance(answers, list):
                by_id = {answer.get("id"): answer for answer in answers if isinstance(answer, dict)}
                return [self._result(by_id.get(body["id"])) for body in bodies]
            self._batches = False
        return [self._result(await self._post(body)) for body in bodies]

    def _result(self, answer: Any) -> Any:
        if isinstance(answer, dict) and answer.get("error") is None and "result" in answer:
            return answer["result"]
        error = answer.get("error") if isinstance(answer, dict) else None
        why = error.get("message") if isinstance(error, dict) else "no answer"
        return ChainUnreachable(f"The node of {self._name} refused a question: {str(why)[:200]}.")

    async def _post(self, body: Any) -> Any:
        try:
            answer = await self._client.post(self._url, json=body)
            answer.raise_for_status()
            return answer.json()
        except (httpx.HTTPError, ValueError) as error:
            # The URL often holds a key, so it is in no message.
            raise ChainUnreachable(f"The node of {self._name} can't be reached.") from error

    async def close(self) -> None:
        await self._client.aclose()


def must(answer: Any) -> Any:
    """The answer, or its error raised; nothing at all is an error, too."""
    if isinstance(answer, ChainUnreachable):
        raise answer
    if answer is None:
        raise ChainUnreachable("The node doesn't know a block that it named before.")
    return answer
