"""Pytest itself collects dialogs: run in a session of its own, as a developer's project would."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

pytestmark = pytest.mark.slow

pytest_plugins = ["pytester"]

CONFTEST = """
    import pytest
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Route
    from contextlib import asynccontextmanager
    from pathlib import Path

    from shopper.dialogs.plugin import register_app

    pytest_plugins = ["shopper.dialogs.plugin"]

    def shop():
        async def chat(request):
            words = (await request.json())["message"]["text"]
            return JSONResponse({"thread_id": "t", "text": words.upper(), "query": {"category": "dress"}})

        @asynccontextmanager
        async def life(app):
            with Path("log").open("a") as log: log.write("up ")
            yield
            with Path("log").open("a") as log: log.write("down ")

        return Starlette(routes=[Route("/v1/chat", chat, methods=["POST"])], lifespan=life)

    @asynccontextmanager
    async def opened():
        yield shop()
        with Path("log").open("a") as log: log.write("closed ")

    async def luma():
        pytest.skip("the Luma data is absent")

    register_app("demo", shop)
    register_app("luma", luma)
    register_app("opened", opened)
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeconftest(dedent(CONFTEST))
    pytester.mkdir("dialogs")
    return pytester


def dialog(project: pytest.Pytester, name: str, text: str, folder: str = "dialogs") -> None:
    path = project.path / folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(dedent(text), encoding="utf-8")


def run(project: pytest.Pytester) -> pytest.RunResult:
    return project.runpytest_subprocess("-p", "no:cacheprovider", "-rs")


def test_dialogs_are_items_of_one_app_that_is_started_and_stopped_once(project: pytest.Pytester) -> None:
    dialog(project, "a.yaml", "name: a\nturns: [{shopper: hi, expect: {query: {category: dress}}}]")
    dialog(project, "b.yaml", "name: b\nturns: [{shopper: hi, expect: {reply: {mentions: HI}}}]")
    dialog(project, "other.yaml", "no: dialog", folder="settings")

    result = run(project)

    result.assert_outcomes(passed=2)
    assert Path(project.path / "log").read_text() == "up down "


def test_an_app_may_be_opened_and_closed_with_the_session(project: pytest.Pytester) -> None:
    dialog(project, "a.yaml", "name: a\ncatalog: opened\nturns: [{shopper: hi}]")

    result = run(project)

    result.assert_outcomes(passed=1)
    assert Path(project.path / "log").read_text() == "up down closed "


def test_a_failed_dialog_is_reported_as_a_diff_without_a_traceback(project: pytest.Pytester) -> None:
    dialog(project, "a.yaml", "name: A dress\nturns: [{shopper: hi, expect: {query: {category: coat}}}]")

    result = run(project)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*A dress*", "*turn 1: “hi”*", "*query.category*", "*expected coat*", "*got*dress*"]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_dialog_that_cannot_be_read_is_reported_by_file_and_key(project: pytest.Pytester) -> None:
    dialog(project, "a.yaml", "name: a\nturns: [{shoper: hi}]")

    result = run(project)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*a.yaml:2: turns*: unknown key 'shoper'; did you mean 'shopper'?*"])


def test_dialogs_of_a_shop_whose_data_is_absent_are_skipped_with_the_reason(project: pytest.Pytester) -> None:
    dialog(project, "a.yaml", "name: a\ncatalog: luma\nturns: [{shopper: hi}]")
    dialog(project, "b.yaml", "name: b\ncatalog: luma\nturns: [{shopper: hi}]")

    result = run(project)

    result.assert_outcomes(skipped=2)
    result.stdout.fnmatch_lines(["*the Luma data is absent*"])


def test_a_shop_nobody_registered_fails_instead_of_being_passed_over(project: pytest.Pytester) -> None:
    dialog(project, "a.yaml", "name: a\ncatalog: elsewhere\nturns: [{shopper: hi}]")

    result = run(project)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*no app is registered for the catalog 'elsewhere'; registered: demo, luma, opened*"]
    )
