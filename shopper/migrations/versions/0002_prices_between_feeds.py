"""prices between feeds, and rows that are recognised unread

Revision: 0002 after 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain ADD COLUMN: SQLite would otherwise copy the table, and cascade its variants away.
    op.add_column("products", sa.Column("prices_revision", sa.Integer(), server_default="0", nullable=False))
    op.add_column("products", sa.Column("row_hash", sa.String(length=64), nullable=True))
    op.create_index("ix_products_prices_revision", "products", ["prices_revision"])
    op.create_index("ix_products_position_id", "products", ["position", "id"])
    op.create_index("ix_variants_sku", "variants", ["sku"])


def downgrade() -> None:
    op.drop_index("ix_variants_sku", table_name="variants")
    op.drop_index("ix_products_position_id", table_name="products")
    op.drop_index("ix_products_prices_revision", table_name="products")
    op.drop_column("products", "row_hash")
    op.drop_column("products", "prices_revision")
