"""Fixtures every room shares: where the real data lies, if it does, and a fixed clock."""

from __future__ import annotations

import os
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
