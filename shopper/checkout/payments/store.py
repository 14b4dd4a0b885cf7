"""Payments in SQL: intents, the facts that came for them, claims and the shop's tasks.

Knows nothing about what the facts mean, or where they are from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import and_, func, insert, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from shopper.checkout.payments.provider import (
    Asset,
    PaymentIntent,
    PaymentState,
    Quote,
    ShopTask,
    Transfer,
)
from shopper.checkout.payments.tables import (
    AddressCounterRow,
    PaymentIntentRow,
    PaymentTaskRow,
    TransferRow,
)
from shopper.database import Database
from shopper.errors import Conflict, NotFound
from shopper.types import Money

_OPEN = ("awaiting_payment", "partially_paid")
_KEY = (TransferRow.chain, TransferRow.tx, TransferRow.log_index, TransferRow.block_hash)
_IN_ONE_QUERY = 500
_PLAIN = [name for name in PaymentIntent.model_fields if name != "quote"]


class Stored(NamedTuple):
    """An intent with the state that was last written, its version, and what the order has heard of."""

    intent: PaymentIntent
    state: PaymentState
    version: int
    told_version: int


class OpenTask(NamedTuple):
    """A task of the shop."""

    id: int
    payment_id: str
    order_id: str
    kind: str
    about: str
    text: str
    created_at: datetime


class PaymentStore:
    """Reads and writes payments."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, intent: PaymentIntent, idempotency_key: str) -> bool:
        """Keep a new intent; False where its order has one already."""
        try:
            async with self._db.transaction() as session:
                await session.execute(insert(PaymentIntentRow).values(**_row(intent, idempotency_key)))
        except IntegrityError:
            if await self.of_order(intent.order_id) is None:
                raise
            return False
        return True

    async def get(self, payment_id: str) -> Stored:
        """Raises NotFound."""
        found = await self._one(PaymentIntentRow.id == payment_id)
        if found is None:
            raise NotFound("There is no such payment.")
        return found

    async def of_order(self, order_id: str) -> Stored | None:
        """The payment of an order."""
        return await self._one(PaymentIntentRow.order_id == order_id)

    async def _one(self, where: Any) -> Stored | None:
        async with self._db.transaction() as session:
            row = await session.scalar(select(PaymentIntentRow).where(where))
            return _stored(row) if row is not None else None

    async def transfers(self, payment_id: str) -> list[Transfer]:
        """All facts about a payment, orphaned ones too, oldest block first."""
        async with self._db.transaction() as session:
            return await _transfers(session, payment_id)

    async def facts(self, payment_id: str) -> tuple[Stored, list[Transfer]]:
        """An intent and all that came for it, read together. Raises NotFound."""
        async with self._db.transaction() as session:
            row = await session.get(PaymentIntentRow, payment_id)
            if row is None:
                raise NotFound("There is no such payment.")
            return _stored(row), await _transfers(session, payment_id)

    async def record(self, found: Sequence[tuple[str, Transfer]]) -> set[str]:
        """Keep facts as (payment id, transfer); returns the payments that learned something."""
        changed: set[str] = set()
        async with self._db.transaction() as session:
            known = await _known(session, {transfer.tx for _payment, transfer in found})
            for payment_id, transfer in found:
                orphaned = known.get(transfer.key)
                if orphaned is None:
                    values = transfer.model_dump() | {"payment_id": payment_id, "value": str(transfer.value)}
                    await session.execute(insert(TransferRow).values(**values))
                elif orphaned != transfer.orphaned:
                    here = tuple_(*_KEY) == tuple_(*transfer.key)
                    await session.execute(update(TransferRow).where(here).values(orphaned=transfer.orphaned))
                else:
                    continue
                known[transfer.key] = transfer.orphaned
                changed.add(payment_id)
        return changed

    async def orphan_after(self, chain: str, number: int) -> set[str]:
        """Mark what was found in blocks above `number` as taken back; returns the payments concerned."""
        gone = and_(
            TransferRow.chain == chain, TransferRow.block_number > number, TransferRow.orphaned.is_(False)
        )
        async with self._db.transaction() as session:
            concerned = set(await session.scalars(select(TransferRow.payment_id).where(gone)))
            await session.execute(update(TransferRow).where(gone).values(orphaned=True))
        return concerned

    async def save_state(
        self, stored: Stored, state: PaymentState, now: datetime, *, heard: bool = True
    ) -> Stored | None:
        """Write what `reduce` found, its tasks in the same commit; None where somebody wrote meanwhile.

        `heard` counts the version up, so that the order is told.
        """
        intent = stored.intent
        settled = state.status == "settled" and intent.settled_at is None
        values: dict[str, Any] = {
            "status": state.status,
            "exception": state.exception,
            "received": str(state.received),
            "surplus": str(state.surplus),
            "confirmations": state.confirmations,
            "version": stored.version + 1 if heard else stored.version,
        }
        if settled:
            values["settled_at"] = now
        async with self._db.transaction() as session:
            done = await session.execute(
                update(PaymentIntentRow)
                .where(PaymentIntentRow.id == intent.id, PaymentIntentRow.version == stored.version)
                .values(**values)
            )
            if done.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult
                return None
            await _keep_tasks(session, intent.id, state.tasks, now)
        if settled:
            intent = intent.model_copy(update={"settled_at": now})
        plain = state.model_copy(update={"tasks": ()})
        return Stored(intent, plain, int(values["version"]), stored.told_version)

    async def mark(self, payment_id: str, **at: datetime) -> None:
        """Write `canceled_at` or `refunded_at`, once; nothing is canceled while it is being settled."""
        for name, when in at.items():
            here = [PaymentIntentRow.id == payment_id, getattr(PaymentIntentRow, name).is_(None)]
            if name == "canceled_at":
                here.append(PaymentIntentRow.claim.is_(None))
            async with self._db.transaction() as session:
                await session.execute(
                    update(PaymentIntentRow)
                    .where(*here)
                    .values({name: when, "version": PaymentIntentRow.version + 1})
                )

    async def end_quote(self, payment_id: str, now: datetime) -> None:
        """Let a quote end now instead of later."""
        async with self._db.transaction() as session:
            await session.execute(
                update(PaymentIntentRow)
                .where(PaymentIntentRow.id == payment_id, PaymentIntentRow.expires_at > now)
                .values(expires_at=now, version=PaymentIntentRow.version + 1)
            )

    async def told(self, payment_id: str, version: int) -> None:
        """The order has heard of everything up to `version`."""
        async with self._db.transaction() as session:
            await session.execute(
                update(PaymentIntentRow)
                .where(PaymentIntentRow.id == payment_id, PaymentIntentRow.told_version < version)
                .values(told_version=version)
            )

    async def untold(self) -> list[str]:
        """Payments whose order hasn't heard the last of."""
        return await self._ids(PaymentIntentRow.told_version < PaymentIntentRow.version)

    async def moving(self, chain: str, now: datetime) -> list[str]:
        """Payments of a chain that change without a new fact: by a block on top, or by their quote's end."""
        over = or_(PaymentIntentRow.expires_at <= now, PaymentIntentRow.canceled_at.is_not(None))
        ended = and_(PaymentIntentRow.status.in_(_OPEN), over)
        return await self._ids(
            PaymentIntentRow.chain == chain, or_(PaymentIntentRow.status == "confirming", ended)
        )

    async def _ids(self, *where: Any) -> list[str]:
        async with self._db.transaction() as session:
            return list(await session.scalars(select(PaymentIntentRow.id).where(*where)))

    async def watched(self, now: datetime) -> dict[str, str]:
        """Lower-case address → payment id, of every address that still is watched."""
        async with self._db.transaction() as session:
            rows = await session.execute(
                select(PaymentIntentRow.address, PaymentIntentRow.id).where(
                    PaymentIntentRow.provider.in_(("onchain", "x402")), PaymentIntentRow.watch_until > now
                )
            )
            return {str(address).lower(): payment_id for address, payment_id in rows if address}

    async def watched_mark(self, now: datetime) -> tuple[int, datetime | None]:
        """Differs whenever an address came to be watched or isn't any more."""
        row = PaymentIntentRow
        query = select(func.count(), func.max(row.created_at)).where(
            row.provider.in_(("onchain", "x402")), row.watch_until > now
        )
        async with self._db.transaction() as session:
            count, newest = (await session.execute(query)).one()
            return int(count), newest

    async def listed(self, statuses: Iterable[str] = (), limit: int = 50) -> list[Stored]:
        """The newest payments, of these statuses only where any are named."""
        query = select(PaymentIntentRow).order_by(PaymentIntentRow.created_at.desc()).limit(limit)
        if wanted := tuple(statuses):
            query = query.where(PaymentIntentRow.status.in_(wanted))
        async with self._db.transaction() as session:
            return [_stored(row) for row in await session.scalars(query)]

    async def next_index(self, key: str) -> int:
        """An index below `key` that was never given out before."""
        for _attempt in range(3):
            async with self._db.transaction() as session:
                after = await session.scalar(
                    update(AddressCounterRow)
                    .where(AddressCounterRow.key == key)
                    .values(next_index=AddressCounterRow.next_index + 1)
                    .returning(AddressCounterRow.next_index)
                )
            if after is not None:
                return int(after) - 1
            try:
                async with self._db.transaction() as session:
                    await session.execute(insert(AddressCounterRow).values(key=key, next_index=1))
            except IntegrityError:  # another process made the row just now; count on it
                continue
            return 0
        raise Conflict("No address could be had just now; please try again.")

    async def tasks(self, payment_id: str | None = None) -> list[OpenTask]:
        """What the shop still must do, oldest first."""
        query = (
            select(PaymentTaskRow, PaymentIntentRow.order_id)
            .join(PaymentIntentRow, PaymentIntentRow.id == PaymentTaskRow.payment_id)
            .where(PaymentTaskRow.done_at.is_(None))
            .order_by(PaymentTaskRow.id)
        )
        if payment_id is not None:
            query = query.where(PaymentTaskRow.payment_id == payment_id)
        async with self._db.transaction() as session:
            return [
                OpenTask(row.id, row.payment_id, order, row.kind, row.about, row.text, row.created_at)
                for row, order in await session.execute(query)
            ]

    async def finish_task(self, task_id: int, now: datetime) -> None:
        """The shop has done it. Raises NotFound where there is no such open task."""
        async with self._db.transaction() as session:
            done = await session.execute(
                update(PaymentTaskRow)
                .where(PaymentTaskRow.id == task_id, PaymentTaskRow.done_at.is_(None))
                .values(done_at=now, done_by="shop")
            )
        if done.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult
            raise NotFound(f"There is no open task {task_id}.")


async def _known(session: AsyncSession, txs: set[str]) -> dict[tuple[str, str, int, str], bool]:
    """Whether facts of these transactions are orphaned, by their keys; no key where there is no fact yet."""
    known: dict[tuple[str, str, int, str], bool] = {}
    names = sorted(txs)
    for at in range(0, len(names), _IN_ONE_QUERY):
        some = names[at : at + _IN_ONE_QUERY]
        rows = await session.execute(select(*_KEY, TransferRow.orphaned).where(TransferRow.tx.in_(some)))
        known |= {(chain, tx, index, block): orphaned for chain, tx, index, block, orphaned in rows}
    return known


async def _transfers(session: AsyncSession, payment_id: str) -> list[Transfer]:
    rows = await session.scalars(
        select(TransferRow)
        .where(TransferRow.payment_id == payment_id)
        .order_by(TransferRow.block_number, TransferRow.log_index)
    )
    fields = [name for name in Transfer.model_fields if name != "value"]
    return [Transfer(value=int(row.value), **{name: getattr(row, name) for name in fields}) for row in rows]


async def _keep_tasks(
    session: AsyncSession, payment_id: str, tasks: tuple[ShopTask, ...], now: datetime
) -> None:
    """Open what is new, reword what changed, and close what the chain has resolved by itself."""
    rows = await session.scalars(select(PaymentTaskRow).where(PaymentTaskRow.payment_id == payment_id))
    known = {(row.kind, row.about): row for row in rows}
    for task in tasks:
        row = known.pop((task.kind, task.about), None)
        if row is None:
            values = task.model_dump() | {"payment_id": payment_id, "created_at": now}
            await session.execute(insert(PaymentTaskRow).values(**values))
        elif row.text != task.text or row.done_by == "chain":
            # More came, or it is true again: what the shop did before isn't enough any more.
            row.text, row.done_at, row.done_by = task.text, None, None
    for row in known.values():
        if row.done_at is None:
            row.done_at, row.done_by = now, "chain"


def _row(intent: PaymentIntent, idempotency_key: str) -> dict[str, Any]:
    quote = intent.quote
    return {name: getattr(intent, name) for name in _PLAIN} | {
        "idempotency_key": idempotency_key,
        "amount_minor": quote.amount.minor,
        "currency": quote.amount.currency,
        "asset": quote.asset.model_dump(mode="json") if quote.asset else None,
        "atomic_amount": str(quote.atomic_amount),
        "rate": str(quote.rate),
        "rate_source": quote.rate_source,
        "rate_at": quote.rate_at,
        "status": "awaiting_payment",
        "exception": "none",
        "received": "0",
        "surplus": "0",
        "confirmations": 0,
        "version": 0,
        "told_version": 0,
    }


def _stored(row: PaymentIntentRow) -> Stored:
    quote = Quote(
        amount=Money(minor=row.amount_minor, currency=row.currency),
        asset=Asset.model_validate(row.asset) if row.asset else None,
        atomic_amount=int(row.atomic_amount),
        rate=Decimal(row.rate),
        rate_source=row.rate_source,
        rate_at=row.rate_at,
    )
    plain = {name: getattr(row, name) for name in _PLAIN}
    intent = PaymentIntent.model_validate(plain | {"quote": quote})
    state = PaymentState.model_validate(
        {
            "status": row.status,
            "exception": row.exception,
            "received": int(row.received),
            "surplus": int(row.surplus),
            "confirmations": row.confirmations,
        }
    )
    return Stored(intent, state, row.version, row.told_version)
