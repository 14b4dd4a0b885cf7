"""`python -m shopper` is the `shopper` command."""

from shopper.cli import main

main()
