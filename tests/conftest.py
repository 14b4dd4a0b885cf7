"""Fixtures every room shares: where the real data lies, if it does, and a fixed clock."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("SHOPPER_SHARED", ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the repository; tests that need it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the real data folder (../shared/data or SHOPPER_SHARED) is absent")
    return SHARED


@pytest.fixture(scope="session")
def demo_catalog() -> Path:
    """The folder of the demo shop."""
    return ROOT / "catalog"


@pytest.fixture(scope="session")
def shop_folder(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """Gives a fresh copy of a loaded shop's data folder: `shop_folder("demo")` or `"luma"`."""
    from tests.shops import copy_of, everyone

    shared_by_all = everyone(pytestconfig)
    return lambda name: copy_of(name, shared_by_all, tmp_path_factory.mktemp(name) / "data")


@pytest.fixture
def demo_data(shop_folder: Callable[[str], Path]) -> Path:
    """A data folder of its own with the demo shop; made before a test's loop runs."""
    return shop_folder("demo")


@pytest.fixture(scope="session")
def demo_url(shop_folder: Callable[[str], Path]) -> Iterator[str]:
    """A running server over the demo shop, one for each worker."""
    from tests.servers import shopper_serve

    with shopper_serve(shop_folder("demo")) as url:
        yield url


def pytest_configure(config: pytest.Config) -> None:
    from shopper.dialogs.plugin import register_app
    from tests.shops import dialog_app

    for name in ("demo", "luma"):
        register_app(name, partial(dialog_app, name, config))


def pytest_runtest_setup() -> None:
    # A library that tests use (py-evm) lets the whole process recurse twelve times as deep, at which deeply
    # nested JSON overflows the C stack instead of being refused.
    sys.setrecursionlimit(1000)
