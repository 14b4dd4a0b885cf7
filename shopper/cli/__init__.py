"""The `shopper` command: one module for each group of commands.

Parses arguments and prints; every command's work is another room's.
"""

from __future__ import annotations

import logging
import sys

import typer

from shopper.cli import (
    bench,
    care,
    catalog,
    dialogs,
    encoders,
    export,
    keys,
    openapi,
    payments,
    pictures,
    report,
    talk,
)
from shopper.errors import ShopperError

app = typer.Typer(
    help="A conversational personal shopper for fashion shops.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for group in (talk, catalog, pictures, report, care, encoders):
    app.add_typer(group.app)
app.add_typer(dialogs.app, name="dialogs")
app.add_typer(bench.app, name="bench")
app.add_typer(export.app, name="export")
app.add_typer(keys.app, name="keys")
app.add_typer(payments.app, name="payments")
app.add_typer(keys.erasing)
app.add_typer(openapi.app)


def main() -> None:
    """The console script: errors a person can understand are one line and exit 1."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        app()
    except ShopperError as error:
        print(error.message, file=sys.stderr)
        sys.exit(1)
