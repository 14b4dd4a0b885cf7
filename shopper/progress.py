"""Progress bars for long work, on stderr.

Knows nothing about what is being done; it is told a step's name and counts.
"""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

_NAMES = {
    "reading": "reading the feed",
    "photos": "reading pictures",
    "writing": "writing",
    "embed": "encoding",
}


class Bars:
    """One bar a step; use as a context manager and call `update(step, done, total)`."""

    def __init__(self, *, enabled: bool) -> None:
        self._progress = Progress(
            TextColumn("{task.description:>18}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not enabled,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Bars:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def update(self, step: str, done: int, total: int | None) -> None:
        if step not in self._tasks:
            self._tasks[step] = self._progress.add_task(_NAMES.get(step, step), total=total)
        self._progress.update(self._tasks[step], completed=done, total=total)
