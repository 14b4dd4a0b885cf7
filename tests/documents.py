"""The code blocks of a page of documentation, for tests that run what readers are told to run.

Knows nothing about what the blocks do.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.conftest import ROOT


def blocks(page: str, language: str, *, below: str = "") -> list[str]:
    """The code of one language in `page`, a path in the repository; with `below`, of that heading alone."""
    return [code for heading, name, code in _fenced(page) if name == language and heading.startswith(below)]


def _fenced(page: str) -> Iterator[tuple[str, str, str]]:
    """Each block with its heading and language; a comment in a block may look like a heading."""
    heading, language, code = "", None, ""
    for line in (ROOT / page).read_text(encoding="utf-8").splitlines(keepends=True):
        if line.startswith("```"):
            if language is None:
                language = line[3:].strip()
            else:
                yield heading, language, code
                language, code = None, ""
        elif language is not None:
            code += line
        elif line.startswith("#"):
            heading = line.strip()
