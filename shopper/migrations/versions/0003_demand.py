"""what shoppers asked for, as counts that are nobody's

Revision: 0003 after 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "demand",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("weak", sa.Boolean(), nullable=False),
        sa.Column("absence_reason", sa.String(length=16), nullable=True),
        sa.Column("absence_field", sa.String(length=32), nullable=True),
        sa.Column("absence_value", sa.String(length=64), nullable=True),
        sa.Column("relaxed", sa.JSON(), nullable=False),
        sa.Column("refined", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("demand", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_demand_day"), ["day"], unique=False)

    op.create_table(
        "demand_words",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("word", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "demand_heard",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("speaker", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("key", "day", "speaker"),
    )
    with op.batch_alter_table("demand_heard", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_demand_heard_day"), ["day"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("demand_heard", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_demand_heard_day"))

    op.drop_table("demand_heard")
    op.drop_table("demand_words")
    with op.batch_alter_table("demand", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_demand_day"))

    op.drop_table("demand")
