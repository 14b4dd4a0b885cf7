"""The second and third sentence of a description, composed from what is true of the product.

Knows nothing about prices, sizes or pictures.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from .phrases import FEATURE, MATERIAL

FIT = {
    "slim": "a slim fit",
    "relaxed": "a relaxed fit",
    "oversized": "an oversized fit",
    "loose": "a loose fit",
    "tailored": "a tailored fit",
    "skinny": "a skinny fit",
}

OCCASION = {
    "work": ("At work", "From the first meeting onwards", "For office days", "On working days"),
    "wedding": (
        "At a wedding",
        "As a wedding guest",
        "For vows and the dancing after",
        "On the big day",
    ),
    "party": ("For a party", "When the music starts", "On a festive night", "At a birthday dinner"),
    "casual": (
        "For days off",
        "At the weekend",
        "On an ordinary Tuesday",
        "For lunch with friends",
        "Around town",
    ),
    "sport": (
        "On training days",
        "For a morning session",
        "When you pick up the pace",
        "On the way to a personal best",
    ),
    "beach": ("On the beach", "By the sea", "For sandy afternoons"),
    "travel": ("On the road", "In a carry-on", "For train journeys and city breaks", "When you travel light"),
    "holiday": ("On holiday", "For long holiday evenings", "Under a different sky"),
    "formal": ("For black-tie evenings", "At formal dinners", "On ceremonial occasions"),
    "date": ("For a dinner date", "On a first date or a fiftieth", "For two at a corner table"),
}

WEAR = {
    "dress": (
        "it asks only for sandals and a small bag",
        "wear it with flats by day and heels by night",
        "a blazer over the shoulders finishes it",
        "add boots and a long coat when the leaves turn",
        "pile on bracelets and keep the shoes simple",
        "pin up your hair and let the line speak",
    ),
    "top": (
        "tuck it into a high-waisted skirt",
        "it sits well under a jacket",
        "wear it loose over straight trousers",
        "layer it, roll the sleeves and go",
        "it pairs easily with jeans and sneakers",
        "half-tuck it for shape",
        "let it peek out from under a coat",
    ),
    "outer": (
        "throw it over everything you own",
        "it layers smoothly over a jumper",
        "turn the collar up and walk on",
        "wear it open over a plain tee",
        "it finishes smart trousers and jeans alike",
        "cinch it in or leave it loose",
    ),
    "tailoring": (
        "wear it with a fine knit or a crisp shirt",
        "dress it down with a tee and loafers",
        "match the pieces or part them",
        "add a pocket square and you are done",
        "it looks best with a clean shoe",
    ),
    "bottom": (
        "wear them with a tucked-in shirt",
        "add a chunky knit and boots",
        "sneakers by day, a sharper shoe by night",
        "they go with every tee in the drawer",
        "finish with a slim belt",
        "a short jacket balances the line",
    ),
    "skirt": (
        "wear it with a fitted top and boots",
        "a tucked knit keeps it easy",
        "add sneakers for a lighter mood",
        "let it swing under a short jacket",
    ),
    "swim": (
        "slip a shirt on top and head for lunch",
        "rinse in fresh water and it keeps its colour",
        "mix it with another piece from the line",
        "dive in and dry off by the second chapter",
    ),
    "under": (
        "it disappears under clothes",
        "you will forget that you have it on",
        "wear it day in, day out",
        "it keeps its shape through many washes",
    ),
    "night": (
        "make tea and stay in",
        "pack it for hotel breakfasts",
        "it turns any evening into a quiet one",
        "lounge in it until noon",
    ),
    "shoes": (
        "they break in within a day",
        "wear them with cropped trousers to show the ankle",
        "your feet will thank you by evening",
        "they carry a whole outfit on their own",
        "polish them now and then and they last for years",
        "they go from pavement to parquet",
    ),
    "bag": (
        "it holds what matters and sits neatly at your side",
        "carry it by hand or let it hang from the shoulder",
        "the inside is lined and thoughtfully divided",
        "it gets better-looking with each season",
        "set it on the table, it deserves to be seen",
    ),
    "extra": (
        "it is the finishing touch that makes the outfit",
        "it quietly does its job",
        "wear it daily, it was made for that",
        "add it last and look again in the mirror",
        "it arrives in a keepsake box",
    ),
    "kids": (
        "it survives the washing machine and the climbing frame",
        "hand it down when it gets too small",
        "there is room to grow",
        "easy to put on without help",
        "it is ready for mud, paint and ice cream",
        "grandparents approve, and so do the wearers",
    ),
}


def second(
    rng: random.Random, materials: Sequence[str], features: Sequence[str], fit: str, category: str
) -> str:
    """A sentence on the material and one or two details of the cut."""
    lines = [line for m in materials[:1] for line in MATERIAL.get(m, ())] or [
        f"Made of {' and '.join(materials)}"
    ]
    details = [rng.choice(FEATURE[f]) for f in features if f in FEATURE]
    shoes_or_small = fit in {"regular", "straight"} or category in {"bag", "shoes", "extra"}
    if not shoes_or_small and fit in FIT:
        details.append(FIT[fit])
    rng.shuffle(details)
    line = rng.choice(lines)
    if not details:
        return f"{line}."
    joined = details[0] if len(details) == 1 else f"{details[0]} and {details[1]}"
    frame = rng.choice(
        (
            "{line}; look for {details}.",
            "{line}, with {details}.",
            "{line}. Details: {details}.",
            "{line}, set off by {details}.",
        )
    )
    return frame.format(line=line, details=joined)


COLD = ("boots", "leaves turn", "chunky knit", "jumper")
WARM = ("sandals",)
WOMEN = ("skirt", "heels", "pin up your hair")
SPORT = (
    "it keeps up from warm-up to last stretch",
    "it moves the way you do",
    "pull it on and go",
    "it stays put while you work",
    "it wicks, dries and asks for another round",
)


def _plural(line: str) -> str:
    """The line about several things: it sits becomes they sit."""
    line = line.replace("it quietly does its", "they quietly do their").replace(" its ", " their ")
    line = re.sub(r"\bit is\b", "they are", re.sub(r"\bit was\b", "they were", line))
    line = re.sub(r"\bit (\w+(?:sh|ch))es\b", r"they \1", line)
    return re.sub(r"\bit\b", "them", re.sub(r"\bit (\w+)s\b", r"they \1", line))


def third(
    rng: random.Random,
    occasions: Sequence[str],
    seasons: Sequence[str],
    kind: str,
    *,
    many: bool,
    woman: bool,
) -> str:
    """A sentence on where and how to wear it, in keeping with its seasons."""
    cold, warm = {"autumn", "winter"} & set(seasons), {"spring", "summer"} & set(seasons)
    place = rng.choice([o for o in occasions if kind != "kids" or o != "formal"])
    bank = SPORT if place == "sport" and kind in {"top", "bottom", "outer", "extra", "under"} else WEAR[kind]
    ruled_out = (() if cold else COLD) + (() if warm else WARM) + (() if woman else WOMEN)
    line = rng.choice([w for w in bank if not any(r in w for r in ruled_out)])
    return f"{rng.choice(OCCASION[place])}, {_plural(line) if many else line}."
