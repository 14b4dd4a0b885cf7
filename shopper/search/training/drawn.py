"""How the encoder does on a shop's own pictures, by the categories and colours of its product feed.

Used for the demo shop, whose garments are drawn: a domain no training photo shows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from shopper.search.encoder import Encoder
from shopper.search.training.evaluate import PROMPTS


def catalog_figures(folder: Path, encoder: Encoder) -> dict[str, float]:
    """Of the cards of `products.jsonl`: category among all by name, and "colour category" → a right card."""
    cards = list(dict.fromkeys(_cards(folder / "products.jsonl")))
    pictures = []
    for start in range(0, len(cards), 64):
        images = [Image.open(folder / image) for _, _, image in cards[start : start + 64]]
        pictures.append(encoder.encode_images(images))
    found = np.concatenate(pictures)
    kinds = sorted({kind for kind, _, _ in cards})
    said = encoder.encode_text([prompt.format(kind) for kind in kinds for prompt in PROMPTS])
    labels = said.reshape(len(kinds), len(PROMPTS), -1).mean(axis=1)
    labels /= np.linalg.norm(labels, axis=1, keepdims=True)
    nearest = np.argsort(-(found @ labels.T), axis=1)[:, :3]
    right = nearest == np.array([[kinds.index(kind)] for kind, _, _ in cards])
    asked = sorted({(color, kind) for kind, color, _ in cards})
    order = np.argsort(-(encoder.encode_text([" ".join(pair) for pair in asked]) @ found.T), axis=1)[:, :10]
    hit = [
        any((cards[n][1], cards[n][0]) == pair for n in row) for pair, row in zip(asked, order, strict=True)
    ]
    return {
        "catalog_cards": float(len(cards)),
        "catalog_kinds": float(len(kinds)),
        "catalog_kind_first": float(right[:, 0].mean()),
        "catalog_kind_in_three": float(right.any(axis=1).mean()),
        "catalog_color_kind_r10": float(np.mean(hit)),
    }


def _cards(feed: Path) -> Iterator[tuple[str, str, str]]:
    with feed.open(encoding="utf-8") as lines:
        for line in lines:
            product = json.loads(line)
            for variant in product["variants"]:
                if variant.get("image") and variant.get("color"):
                    yield product["category"], variant["color"], variant["image"]
