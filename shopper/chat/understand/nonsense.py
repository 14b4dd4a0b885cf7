"""Tells words from keyboard noise: "asdf qwer" asks for nothing.

Knows nothing about fashion beyond which words exist.
"""

from __future__ import annotations

import re

from shopper.chat.understand.spelling import is_known
from shopper.products.lexicon import Lexicon, tokens

_LETTERS = re.compile(r"[^\W\d_]")
_SHARE = 0.5  # of the words may be unknown before a message without any fact counts as noise


def is_nonsense(text: str, lexicon: Lexicon, names: frozenset[str], *, language: str, found: bool) -> bool:
    """Whether the message holds no fact and hardly a known word."""
    if found:
        return False
    words = [w.text for w in tokens(text)]
    if not words:
        # A lone emoji or "?" is no noise; nothing can be read from it either.
        return bool(text.strip()) and not _LETTERS.search(text) and len(text.strip()) > 3
    unknown = [
        w for w in words if not any(c.isdigit() for c in w) and w not in names and not is_known(w, lexicon)
    ]
    share = len(unknown) / len(words)
    # Only English has a list of common words to tell noise by.
    return share > _SHARE if language == "en" else share == 1
