"""payments watch, show, rescan and done: what a shop looks after where money comes in.

Parses arguments and prints; the work is the checkout room's.
"""

from __future__ import annotations

import json
import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopper.cli.common import AsJson, Data, run, settings_of, sql_of
from shopper.settings import Settings

if TYPE_CHECKING:
    from shopper.checkout.payments.payments import Payments
    from shopper.checkout.payments.provider import PaymentView
    from shopper.checkout.payments.watcher import Poll

app = typer.Typer(
    help="Payments: watch chains, look at what came, and what is left to do.", no_args_is_help=True
)

Which = Annotated[str, typer.Argument(help="the id of a payment or an order, or how it begins")]


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Payments]:
    """The payments of a data folder; no vectors, no model, so a serving shop isn't disturbed."""
    from shopper.products.store import ProductStore
    from shopper.shop import open_payments

    async with sql_of(settings) as db:
        payments = open_payments(settings, db, await ProductStore(db).currency())
        try:
            yield payments
        finally:
            await payments.close()


@app.command()
def watch(
    once: Annotated[bool, typer.Option("--once", help="look once and stop")] = False, data: Data = None
) -> None:
    """Watch the chains in a process of its own; a serving shop watches by itself.

    What is found here reaches the order when the server next looks, within seconds.
    """

    async def work() -> None:
        from shopper.checkout.payments.watcher import Watcher

        async with _opened(settings_of(data)) as payments:
            watcher = Watcher(payments, owner=secrets.token_hex(8))
            if once:
                for poll in await watcher.poll():
                    print(_poll_line(poll))
                return
            await watcher.run(lambda poll: print(_poll_line(poll), flush=True))

    run(work())


@app.command()
def show(
    which: Annotated[
        str | None, typer.Argument(help="one payment; all open ones and tasks without it")
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Show payments and what the shop must do about them."""

    async def work() -> None:
        from shopper.checkout.payments.payments import found_by

        async with _opened(settings_of(data)) as payments:
            views = [await payments.view(stored) for stored in await payments.store.listed(limit=500)]
            if which is not None:
                views = [found_by(views, which)]
            tasks = await payments.tasks(views[0].id if which is not None else None)
            if as_json:
                shown = [view.model_dump(mode="json") for view in views]
                jobs = [task._asdict() | {"created_at": task.created_at.isoformat()} for task in tasks]
                print(json.dumps({"payments": shown, "tasks": jobs}))
                return
            for view in views:
                print(_line(view))
                if which is not None:
                    print(_details(view))
            print(
                "\n".join(f"task {task.id}: {task.payment_id}: {task.text}" for task in tasks) or "No tasks."
            )

    run(work())


@app.command()
def rescan(which: Which, data: Data = None) -> None:
    """Look a payment up on its chain anew, whatever the watcher has seen."""

    async def work() -> None:
        from shopper.checkout.payments.payments import found_by

        async with _opened(settings_of(data)) as payments:
            views = [await payments.view(stored) for stored in await payments.store.listed(limit=500)]
            print(_line(await payments.rescan(found_by(views, which).id)))

    run(work())


@app.command()
def done(
    task: Annotated[int, typer.Argument(help="the number of a task that was done")], data: Data = None
) -> None:
    """Say that the shop has done a task: sent money back, taken a late payment, held a parcel."""

    async def work() -> None:
        async with _opened(settings_of(data)) as payments:
            await payments.store.finish_task(task, payments.clock())
            print(f"Task {task} is done.")

    run(work())


def _line(view: PaymentView) -> str:
    note = "" if view.exception == "none" else f" ({view.exception})"
    return f"{view.id}  order {view.order_id}  {view.display_amount:>18}  {view.status}{note}"


def _details(view: PaymentView) -> str:
    lines = [
        f"  {view.message}",
        f"  address {view.address or '–'}, valid until {view.expires_at:%Y-%m-%d %H:%M} UTC",
    ]
    lines += [f"  {tx.hash}, {tx.confirmations} confirmations" for tx in view.tx]
    return "\n".join(lines)


def _poll_line(poll: Poll) -> str:
    if poll.held_by_other:
        return f"{poll.chain}: another process watches"
    if poll.error:
        return f"{poll.chain}: {poll.error}"
    fork = "" if poll.fork is None else f", reorganised after {poll.fork}"
    return f"{poll.chain}: block {poll.number}, {poll.found} transfers, {poll.changed} payments changed{fork}"


def bench_payments(
    rpc: Annotated[
        str | None, typer.Option(help="a development chain (anvil); a test token is put on it, nothing else")
    ] = None,
    invoices: Annotated[int, typer.Option(min=1, help="how many are open at once")] = 1000,
    as_json: AsJson = False,
) -> None:
    """Time an address, a look at many open invoices and a signed payment; without --rpc, the sandbox."""

    async def work(folder: Path) -> None:
        from shopper.bench.local_chain import Fair, LocalChain
        from shopper.bench.payments import bench, render
        from shopper.checkout.payments.build import build_payments
        from shopper.checkout.payments.config import PaymentsConfig
        from shopper.database import Database
        from shopper.shop import random_id, utc_now

        fair = Fair(LocalChain(rpc), "EUR") if rpc is not None else None
        db = await Database.open_folder(folder)
        payments = build_payments(
            db,
            fair.config if fair else PaymentsConfig(),
            currency="EUR",
            sandbox=fair is None,
            clock=utc_now,
            ids=random_id,
            facilitator=fair.facilitator if fair else None,
        )
        try:
            figures = await bench(
                payments,
                method=fair.method if fair else "sandbox",
                currency="EUR",
                invoices=invoices,
                new_block=fair.new_block if fair else None,
                pay=fair.payer(payments) if fair else None,
            )
        finally:
            await payments.close()
            await db.close()
        if not as_json:
            print(render(figures))
        print(json.dumps(figures.as_json()))

    with tempfile.TemporaryDirectory(prefix="shopper-bench-") as folder:
        run(work(Path(folder)))
