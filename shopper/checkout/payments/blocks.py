"""What a node's answers are, as values: blocks, logs of token transfers, transfers of a network's own coin.

Knows nothing about payments, or which answers to ask for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from shopper.checkout.payments.config import NetworkConfig
from shopper.checkout.payments.errors import ChainUnreachable
from shopper.checkout.payments.provider import Transfer
from shopper.types import Value

# keccak256("Transfer(address,address,uint256)")
TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"


class Block(Value):
    """One block's header; `transactions` only where they were asked for."""

    number: int
    hash: str
    parent: str
    at: datetime
    transactions: tuple[Mapping[str, Any], ...] = ()


class FoundLog(Value):
    """A token's transfer to a watched address, before its block's time is known."""

    contract: str  # lower case
    sender: str
    recipient: str
    value: int
    tx: str
    log_index: int
    block_number: int
    block_hash: str


def block(answer: Any) -> Block:
    """A block as the node sent it; ChainUnreachable where it isn't one."""
    try:
        sent = answer.get("transactions") or ()
        return Block(
            number=int(answer["number"], 16),
            hash=answer["hash"].lower(),
            parent=answer["parentHash"].lower(),
            at=datetime.fromtimestamp(int(answer["timestamp"], 16), UTC),
            transactions=tuple(tx for tx in sent if isinstance(tx, dict)),
        )
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise ChainUnreachable("The node sent something that is no block.") from error


def found_logs(answer: Any) -> Iterator[FoundLog]:
    """The transfers among logs; what is no transfer of a positive amount is left out."""
    if not isinstance(answer, list):
        raise ChainUnreachable("The node sent something that are no logs.")
    for entry in answer:
        try:
            topics = entry["topics"]
            if entry.get("removed") or len(topics) != 3 or topics[0].lower() != TRANSFER:
                continue
            value = int(entry["data"], 16) if entry["data"] not in ("0x", "") else 0
            found = FoundLog(
                contract=entry["address"].lower(),
                sender=address_of(topics[1]),
                recipient=address_of(topics[2]),
                value=value,
                tx=entry["transactionHash"].lower(),
                log_index=int(entry["logIndex"], 16),
                block_number=int(entry["blockNumber"], 16),
                block_hash=entry["blockHash"].lower(),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ChainUnreachable("The node sent a log that can't be read.") from error
        if found.value > 0:
            yield found


def address_of(topic: str) -> str:
    """The address in a 32-byte topic, lower case."""
    return "0x" + topic[-40:].lower()


def topic_of(address: str) -> str:
    """An address as a 32-byte topic."""
    return "0x" + address[2:].lower().rjust(64, "0")


def token_transfer(log: FoundLog, network: NetworkConfig, at: datetime, seen_at: datetime) -> Transfer | None:
    """The fact in a log; None for a token that the shop doesn't know, whatever its symbol says."""
    asset = next((a for a in network.asset if a.contract and a.contract.lower() == log.contract), None)
    if asset is None:
        return None
    return Transfer(
        chain=network.chain,
        tx=log.tx,
        log_index=log.log_index,
        block_number=log.block_number,
        block_hash=log.block_hash,
        mined_at=at,
        seen_at=seen_at,
        recipient=log.recipient,
        sender=log.sender,
        contract=asset.contract,
        symbol=asset.symbol,
        decimals=asset.decimals,
        value=log.value,
    )


def coin_transfers(
    mined: Block, network: NetworkConfig, addresses: Mapping[str, str], seen_at: datetime
) -> Iterator[Transfer]:
    """What was sent in the network's own coin to watched addresses; whether it succeeded isn't known yet."""
    own = next((asset for asset in network.asset if asset.contract is None), None)
    for tx in mined.transactions:
        recipient, value = (tx.get("to") or "").lower(), int(tx.get("value") or "0x0", 16)
        if recipient not in addresses or value == 0:
            continue
        yield Transfer(
            chain=network.chain,
            tx=str(tx["hash"]).lower(),
            log_index=-1,
            block_number=mined.number,
            block_hash=mined.hash,
            mined_at=mined.at,
            seen_at=seen_at,
            recipient=recipient,
            sender=str(tx.get("from") or "").lower(),
            symbol=own.symbol if own else "coin",
            decimals=own.decimals if own else 18,
            value=value,
        )
