"""Turns texts into the token numbers of a CLIP or SigLIP, cut at the model's length.

Knows nothing about networks or pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

Ids = NDArray[np.int64]

PROBES = (
    "dress",
    "a red linen dress for a wedding in June",
    "Blaues Kleid, Größe 38 – für Gäste",
    "t-shirt/long-sleeve, 100% cotton (washed)",
    "",
    "linen shirt " * 100,
)


@dataclass(frozen=True)
class Words:
    """A tokenizer with the model's length; `fixed` where every text is padded to that length."""

    tokenizer: Tokenizer
    longest: int
    pad: int
    fixed: bool

    @classmethod
    def of(cls, tokenizer: Any, *, longest: int, fixed: bool) -> Words | None:
        """The tokenizer of transformers without transformers; None where it says something else."""
        inner = getattr(tokenizer, "backend_tokenizer", None)
        if not isinstance(inner, Tokenizer) or getattr(tokenizer, "padding_side", "right") != "right":
            return None
        pad = tokenizer.pad_token_id
        words = cls(_plain(inner.to_str(), longest), longest, int(pad if pad is not None else 0), fixed)
        said = [
            tokenizer(text, truncation=True, max_length=longest, padding="max_length" if fixed else False)
            for text in PROBES
        ]
        return words if [list(s["input_ids"]) for s in said] == words.tokens(PROBES) else None

    @classmethod
    def kept(cls, path: Path, *, longest: int, pad: int, fixed: bool) -> Words:
        """From a tokenizer.json."""
        return cls(_plain(path.read_text(encoding="utf-8"), longest), longest, pad, fixed)

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """The numbers of each text, begin and end included."""
        rows = [list(one.ids) for one in self.tokenizer.encode_batch(list(texts))]
        if self.fixed:
            return [row + [self.pad] * (self.longest - len(row)) for row in rows]
        return rows

    def ids(self, rows: Sequence[Sequence[int]]) -> Ids:
        """int64[n, length of the longest row], padded at the end."""
        out = np.full((len(rows), max(map(len, rows), default=0)), self.pad, dtype=np.int64)
        for n, row in enumerate(rows):
            out[n, : len(row)] = row
        return out


def _plain(said: str, longest: int) -> Tokenizer:
    tokenizer = Tokenizer.from_str(said)
    tokenizer.no_padding()
    tokenizer.enable_truncation(longest)
    return tokenizer
