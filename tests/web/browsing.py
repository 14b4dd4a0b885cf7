"""What all browser tests share: a Chromium for the length of a block, and axe's findings on a page.

Knows nothing about what is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.web.chromium import FLAGS, find
from tests.web.stage import WIDGET

_AXE = WIDGET / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's Chromium; skips where there is none."""
    path = find()
    if path is None:
        pytest.skip("no Chromium on this machine; `python tests/web/chromium.py` tries to install one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def axe(page: Page, within: str | None = "personal-shopper") -> list[str]:
    """What axe finds wrong by WCAG 2.2 A and AA and its best practices; `within` None is the whole page."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_script())
    found = page.evaluate(
        """async ([within, rules]) => (await axe.run(within ?? document, { runOnly: rules })).violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`)""",
        [within, _RULES],
    )
    return [str(one) for one in found]


@cache
def _script() -> str:
    if not _AXE.is_file():
        pytest.skip("axe-core is a development dependency of the widget: `npm ci` in shopper/web/widget")
    return _AXE.read_text(encoding="utf-8")
