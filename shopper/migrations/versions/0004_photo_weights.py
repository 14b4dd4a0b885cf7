"""how much each photo of a mood board counts

Revision: 0004 after 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("photos", sa.Column("weight", sa.Float(), server_default="1", nullable=False))


def downgrade() -> None:
    op.drop_column("photos", "weight")
