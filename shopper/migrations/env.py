"""Runs the migrations on the connection that `Database.open` hands over.

Knows nothing about settings or URLs.
"""

from alembic import context

from shopper.database import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
