"""Answers about one card: a size, a material, a colour, a feature, or the facts a question asks for.

Knows nothing about conversations; what the shop doesn't state is said to be unstated.
"""

from __future__ import annotations

from collections.abc import Sequence

from shopper.chat.replies import Voice, asked_facts
from shopper.products.taxonomy import Taxonomy
from shopper.types import Recommendation

ANSWERABLE = ("color", "material", "pattern", "feature", "care")


def answer_about(
    voice: Voice,
    card: Recommendation,
    question: str,
    *,
    sizes: Sequence[str] = (),
    asks: Sequence[tuple[str, str]] = (),
) -> str:
    """One or two sentences; `sizes` and `asks` are what the question names."""
    taxonomy = Taxonomy.load()
    product = card.product
    if sizes:
        fitting = [
            v
            for v in card.variants
            if v.size
            and taxonomy.sizes_match(sizes[0], v.size, category=product.category, gender=product.gender)
        ]
        available = any(v.available for v in fitting)
        return voice.size_answer(card, sizes[0], offered=bool(fitting), in_stock=available)
    # "Is the linen dress machine washable?": the title's own words point at the card, the others ask.
    in_title = {(m.kind, m.key) for m in taxonomy.find_all(product.title)}
    open_ones = [ask for ask in asks if ask not in in_title] or list(asks)
    if open_ones and not asked_facts(question):
        kind, key = open_ones[0]
        return voice.fact_answer(card, kind, key, stated=states(card, kind, key))
    return voice.detail(card, question)


def states(card: Recommendation, kind: str, key: str) -> bool:
    """Whether the shop states this fact of the card, in its fields or its own words."""
    taxonomy, product = Taxonomy.load(), card.product
    match kind:
        case "color":
            own = {taxonomy.color(color) or color.lower() for color in product.colors if color}
            return bool(taxonomy.color_matches(key) & own)
        case "material":
            return bool(taxonomy.material_within(key) & set(product.materials))
        case "pattern":
            return bool(taxonomy.pattern_within(key) & set(product.patterns))
        case _:
            stated = {*product.features, *product.care}
            words = " . ".join((*stated, product.title, product.description))
            return key in stated or any(m.key == key for m in taxonomy.find_all(words))
