"""Reads one chain from where it was left: new transfers to watched addresses, and what a reorg took back.

Knows nothing about SQL or payments' states. Trusts no answer: chain id, hashes and links are checked.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from shopper.checkout.payments import blocks
from shopper.checkout.payments.blocks import Block, FoundLog
from shopper.checkout.payments.config import NetworkConfig
from shopper.checkout.payments.cursors import Cursor
from shopper.checkout.payments.errors import ChainUnreachable
from shopper.checkout.payments.provider import Head, Transfer
from shopper.checkout.payments.rpc import Question, Rpc, must
from shopper.types import Value

log = logging.getLogger(__name__)

REMEMBERED = 128  # block hashes kept, to find where a reorg began
_LOOKBACK = 100  # where a chain that was never read is begun
_OVERLAP = 12  # blocks whose logs are asked for again: a node behind a balancer may not have had them
_CALLS = 50  # questions in one request, at most
_BLOCKS_AT_ONCE = 5000  # read in one go; what is behind by more catches up over several polls


class Reading(Value):
    """What one look at the chain gave. Blocks above `fork` were taken back, where it is set."""

    cursor: Cursor
    found: tuple[tuple[str, Transfer], ...] = ()  # (payment id, fact)
    fork: int | None = None

    @property
    def head(self) -> Head:
        cursor = self.cursor
        return Head(number=cursor.number, finalized=cursor.finalized, seen_until=cursor.seen_until)


class ChainReader:
    """Reads one network through its node."""

    def __init__(self, network: NetworkConfig, rpc: Rpc) -> None:
        self.network, self.rpc = network, rpc
        self._coin = any(asset.contract is None for asset in network.asset)
        self._noted: set[tuple[str, str]] = set()

    async def read(self, cursor: Cursor | None, addresses: Mapping[str, str], now: datetime) -> Reading:
        """Everything new for `addresses` (lower case → payment id) since `cursor`.

        Raises ChainUnreachable, having changed nothing, where the node is down or contradicts itself.
        """
        head, finalized, last = await self._head(cursor)
        fresh = self._is_fresh(head, now)
        seen_until = now if fresh else min(now, head.at)
        if cursor is None:
            start = max(-1, head.number - _LOOKBACK)
            cursor = Cursor(chain=self.network.chain, number=start, head=head.number, seen_until=seen_until)
        fork = None
        known = dict(cursor.recent)
        at_head = known.get(head.number)
        moved = (last is not None and last.hash != known.get(last.number)) or (
            head.number < cursor.number and at_head is not None and at_head != head.hash
        )
        if moved:
            fork = await self._fork(cursor, head)
            kept = tuple(pair for pair in cursor.recent if pair[0] <= fork)
            cursor = cursor.model_copy(update={"number": fork, "recent": kept})
        elif head.number < cursor.number:
            # The node is behind what was read before: nothing is known to be wrong, and nothing is new.
            return Reading(cursor=cursor)
        until = min(head.number, cursor.number + _BLOCKS_AT_ONCE)
        found, recent = await self._range(cursor, until, head, addresses, now)
        if until < head.number:
            seen_until = min(seen_until, cursor.seen_until)
        cursor = Cursor(
            chain=self.network.chain,
            number=until,
            head=head.number,
            finalized=None if finalized is None else min(finalized.number, until),
            seen_until=seen_until,
            recent=recent,
        )
        return Reading(cursor=cursor, found=tuple(found), fork=fork)

    async def scan(
        self, addresses: Mapping[str, str], start: int, now: datetime
    ) -> list[tuple[str, Transfer]]:
        """All transfers to `addresses` from block `start` to the head, whatever was read before."""
        head, _finalized, _last = await self._head(None)
        found: list[tuple[str, Transfer]] = []
        for begin in range(max(0, start), head.number + 1, _BLOCKS_AT_ONCE):
            until = min(head.number, begin + _BLOCKS_AT_ONCE - 1)
            cursor = Cursor(chain=self.network.chain, number=begin - 1, head=head.number, seen_until=now)
            found += (await self._range(cursor, until, head, addresses, now, overlap=0))[0]
        return found

    async def block_at(self, when: datetime) -> int:
        """The last block mined before `when`, by bisection."""
        low, high = 0, (await self._head(None))[0].number
        while low < high:
            middle = (low + high + 1) // 2
            mined = blocks.block(must((await self._ask([_block(middle)]))[0]))
            if mined.at < when:
                low = middle
            else:
                high = middle - 1
        return low

    async def _head(self, cursor: Cursor | None) -> tuple[Block, Block | None, Block | None]:
        questions: list[Question] = [
            ("eth_chainId", []),
            ("eth_getBlockByNumber", ["latest", False]),
            ("eth_getBlockByNumber", ["finalized", False]),
        ]
        if cursor is not None and cursor.recent:
            questions.append(_block(cursor.recent[-1][0]))
        answers = await self._ask(questions)
        chain_id = int(must(answers[0]), 16)
        if chain_id != self.network.chain_id:
            raise ChainUnreachable(
                f"The node of {self.network.name} is on chain {chain_id}, not {self.network.chain_id}; "
                "nothing is read from it."
            )
        head = blocks.block(must(answers[1]))
        finalized = answers[2] if isinstance(answers[2], dict) else None
        last = answers[3] if len(answers) > 3 and isinstance(answers[3], dict) else None
        return head, blocks.block(finalized) if finalized else None, blocks.block(last) if last else None

    def _is_fresh(self, head: Block, now: datetime) -> bool:
        age = self.network.max_head_age
        return age is None or now - head.at <= timedelta(seconds=age)

    async def _fork(self, cursor: Cursor, head: Block) -> int:
        """The last remembered block that still is part of the chain."""
        numbers = [number for number, _hash in cursor.recent if number <= head.number]
        answers = await self._ask([_block(number) for number in numbers])
        known = dict(cursor.recent)
        for number, answer in zip(reversed(numbers), reversed(answers), strict=True):
            if blocks.block(must(answer)).hash == known[number]:
                return number
        log.error("%s was reorganised deeper than %d blocks", self.network.name, REMEMBERED)
        return min(known) - 1

    async def _range(
        self,
        cursor: Cursor,
        until: int,
        head: Block,
        addresses: Mapping[str, str],
        now: datetime,
        *,
        overlap: int = _OVERLAP,
    ) -> tuple[list[tuple[str, Transfer]], tuple[tuple[int, str], ...]]:
        first = cursor.number + 1 if self._coin else max(cursor.number + 1, until - REMEMBERED + 1)
        numbers = range(first, until + 1)
        since = max(0, cursor.number + 1 - overlap)
        wanted = self._log_questions(since, until, addresses)
        answers = await self._ask([*wanted, *(_block(number, full=self._coin) for number in numbers)])
        logs = self._logs(answers[: len(wanted)], since, until, addresses)
        mined = self._read_blocks(numbers, answers[len(wanted) :])
        known = dict(cursor.recent)
        self._check_links(mined, known, head)
        known |= {number: header.hash for number, header in mined.items()}
        others = sorted({entry.block_number for entry in logs} - set(mined))
        dated = mined | await self._blocks(others, full=False)
        found: list[tuple[str, Transfer]] = []
        for entry in logs:
            header = dated[entry.block_number]
            if header.hash != entry.block_hash:
                raise ChainUnreachable(
                    f"The node of {self.network.name} contradicts itself; asked again later."
                )
            transfer = blocks.token_transfer(entry, self.network, header.at, now)
            if transfer is not None:
                found.append((addresses[entry.recipient], transfer))
            else:
                self._note(entry)
        for header in mined.values():
            found += [
                (addresses[t.recipient], t)
                for t in await self._succeeded(blocks.coin_transfers(header, self.network, addresses, now))
            ]
        recent = tuple(sorted(known.items()))[-REMEMBERED:]
        return found, recent

    def _check_links(self, mined: Mapping[int, Block], known: Mapping[int, str], head: Block) -> None:
        hashes = dict(known) | {number: header.hash for number, header in mined.items()}
        for number, header in mined.items():
            if hashes.get(number - 1, header.parent) != header.parent:
                raise ChainUnreachable(f"{self.network.name} changed while it was read; asked again later.")
        if head.number in mined and mined[head.number].hash != head.hash:
            raise ChainUnreachable(f"{self.network.name} changed while it was read; asked again later.")

    def _log_questions(self, first: int, until: int, addresses: Mapping[str, str]) -> list[Question]:
        names, step = list(addresses), self.network.addresses_per_call
        questions: list[Question] = []
        for begin in range(first, until + 1, self.network.log_range):
            end = min(until, begin + self.network.log_range - 1)
            for at in range(0, len(names), step):
                topics = [blocks.topic_of(address) for address in names[at : at + step]]
                wanted = {
                    "fromBlock": hex(begin),
                    "toBlock": hex(end),
                    "topics": [blocks.TRANSFER, None, topics],
                }
                questions.append(("eth_getLogs", [wanted]))
        return questions

    def _logs(
        self, answers: Sequence[Any], first: int, until: int, addresses: Mapping[str, str]
    ) -> list[FoundLog]:
        return [
            entry
            for answer in answers
            for entry in blocks.found_logs(must(answer))
            # A node may send more than was asked for; what isn't ours is nobody's.
            if entry.recipient in addresses and first <= entry.block_number <= until
        ]

    async def _blocks(self, numbers: Sequence[int], *, full: bool) -> dict[int, Block]:
        return self._read_blocks(numbers, await self._ask([_block(number, full=full) for number in numbers]))

    def _read_blocks(self, numbers: Sequence[int], answers: Sequence[Any]) -> dict[int, Block]:
        read = [blocks.block(must(answer)) for answer in answers]
        if any(header.number != number for header, number in zip(read, numbers, strict=True)):
            raise ChainUnreachable(f"The node of {self.network.name} sent another block than was asked for.")
        return {header.number: header for header in read}

    async def _succeeded(self, transfers: Any) -> list[Transfer]:
        """Those whose transaction didn't fail; a failed one moves no coin."""
        sent = list(transfers)
        answers = await self._ask([("eth_getTransactionReceipt", [t.tx]) for t in sent])
        done = []
        for transfer, answer in zip(sent, answers, strict=True):
            receipt = must(answer)
            if str(receipt.get("blockHash")).lower() != transfer.block_hash:
                raise ChainUnreachable(f"{self.network.name} changed while it was read; asked again later.")
            if int(receipt.get("status") or "0x0", 16) == 1:
                done.append(transfer)
        return done

    async def _ask(self, questions: Sequence[Question]) -> list[Any]:
        answers: list[Any] = []
        for at in range(0, len(questions), _CALLS):
            answers += await self.rpc.batch(questions[at : at + _CALLS])
        return answers

    def _note(self, entry: FoundLog) -> None:
        """Say once that something came which the shop doesn't take; whoever made it chose its name."""
        if (entry.contract, entry.recipient) not in self._noted:
            self._noted.add((entry.contract, entry.recipient))
            log.info("%s: ignored a transfer of the unknown token %s", self.network.name, entry.contract)


def _block(number: int, *, full: bool = False) -> Question:
    return "eth_getBlockByNumber", [hex(number), full]
