"""report: what shoppers asked for and the shop didn't have, for buyers and planners.

Parses arguments and prints; the counting is the demand room's.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from shopper.cli.common import AsJson, Data, must_hold_a_shop, run, settings_of, sql_of

if TYPE_CHECKING:
    from shopper.demand.report import DemandReport

app = typer.Typer()


@app.command()
def report(
    since: Annotated[str, typer.Option(help="how far back: 30d, 12w, 6m, 1y or a date")] = "30d",
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Show what shoppers asked for and didn't find: unmet demand, missed sizes, price gaps; counts alone."""

    async def work() -> None:
        from shopper.demand.report import demand_report, first_day
        from shopper.products.store import ProductStore
        from shopper.products.taxonomy import Taxonomy
        from shopper.shop import utc_now

        settings = settings_of(data)
        today = utc_now().date()
        start = first_day(since, today)
        must_hold_a_shop(settings)
        async with sql_of(settings) as db:
            currency = await ProductStore(db).currency()
            found = await demand_report(db, Taxonomy.load(), since=start, until=today, currency=currency)
        if as_json:
            print(json.dumps(found.model_dump(mode="json"), ensure_ascii=False))
            return
        show(found, Console())

    run(work())


def show(found: DemandReport, console: Console) -> None:
    """The report as tables; a table without rows isn't shown."""
    console.print(
        f"{found.finds} {'find' if found.finds == 1 else 'finds'} from {found.since} to {found.until}: "
        f"{found.nothing} showed nothing, {found.weak} were no better than a guess."
    )
    if not found.finds:
        console.print("Nothing is recorded yet: it fills as shoppers ask.")
        return
    tables = (
        _table(
            "Asked for and not found",
            ("what", "value", "among", "finds"),
            [(u.field, u.value, u.among or "", str(u.count)) for u in found.unmet],
        ),
        _table(
            "Words nobody sells",
            ("word", "conversations"),
            [(w.word, str(w.conversations)) for w in found.unsold_words],
        ),
        _table(
            "Sizes missed",
            ("size", "category", "finds"),
            [(s.size, s.category or "any", str(s.count)) for s in found.sizes_missed],
        ),
        _table(
            "Price gaps",
            ("category", "budget", "cheapest today", "finds"),
            [
                (g.category or "any", str(g.budget), str(g.cheapest or "none in stock"), str(g.count))
                for g in found.price_gaps
            ],
        ),
        _table(
            "Relaxed most",
            ("wish", "value", "finds"),
            [(r.field, r.value, str(r.count)) for r in found.relaxed],
        ),
        _table(
            "Changed after seeing results",
            ("constraint", "times"),
            [(r.field, str(r.count)) for r in found.refined],
        ),
        _table(
            "By week",
            ("week of", "finds", "nothing", "rate", "guesses"),
            [
                (w.week, str(w.finds), str(w.nothing), f"{100 * w.rate:.0f} %", str(w.weak))
                for w in found.weeks
            ],
        ),
    )
    for table in tables:
        if table.row_count:
            console.print(table)


def _table(title: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right" if column in _NUMBERS else "left")
    for row in rows:
        table.add_row(*row)
    return table


_NUMBERS = frozenset(
    {"finds", "conversations", "times", "nothing", "rate", "guesses", "budget", "cheapest today"}
)
