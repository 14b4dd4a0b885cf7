"""payment intents, transfers and the watcher's cursor

Revision: 0007 after 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "payment_intents",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("idempotency_key", sa.String(length=255), nullable=False),
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("asset", sa.JSON(), nullable=True),
        sa.Column("atomic_amount", sa.String(length=80), nullable=False),
        sa.Column("rate", sa.String(length=80), nullable=False),
        sa.Column("rate_source", sa.Text(), nullable=False),
        sa.Column("rate_at", _TIME, nullable=False),
        sa.Column("chain", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("address_index", sa.Integer(), nullable=True),
        sa.Column("confirmations_needed", sa.Integer(), nullable=False),
        sa.Column("finalized", sa.Boolean(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("watch_until", _TIME, nullable=False),
        sa.Column("settled_at", _TIME, nullable=True),
        sa.Column("canceled_at", _TIME, nullable=True),
        sa.Column("refunded_at", _TIME, nullable=True),
        sa.Column("claim", sa.String(length=80), nullable=True),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("exception", sa.String(length=16), nullable=False),
        sa.Column("received", sa.String(length=80), nullable=False),
        sa.Column("surplus", sa.String(length=80), nullable=False),
        sa.Column("confirmations", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("told_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("order_id", name="uq_payment_intents_order_id"),
        sa.UniqueConstraint("address", name="uq_payment_intents_address"),
    )
    op.create_index("ix_payment_intents_watch", "payment_intents", ["provider", "watch_until", "created_at"])
    op.create_index("ix_payment_intents_moving", "payment_intents", ["chain", "status"])
    untold = sa.text("told_version < version")
    op.create_index(
        "ix_payment_intents_untold", "payment_intents", ["id"], sqlite_where=untold, postgresql_where=untold
    )
    op.create_table(
        "transfers",
        sa.Column("chain", sa.String(length=32), nullable=False),
        sa.Column("tx", sa.String(length=80), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("block_hash", sa.String(length=80), nullable=False),
        sa.Column("payment_id", sa.String(length=64), nullable=False),
        sa.Column("block_number", sa.Integer(), nullable=False),
        sa.Column("mined_at", _TIME, nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.Column("recipient", sa.String(length=64), nullable=False),
        sa.Column("sender", sa.String(length=64), nullable=False),
        sa.Column("contract", sa.String(length=64), nullable=True),
        sa.Column("symbol", sa.String(length=16), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(length=80), nullable=False),
        sa.Column("orphaned", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "tx", "log_index", "block_hash"),
    )
    op.create_index("ix_transfers_payment_id", "transfers", ["payment_id"])
    op.create_index("ix_transfers_chain_block", "transfers", ["chain", "block_number"])
    op.create_table(
        "chain_cursor",
        sa.Column("chain", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("head", sa.Integer(), nullable=False),
        sa.Column("finalized", sa.Integer(), nullable=True),
        sa.Column("seen_until", _TIME, nullable=False),
        sa.Column("recent", sa.JSON(), nullable=False),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("chain"),
    )
    op.create_table(
        "address_counters",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("next_index", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "x402_authorizations",
        sa.Column("payment_id", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=80), nullable=False),
        sa.Column("payer", sa.String(length=64), nullable=False),
        sa.Column("valid_before", _TIME, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("tx", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.String(length=80), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("payment_id", "nonce"),
    )
    op.create_table(
        "payment_tasks",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("payment_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("about", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("done_at", _TIME, nullable=True),
        sa.Column("done_by", sa.String(length=16), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("payment_id", "kind", "about", name="uq_payment_tasks_kind"),
    )
    op.create_index("ix_payment_tasks_payment_id", "payment_tasks", ["payment_id"])


def downgrade() -> None:
    for table in (
        "payment_tasks",
        "x402_authorizations",
        "address_counters",
        "chain_cursor",
        "transfers",
        "payment_intents",
    ):
        op.drop_table(table)
