"""Finds a Chromium for the browser tests, or installs one; says in one line what it found.

Knows nothing about what is tested with it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """The path of a browser: SHOPPER_CHROMIUM, one on the PATH, or one that playwright downloaded."""
    given = os.environ.get("SHOPPER_CHROMIUM")
    if given:
        return given
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found:
        return found
    cache = Path.home() / ".cache" / "ms-playwright"
    return next((str(p) for p in sorted(cache.glob("chromium-*/chrome-linux*/chrome"))), None)


def install() -> str | None:
    """Try Debian's package (as root), then playwright's download; None where neither can be had."""
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get") and os.geteuid() == 0:
        attempts.insert(0, ["sh", "-c", "apt-get update -qq && apt-get install -y -qq chromium"])
    for command in attempts:
        try:
            subprocess.run(command, capture_output=True, timeout=300, check=True)
        except (subprocess.SubprocessError, OSError):
            continue
        if path := find():
            return path
    return None


if __name__ == "__main__":
    path = find() or install()
    print(f"browser tests use {path}" if path else "no Chromium could be had; browser tests will be skipped")
