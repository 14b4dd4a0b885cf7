"""Who wants nothing from animals is understood, however they say it."""

from __future__ import annotations

import pytest

from shopper.chat.understand.exclusions import ANIMAL
from shopper.chat.understand.reader import Context, Reader
from shopper.products.taxonomy import Taxonomy
from shopper.products.vocabulary import CatalogVocabulary
from shopper.types import ShopperQuery

_FIRST = Context(previous=None, shown=(), cart=None, photos=(), last_question=None)


def read(words: str) -> ShopperQuery:
    return Reader(Taxonomy.load(), CatalogVocabulary()).read(words, _FIRST).query


@pytest.mark.parametrize(
    "words",
    [
        "boots, no animal products",
        "a coat with nothing from animals",
        "i don't wear animal products, show me boots",
        "a bag made without animals",
        "shoes free of animal products",
        "boots with no animal-derived materials",
        "a belt, no animal skin",
        "schuhe ohne tierische materialien",
        "bottes sans matières animales",
        "scarpe senza materiali animali",
        "botas sin productos animales",
    ],
)
def test_nothing_from_animals_rules_out_every_animal_material(words: str) -> None:
    assert set(ANIMAL) <= set(read(words).exclude.materials)


def test_what_is_ruled_out_beside_it_is_no_wish() -> None:
    query = read("a scarf, no animal fibres or leather")
    assert "leather" in query.exclude.materials
    assert query.materials == ()


def test_animal_prints_are_no_animal_products() -> None:
    assert read("a dress, no animal print").exclude.materials == ()
    assert read("ein kleid, kein tiermuster").exclude.materials == ()


def test_vegan_and_cruelty_free_are_one_wish() -> None:
    assert read("vegan boots").features == read("cruelty free boots").features == ("vegan",)
