"""What became of the dialogs, as values for JSON and as a table with a readable diff for people.

Knows nothing about HTTP or how a dialog is played.
"""

from __future__ import annotations

import io
from typing import Any

from pydantic import Field, computed_field
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from shopper.dialogs.exchange import Check
from shopper.types import Value


class TurnResult(Value):
    """One turn and its checks; `number` is "end" for what holds after the last turn."""

    number: str
    shopper: str
    reply: str = ""
    cards: tuple[str, ...] = ()
    query: dict[str, Any] = Field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    ms: float = 0.0

    @property
    def failed(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if not check.ok)


class DialogResult(Value):
    """One dialog; `error` says why it couldn't be read or played to its end."""

    path: str
    name: str
    catalog: str
    turns: tuple[TurnResult, ...] = ()
    error: str | None = None
    seconds: float = 0.0

    @computed_field  # type: ignore[prop-decorator]  # mypy can't see through pydantic's stacked decorators
    @property
    def passed(self) -> bool:
        return self.error is None and not any(turn.failed for turn in self.turns)

    @property
    def checks(self) -> tuple[Check, ...]:
        return tuple(check for turn in self.turns for check in turn.checks)


class DialogReport(Value):
    """All dialogs of a run, in the order they were played."""

    dialogs: tuple[DialogResult, ...] = ()
    left_out: tuple[str, ...] = ()  # files of dialogs that change the shop, where it may not be changed

    @computed_field  # type: ignore[prop-decorator]  # mypy can't see through pydantic's stacked decorators
    @property
    def passed(self) -> bool:
        """Whether there was something to play and all of it held."""
        return bool(self.dialogs) and all(dialog.passed for dialog in self.dialogs)

    def as_json(self) -> dict[str, Any]:
        """As one JSON object: every dialog with its turns, queries, cards and checks."""
        return self.model_dump(mode="json")


def render(report: DialogReport, *, color: bool = False, width: int = 120) -> str:
    """A table of the dialogs, then every failed check under its turn with expected and got."""
    console = Console(file=io.StringIO(), force_terminal=color, width=width, highlight=False)
    with console.capture() as capture:
        if report.dialogs:
            console.print(_table(report))
        for dialog in report.dialogs:
            if not dialog.passed:
                console.print(failure(dialog), soft_wrap=True)
        console.print(_summary(report))
    return capture.get()


def failure(dialog: DialogResult) -> str:
    """What went wrong in one dialog, turn by turn, in rich's markup."""
    lines = [f"\n[bold red]✗ {escape(dialog.name)}[/] [dim]{escape(dialog.path)}[/]"]
    for turn in dialog.turns:
        if not turn.failed:
            continue
        said = f"turn {turn.number}: “{turn.shopper}”" if turn.number != "end" else "at the end"
        lines.append(f"  [bold]{escape(said)}[/]")
        for check in turn.failed:
            lines.append(f"    [yellow]{escape(check.path)}[/]")
            lines.append(f"      [green]expected[/] {escape(check.expected)}")
            lines.append(f"      [red]got     [/] {escape(check.got)}")
        if turn.reply:
            lines.append(f"    [dim]the shop said: {escape(' '.join(turn.reply.split()))}[/]")
    if dialog.error is not None:
        lines.append(f"  {escape(dialog.error)}")
    return "\n".join(lines)


def _table(report: DialogReport) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    table.add_column("dialog", overflow="fold")
    table.add_column("shop")
    for heading in ("turns", "checks", "failed", "seconds"):
        table.add_column(heading, justify="right")
    for dialog in report.dialogs:
        failed = sum(not check.ok for check in dialog.checks)
        turns = sum(turn.number != "end" for turn in dialog.turns)
        table.add_row(
            "[green]✓[/]" if dialog.passed else "[red]✗[/]",
            escape(dialog.name),
            escape(dialog.catalog),
            str(turns),
            str(len(dialog.checks)),
            str(failed) if failed else "error" if dialog.error else "",
            f"{dialog.seconds:.2f}",
        )
    return table


def _summary(report: DialogReport) -> str:
    left_out = f" {len(report.left_out)} that change the shop were left out." if report.left_out else ""
    if not report.dialogs:
        return f"No dialogs were found.{left_out}"
    passed = sum(dialog.passed for dialog in report.dialogs)
    turns = sum(turn.number != "end" for dialog in report.dialogs for turn in dialog.turns)
    checks = sum(len(dialog.checks) for dialog in report.dialogs)
    seconds = sum(dialog.seconds for dialog in report.dialogs)
    played = f"{turns} turns, {checks} checks, {seconds:.1f} s"
    return f"\n{passed} of {len(report.dialogs)} dialogs passed: {played}.{left_out}"
