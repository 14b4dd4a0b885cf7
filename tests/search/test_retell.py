"""What is said of a card, in every language, with the same facts."""

from __future__ import annotations

from string import Formatter

import pytest

from shopper.products.taxonomy import Taxonomy
from shopper.search.retell import _sentences, retold, tell

LANGUAGES = ("de", "fr", "it", "es")


def label(language: str) -> object:
    return lambda key: Taxonomy.load().label(key, language)


@pytest.mark.parametrize("key", sorted(_sentences()))
def test_every_sentence_is_told_in_every_language_with_the_same_facts(key: str) -> None:
    table = _sentences()[key]
    names = {name for _, name, _, _ in Formatter().parse(table["en"]) if name}
    said = tell(key, **dict.fromkeys(names, "zorblax"))
    for language in LANGUAGES:
        assert {name for _, name, _, _ in Formatter().parse(table[language]) if name} == names
        other = retold(said, language, lambda fact: fact.upper())
        assert other != said or table[language] == table["en"]
        assert other.lower().count("zorblax") == len(names)


@pytest.mark.parametrize(
    ("said", "language", "other"),
    [
        ("Linen, as you asked", "de", "Leinen, wie gewünscht"),
        ("In stock in M", "fr", "En stock en M"),
        ("€20 under your budget", "it", "€20 sotto il suo budget"),
        ("By Rue Colbert", "es", "De Rue Colbert"),
        (
            "No animal material stated: cotton, linen",
            "de",
            "Kein tierisches Material angegeben: baumwolle, leinen",
        ),
    ],
)
def test_facts_are_translated_and_names_are_not(said: str, language: str, other: str) -> None:
    told = retold(said, language, lambda key: Taxonomy.load().label(key, language))
    assert told.lower() == other.lower()


def test_other_text_stays_as_it_is() -> None:
    assert retold("Hand-picked by Ana", "de", str) == "Hand-picked by Ana"
