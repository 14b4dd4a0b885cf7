"""Which sizes a product comes in, and how many of each lie in the stockroom.

Knows nothing about prices, words or pictures.
"""

from __future__ import annotations

import random

SHOES = {
    "sneakers",
    "running shoes",
    "boots",
    "ankle boots",
    "knee boots",
    "heels",
    "flats",
    "loafers",
    "oxfords",
    "sandals",
    "mules",
    "slippers",
    "hiking boots",
}
BAGS = {
    "handbag",
    "tote bag",
    "crossbody bag",
    "shoulder bag",
    "clutch",
    "backpack",
    "duffel bag",
    "belt bag",
    "laptop bag",
}
ONE_SIZE = BAGS | {
    "scarf",
    "sunglasses",
    "watch",
    "wallet",
    "tie",
    "bow tie",
    "umbrella",
    "hair accessory",
    "cap",
    "beanie",
    "necklace",
    "earrings",
    "bracelet",
}
NUMBERED = {"suit", "blazer", "waistcoat", "trousers", "skirt", "coat", "trench coat"}
YEARS = ["4-5Y", "6-7Y", "8-9Y", "10-11Y", "12-13Y"]
HEIGHTS = ["98", "104", "110", "116", "122", "128", "134", "140"]


def sizes_of(category: str, gender: str, line: str, seed: int) -> list[str]:
    """The sizes in shop order."""
    child = gender in {"girls", "boys"}
    if category in SHOES:
        spans = {"women": (35, 42), "men": (40, 47), "girls": (25, 35), "boys": (25, 36), "unisex": (36, 46)}
        low, high = spans[gender]
        return [str(n) for n in range(low + (0 if child else seed % 2), high + 1)]
    special = _special(category, gender, child)
    if special:
        return special
    if child:
        return HEIGHTS if seed % 3 == 0 else YEARS
    if category in {"jeans", "chinos", "cargo trousers"} and (category == "jeans" or gender == "men"):
        waists, lengths = (
            ((26, 27, 28, 29, 30, 31, 32), (30, 32))
            if gender == "women"
            else ((29, 30, 31, 32, 33, 34, 36), (32, 34))
        )
        return [f"W{w} L{n}" for w in waists for n in lengths]
    if category in NUMBERED or (category in {"dress", "jumpsuit"} and line in {"AT", "MV"}):
        return [str(n) for n in (range(34, 47, 2) if gender == "women" else range(46, 57, 2))]
    if gender == "men":
        return ["S", "M", "L", "XL", "XXL", "3XL"] if seed % 2 else ["XS", "S", "M", "L", "XL", "XXL"]
    return ["XS", "S", "M", "L", "XL", "XXL", "3XL"] if seed % 4 == 0 else ["XS", "S", "M", "L", "XL"]


def _special(category: str, gender: str, child: bool) -> list[str]:
    """Sizes of the categories with a system of their own; empty for the rest."""
    if category in ONE_SIZE or category == "phone case":
        return ["one size"] if category != "phone case" else ["one size", "XL"]
    match category:
        case "ring":
            return [str(n) for n in (range(58, 67, 2) if gender == "men" else range(50, 59, 2))]
        case "belt":
            return [str(n) for n in (range(85, 111, 5) if gender == "men" else range(80, 101, 5))]
        case "bra":
            return [f"{band}{cup}" for band in (70, 75, 80, 85) for cup in "ABCD"]
        case "socks":
            return (
                ["23-26", "27-30", "31-34"]
                if child
                else ["39-42", "43-46"]
                if gender == "men"
                else ["35-38", "39-42"]
            )
        case "hat" | "gloves":
            return ["S", "M"] if child else ["S", "M", "L"] if category == "gloves" else ["S/M", "L/XL"]
        case "tights":
            return ["S", "M", "L", "XL"]
        case _:
            return []


def stock_of(rng: random.Random, sizes: list[str], *, sold_out: bool) -> list[int]:
    """Pieces per size: popular middles, rarer ends, honest gaps."""
    if sold_out:
        return [0] * len(sizes)
    pieces = []
    for i in range(len(sizes)):
        end = len(sizes) > 3 and i in {0, len(sizes) - 1}
        roll = rng.random()
        gap = 0.24 if end else 0.10
        pieces.append(0 if roll < gap else rng.randint(1, 2) if roll < gap + 0.14 else rng.randint(3, 24))
    if not any(pieces):
        pieces[len(pieces) // 2] = rng.randint(2, 9)
    return pieces
