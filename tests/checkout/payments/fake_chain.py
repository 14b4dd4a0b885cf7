"""A chain in memory that answers JSON-RPC: blocks, logs, receipts, reorgs, and nodes that are down or lag.

Knows nothing about payments.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from shopper.checkout.payments.blocks import TRANSFER, topic_of
from shopper.checkout.payments.errors import ChainUnreachable
from shopper.checkout.payments.rpc import Question

PAYER = "0x" + "ab" * 20


@dataclass(frozen=True)
class Sent:
    """One transaction: of a token (`contract`) or of the network's own coin."""

    tx: str
    to: str
    value: int
    contract: str | None = None
    fails: bool = False


@dataclass
class Mined:
    number: int
    hash: str
    parent: str
    at: datetime
    sent: list[Sent] = field(default_factory=list)


class FakeChain:
    """A chain of one chain id, and the node that tells of it."""

    def __init__(self, chain_id: int = 31337, start: datetime = datetime(2026, 5, 1, tzinfo=UTC)) -> None:
        self.chain_id, self.now = chain_id, start
        self._salts = itertools.count()
        self.blocks: list[Mined] = []
        self.down = False
        self.lag = 0  # blocks that the node is behind
        self.says_chain_id = chain_id
        self.questions: list[Question] = []
        self.mine()

    def _hash(self, *parts: object) -> str:
        text = "|".join(map(str, (next(self._salts), *parts)))
        return "0x" + hashlib.sha256(text.encode()).hexdigest()

    def pay(self, to: str, value: int, contract: str | None = None, *, fails: bool = False) -> Sent:
        """Send, and mine it."""
        sent = self.sign(to, value, contract, fails=fails)
        self.mine([sent])
        return sent

    def sign(self, to: str, value: int, contract: str | None = None, *, fails: bool = False) -> Sent:
        """A transaction that isn't mined yet."""
        return Sent(self._hash("tx", to, value), to.lower(), value, contract, fails)

    def mine(self, sent: Sequence[Sent] = (), *, count: int = 1, seconds: float = 2) -> None:
        for _block in range(count):
            self.now += timedelta(seconds=seconds)
            number = len(self.blocks)
            parent = self.blocks[-1].hash if self.blocks else "0x" + "00" * 32
            self.blocks.append(Mined(number, self._hash("block", number), parent, self.now, list(sent)))
            sent = ()

    def reorg(self, depth: int, *, keep: bool = False) -> list[Sent]:
        """Replace the last `depth` blocks by one more than that; what was in them is mined again or lost."""
        gone = self.blocks[-depth:]
        del self.blocks[-depth:]
        lost = [sent for block in gone for sent in block.sent]
        self.mine(lost if keep else (), seconds=0)
        self.mine(count=depth, seconds=0)
        return lost

    async def close(self) -> None:
        """Nothing to let go of."""

    async def batch(self, questions: Sequence[Question]) -> list[Any]:
        if self.down:
            raise ChainUnreachable("The node can't be reached.")
        self.questions += questions
        return [self._answer(method, params) for method, params in questions]

    def _answer(self, method: str, params: list[Any]) -> Any:
        match method:
            case "eth_chainId":
                return hex(self.says_chain_id)
            case "eth_getBlockByNumber":
                return self._block(*params)
            case "eth_getLogs":
                return self._logs(params[0])
            case "eth_getTransactionReceipt":
                return self._receipt(params[0])
            case _:
                return ChainUnreachable(f"The node knows no {method}.")

    @property
    def seen(self) -> list[Mined]:
        return self.blocks[: len(self.blocks) - self.lag]

    def _block(self, tag: str, full: bool) -> Any:
        tops = {"latest": len(self.seen) - 1, "finalized": max(0, len(self.seen) - 65)}
        number = tops[tag] if tag in tops else int(tag, 16)
        if number >= len(self.seen):
            return None
        block = self.seen[number]
        coin = [
            {"hash": s.tx, "to": s.to, "from": PAYER, "value": hex(s.value)}
            for s in block.sent
            if s.contract is None
        ]
        return {
            "number": hex(number),
            "hash": block.hash,
            "parentHash": block.parent,
            "timestamp": hex(int(block.at.timestamp())),
            "transactions": coin if full else [entry["hash"] for entry in coin],
        }

    def _logs(self, wanted: dict[str, Any]) -> list[Any]:
        first, last = int(wanted["fromBlock"], 16), int(wanted["toBlock"], 16)
        named = set(wanted["topics"][2])
        return [
            log
            for block in self.seen[first : last + 1]
            for index, sent in enumerate(block.sent)
            if sent.contract is not None and topic_of(sent.to) in named
            for log in [self._log(block, index, sent)]
        ]

    def _log(self, block: Mined, index: int, sent: Sent) -> dict[str, Any]:
        return {
            "address": sent.contract,
            "topics": [TRANSFER, topic_of(PAYER), topic_of(sent.to)],
            "data": hex(sent.value),
            "transactionHash": sent.tx,
            "logIndex": hex(index),
            "blockNumber": hex(block.number),
            "blockHash": block.hash,
        }

    def _receipt(self, tx: str) -> Any:
        for block in self.seen:
            for index, sent in enumerate(block.sent):
                if sent.tx == tx:
                    logs = [self._log(block, index, sent)] if sent.contract else []
                    status = "0x0" if sent.fails else "0x1"
                    return {
                        "status": status,
                        "blockHash": block.hash,
                        "blockNumber": hex(block.number),
                        "logs": logs,
                    }
        return None
