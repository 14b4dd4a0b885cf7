"""Pytest collects every YAML file below a folder named `dialogs` and plays it against an app in this process.

Knows nothing about how a shop is built: a conftest registers one factory per catalog.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.text import Text

from shopper.dialogs.player import play
from shopper.dialogs.reading import read_dialog
from shopper.dialogs.report import DialogResult, failure
from shopper.dialogs.staging import Stage
from shopper.errors import DialogError

App = Callable[..., Awaitable[None]]  # an ASGI application
AppFactory = Callable[[], App | Awaitable[App] | AbstractAsyncContextManager[App]]

_factories: dict[str, AppFactory] = {}
_TIMEOUT_S = 60.0


def register_app(catalog: str, factory: AppFactory) -> None:
    """Dialogs of `catalog` are played against what `factory()` returns, built once, at the first of them.

    The factory may be async or an async context manager, which is left at the end of the session, and may
    call `pytest.skip(reason)` where the catalog's data is absent.
    """
    _factories[catalog] = factory


@contextlib.asynccontextmanager
async def running(app: App) -> AsyncIterator[httpx.AsyncClient]:
    """A client of `app`, started and stopped by the ASGI lifespan protocol in a task of its own."""
    inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    outbox: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
    life = asyncio.create_task(_live(app, scope, inbox, outbox))
    await inbox.put({"type": "lifespan.startup"})
    answer = await outbox.get()
    if answer["type"] != "lifespan.startup.complete":
        await asyncio.gather(life, return_exceptions=True)
        raise RuntimeError(f"the app didn't start: {answer.get('message') or 'no reason given'}")
    transport = httpx.ASGITransport(app=app)
    try:
        async with httpx.AsyncClient(
            transport=transport, base_url="http://localhost", timeout=_TIMEOUT_S
        ) as client:
            yield client
    finally:
        await inbox.put({"type": "lifespan.shutdown"})
        await life


async def _live(
    app: App,
    scope: dict[str, Any],
    inbox: asyncio.Queue[dict[str, Any]],
    outbox: asyncio.Queue[Mapping[str, Any]],
) -> None:
    try:
        await app(scope, inbox.get, outbox.put)
    except Exception as error:
        await outbox.put({"type": "lifespan.startup.failed", "message": repr(error)})
        raise


class DialogApps:
    """The apps of a test session, each started when its first dialog is played, all in one event loop."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._stack = contextlib.AsyncExitStack()
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._stages: dict[str, Stage | None] = {}
        self._skipped: dict[str, str] = {}

    def play(self, path: Path) -> DialogResult:
        """The dialog in `path`, played; skips where its shop's data is absent."""
        return self._runner.run(self._play(path))

    def close(self) -> None:
        self._runner.run(self._stack.aclose())
        self._runner.close()

    async def _play(self, path: Path) -> DialogResult:
        dialog = read_dialog(path)
        client = await self._client(dialog.catalog)
        return await play(dialog, path, client=client, stage=self._stages[dialog.catalog])

    async def _client(self, catalog: str) -> httpx.AsyncClient:
        if catalog in self._skipped:
            pytest.skip(self._skipped[catalog])
        if catalog not in self._clients:
            if catalog not in _factories:
                known = ", ".join(sorted(_factories)) or "none"
                raise DialogError(f"no app is registered for the catalog {catalog!r}; registered: {known}")
            try:
                app = await self._made(_factories[catalog]())
            except pytest.skip.Exception as skipped:
                # Building may be slow; it isn't tried again for every dialog.
                self._skipped[catalog] = skipped.msg or f"the catalog {catalog!r} is absent"
                raise
            self._stages[catalog] = _stage_of(app)
            self._clients[catalog] = await self._stack.enter_async_context(running(app))
        return self._clients[catalog]

    async def _made(self, made: App | Awaitable[App] | AbstractAsyncContextManager[App]) -> App:
        if isinstance(made, AbstractAsyncContextManager):
            return await self._stack.enter_async_context(made)
        return await made if inspect.isawaitable(made) else made


def _stage_of(app: App) -> Stage | None:
    # The whole shop is loaded with it: not before there is a dialog to play.
    from shopper.dialogs.open_shop import stage_of

    return stage_of(app)


_APPS = pytest.StashKey[DialogApps]()


class DialogFailed(Exception):
    """A dialog whose checks didn't all hold."""

    def __init__(self, result: DialogResult) -> None:
        super().__init__(Text.from_markup(failure(result)).plain)


class DialogFile(pytest.File):
    """One YAML file."""

    def collect(self) -> Iterator[DialogItem]:
        yield DialogItem.from_parent(self, name=self.path.stem)


class DialogItem(pytest.Item):
    """One dialog as a test."""

    def runtest(self) -> None:
        result = self.session.stash[_APPS].play(self.path)
        if not result.passed:
            raise DialogFailed(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, DialogFailed | DialogError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style=style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"dialog {self.name}"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> DialogFile | None:
    """A YAML file below a folder named `dialogs` is a dialog."""
    # Above the project a folder may be called anything.
    root = parent.config.rootpath
    folders = file_path.relative_to(root).parts[:-1] if file_path.is_relative_to(root) else ()
    if file_path.suffix == ".yaml" and "dialogs" in folders:
        return DialogFile.from_parent(parent, path=file_path)
    return None


def pytest_sessionstart(session: pytest.Session) -> None:
    session.stash[_APPS] = DialogApps()


def pytest_sessionfinish(session: pytest.Session) -> None:
    session.stash[_APPS].close()
