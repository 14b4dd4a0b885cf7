"""Signed authorizations in SQL: claimed before they are broadcast, kept until their fate is known.

Knows nothing about signatures, facilitators or chains.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from shopper.checkout.payments.tables import PaymentIntentRow, X402AuthorizationRow
from shopper.database import Database


class Authorization(NamedTuple):
    """One signed authorization of a payer for a payment."""

    payment_id: str
    nonce: str
    payer: str
    valid_before: datetime
    status: str
    tx: str | None
    payload: dict[str, Any]
    created_at: datetime


class Authorizations:
    """Reads and writes authorizations; one of a payment can be claimed at a time."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def claim(self, wanted: Authorization, now: datetime) -> bool:
        """Take the payment for this authorization, and keep it, in one commit; False where it is taken."""
        free = (
            PaymentIntentRow.id == wanted.payment_id,
            PaymentIntentRow.status == "awaiting_payment",
            PaymentIntentRow.claim.is_(None),
            PaymentIntentRow.canceled_at.is_(None),
            PaymentIntentRow.expires_at > now,
        )
        try:
            async with self._db.transaction() as session:
                done = await session.execute(update(PaymentIntentRow).where(*free).values(claim=wanted.nonce))
                if done.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult
                    return False
                await session.execute(insert(X402AuthorizationRow).values(**wanted._asdict()))
        except IntegrityError:  # this very authorization was tried before, and failed
            return False
        return True

    async def get(self, payment_id: str, nonce: str) -> Authorization | None:
        async with self._db.transaction() as session:
            row = await session.get(X402AuthorizationRow, (payment_id, nonce))
            return _authorization(row) if row is not None else None

    async def claimed(self, before: datetime) -> list[Authorization]:
        """Those made before `before` whose fate isn't known."""
        query = select(X402AuthorizationRow).where(
            X402AuthorizationRow.status == "claimed", X402AuthorizationRow.created_at <= before
        )
        async with self._db.transaction() as session:
            return [_authorization(row) for row in await session.scalars(query)]

    async def finish(
        self, payment_id: str, nonce: str, status: str, *, tx: str | None = None, reason: str | None = None
    ) -> None:
        """Write its fate: settled, or failed, which frees the payment for another one."""
        here = (X402AuthorizationRow.payment_id == payment_id, X402AuthorizationRow.nonce == nonce)
        async with self._db.transaction() as session:
            values: dict[str, Any] = {"status": status, "reason": reason}
            if tx is not None:
                values["tx"] = tx
            await session.execute(update(X402AuthorizationRow).where(*here).values(**values))
            if status == "failed":
                await session.execute(
                    update(PaymentIntentRow)
                    .where(PaymentIntentRow.id == payment_id, PaymentIntentRow.claim == nonce)
                    .values(claim=None)
                )


def _authorization(row: X402AuthorizationRow) -> Authorization:
    return Authorization(*(getattr(row, name) for name in Authorization._fields))
