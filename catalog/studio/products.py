"""Reads the range sheets and writes each product out as a line of the feed.

Knows nothing about how pictures are drawn; it only names them.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .palette import SHADES, slug
from .piece import Piece
from .sizes import BAGS, SHOES, sizes_of, stock_of
from .words import second, third

LINES = {
    "MV": "Maison Verrier",
    "AT": "Atelier Saône",
    "RC": "Rue Colbert",
    "BL": "Bleu Lavoir",
    "CR": "Cadence Rhône",
    "PM": "Petite Marelle",
    "OF": "Orphée & Fils",
    "LA": "Lune d'Ainay",
    "NP": "Nuit Pâle",
}
SHEETS = ("women_dresses_tops", "women_outer_bottoms", "men", "kids", "shoes_bags_more")
SEASONS = {
    "sp": ["spring"],
    "su": ["summer"],
    "au": ["autumn"],
    "wi": ["winter"],
    "all": ["spring", "summer", "autumn", "winter"],
}
KINDS = {
    "dress": {"dress", "jumpsuit"},
    "outer": {
        "jacket",
        "denim jacket",
        "leather jacket",
        "puffer jacket",
        "rain jacket",
        "bomber jacket",
        "windbreaker",
        "coat",
        "trench coat",
        "parka",
        "gilet",
    },
    "tailoring": {"blazer", "suit", "waistcoat"},
    "bottom": {"trousers", "jeans", "chinos", "cargo trousers", "joggers", "leggings", "shorts"},
    "skirt": {"skirt"},
    "swim": {"bikini", "swimsuit", "swim shorts"},
    "under": {"bra", "sports bra", "briefs", "boxers", "lingerie", "socks", "tights", "shapewear"},
    "night": {"pyjamas", "nightdress", "robe"},
    "shoes": SHOES,
    "bag": BAGS,
    "top": {
        "top",
        "t-shirt",
        "tank top",
        "blouse",
        "shirt",
        "polo shirt",
        "sweater",
        "cardigan",
        "hoodie",
        "sweatshirt",
        "bodysuit",
    },
}
CARE = {
    "leather": ["wipe clean", "leather cream"],
    "suede": ["suede brush"],
    "faux leather": ["wipe clean"],
    "patent leather": ["wipe clean"],
    "silk": ["hand wash", "cool iron"],
    "satin": ["delicate wash", "cool iron"],
    "wool": ["dry clean"],
    "tweed": ["dry clean"],
    "cashmere": ["hand wash", "dry flat"],
    "merino": ["wool wash 30°"],
    "mohair": ["hand wash", "dry flat"],
    "velvet": ["dry clean"],
    "lace": ["hand wash"],
    "sequin": ["hand wash"],
    "down": ["machine wash 30°", "tumble dry low"],
    "linen": ["machine wash 30°", "iron damp"],
    "denim": ["machine wash 30°", "wash inside out"],
    "straw": ["wipe clean"],
    "canvas": ["spot clean"],
    "rubber": ["rinse"],
    "mesh": ["air dry"],
}
JEWELS = {"necklace", "earrings", "bracelet", "ring", "watch", "sunglasses"}
SOLD_OUT_EVERY = 61


@dataclass(frozen=True)
class Row:
    """One line of a range sheet."""

    number: int
    category: str
    gender: str
    title: str
    line: str
    price: int
    materials: tuple[str, ...]
    pattern: str
    fit: str
    seasons: tuple[str, ...]
    occasions: tuple[str, ...]
    features: tuple[str, ...]
    colors: tuple[str, ...]
    hook: str

    @property
    def id(self) -> str:
        return f"vr-{self.number:04d}"

    @property
    def age_group(self) -> str:
        return "kids" if self.gender in {"girls", "boys"} else "adult"

    def piece(self, color: str) -> Piece:
        """What the draughtsman needs."""
        return Piece(
            self.id,
            self.title,
            self.category,
            color,
            self.gender,
            self.age_group,
            self.materials,
            self.pattern,
            self.fit,
            self.features,
        )

    def picture(self, color: str) -> str:
        """The picture's path, relative to the feed."""
        return f"images/{self.id}-{slug(color)}.webp"


def rows(folder: Path) -> Iterator[Row]:
    """Every row of the range sheets, numbered in order; a malformed one raises ValueError with its place."""
    number = 0
    for sheet in SHEETS:
        category, gender = "", ""
        for n, line in enumerate((folder / f"{sheet}.txt").read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            if line.startswith("["):
                category, _, gender = line.strip("[]").rpartition(" ")
                continue
            cells = [cell.strip() for cell in line.split("|")]
            if len(cells) != 11:
                raise ValueError(f"{sheet}.txt:{n}: {len(cells)} cells instead of 11")
            number += 1
            title, brand, price, materials, pattern, fit, seasons, occasions, features, colors, hook = cells
            unknown = [c for c in colors.split(",") if c not in SHADES]
            if unknown:
                raise ValueError(f"{sheet}.txt:{n}: unknown shade {unknown[0]!r}")
            season_keys = [s for key in seasons.split() for s in SEASONS[key]]
            yield Row(
                number,
                category,
                gender,
                title,
                brand,
                int(price),
                tuple(materials.split(",")),
                pattern,
                fit,
                tuple(dict.fromkeys(season_keys)),
                tuple(occasions.split(",")),
                tuple(features.split(",")),
                tuple(colors.split(",")),
                hook,
            )


def kind_of(row: Row) -> str:
    """The group whose way of wearing a product shares."""
    if row.age_group == "kids":
        return "kids"
    return next((kind for kind, members in KINDS.items() if row.category in members), "extra")


def care_of(row: Row) -> list[str]:
    """How to look after it, by its first material."""
    if row.category in JEWELS:
        return ["soft cloth"]
    return CARE.get(
        row.materials[0], ["machine wash 30°"] if row.category not in BAGS | SHOES else ["spot clean"]
    )


def _money(amount: float) -> str:
    return f"{amount:.2f}"


def _sale(rng: random.Random, price: float) -> float:
    cut = price * (1 - rng.choice((0.15, 0.2, 0.25, 0.3, 0.4, 0.5)))
    return max(1.0, round(cut / 5) * 5 - (0.1 if price < 150 else 0))


def product(row: Row) -> dict[str, Any]:
    """The product as the feed holds it."""
    rng = random.Random(f"{row.id} {row.title}")
    kind = kind_of(row)
    price = row.price + (
        0.9 if row.line in {"BL", "NP", "PM"} and row.price > 9 and row.price % 10 == 9 else 0.0
    )
    on_sale = rng.random() < 0.2
    sale_colors = set(row.colors if rng.random() < 0.6 else row.colors[-1:]) if on_sale else set()
    sale = _sale(rng, price)
    published = datetime.date(2025, 9, 1) + datetime.timedelta(days=rng.randint(0, 300))
    rated = rng.random() > 0.06
    count = int(rng.paretovariate(0.9) * 6) % 420 + 1 if rated else 0
    tags = ["new"] if published >= datetime.date(2026, 5, 1) else []
    tags += ["bestseller"] if count > 60 else []
    tags += ["sale"] if on_sale else []
    tags += ["recycled"] if any("recycled" in m for m in row.materials) else []
    tags += ["organic"] if "organic cotton" in row.materials else []
    many = row.title.endswith("s") and not row.title.endswith("ss")
    woman = row.gender in {"women", "girls"}
    body: dict[str, Any] = {
        "id": row.id,
        "title": row.title,
        "brand": LINES[row.line],
        "description": " ".join(
            (
                f"{row.hook}.",
                second(rng, row.materials, row.features, row.fit, kind),
                third(rng, row.occasions, row.seasons, kind, many=many, woman=woman),
            )
        ),
        "category": row.category,
        "gender": row.gender,
        "age_group": row.age_group,
        "materials": list(row.materials),
        "patterns": [row.pattern],
        "fit": row.fit,
        "seasons": list(row.seasons),
        "occasions": list(row.occasions),
        "features": list(row.features),
        "care": care_of(row),
        "tags": tags,
    }
    if rated:
        body["rating"] = round(min(5.0, max(3.4, rng.gauss(4.4, 0.32))), 1)
    body |= {
        "rating_count": count,
        "url": f"https://maison-verrier.example/p/{row.id}",
        "currency": "EUR",
        "published_at": published.isoformat(),
    }
    if kind in {"shoes", "bag", "extra"}:
        del body["fit"]
    body["variants"] = list(_variants(row, rng, price, sale, sale_colors))
    return body


def _variants(
    row: Row, rng: random.Random, price: float, sale: float, sale_colors: set[str]
) -> Iterator[dict[str, Any]]:
    sizes = sizes_of(row.category, row.gender, row.line, row.number)
    gone = row.number % SOLD_OUT_EVERY == 0
    dry = rng.choice(row.colors) if len(row.colors) > 1 and rng.random() < 0.08 else ""
    for color in row.colors:
        for size, stock in zip(sizes, stock_of(rng, sizes, sold_out=gone or color == dry), strict=True):
            shade = f"{slug(color)[:4].upper()}{row.colors.index(color)}"
            code = size.lower().replace(" ", "").replace("/", "")
            variant = {
                "id": f"{row.id}-{slug(color)}-{code}",
                "sku": f"{row.line}{row.number:04d}-{shade}-{code.upper()}",
                "color": color,
                "size": size,
                "price": _money(price),
            }
            if color in sale_colors and sale < price:
                variant["sale_price"] = _money(sale)
            yield {**variant, "stock": stock, "image": row.picture(color)}
