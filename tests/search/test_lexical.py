"""Full text: stems, boosts and what a text denies."""

from __future__ import annotations

import numpy as np
import pytest

from shopper.search.lexical import LexicalBuilder, LexicalIndex
from shopper.search.words import content_stems, plain_words, stem


def index_of(*titles_and_texts: tuple[str, str]) -> LexicalIndex:
    builder = LexicalBuilder()
    for title, text in titles_and_texts:
        builder.add(((title, 3.0), (text, 1.0)))
    return builder.build()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dress", "dresses"),
        ("stripe", "striped"),
        ("hood", "hooded"),
        ("run", "running"),
        ("scarf", "scarf"),
        ("pleats", "pleated"),
        ("quilting", "quilted"),
        ("blouse", "blouses"),
        ("party", "parties"),
    ],
)
def test_forms_of_a_word_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_different_things_keep_different_stems() -> None:
    assert len({stem(w) for w in ("linen", "lining", "dress", "shirt", "short", "boot", "red")}) == 7


def test_a_hit_in_the_title_counts_more_than_one_in_the_text() -> None:
    index = index_of(("Shirt", "goes well in linen weather"), ("Linen Shirt", "for summer"))
    scores = index.scores("linen")
    assert scores[1] > scores[0] > 0


def test_rare_words_count_more_than_common_ones() -> None:
    index = index_of(("Blue Shirt", ""), ("Blue Kimono", ""), ("Blue Coat", ""))
    assert int(np.argmax(index.scores("blue kimono"))) == 1


def test_accents_and_case_do_not_matter() -> None:
    assert index_of(("Crêpe Dress", "")).scores("CREPE")[0] > 0


@pytest.mark.parametrize("text", ["no hood", "without a hood", "hood-free", "Pair it with a hood."])
def test_what_a_text_denies_or_says_of_another_thing_is_not_found(text: str) -> None:
    assert not index_of(("Jacket", text)).containing("hood")[0]


def test_a_denial_ends_with_its_word() -> None:
    assert plain_words("No hood. Deep pockets") == ("", "", "", "deep", "pockets")
    assert index_of(("Jacket", "No hood, but deep pockets")).containing("pockets")[0]


def test_containing_asks_for_every_word_and_for_nothing_without_words() -> None:
    index = index_of(("Jacket", "deep pockets"), ("Jacket", "pockets"))
    assert index.containing("deep pockets").tolist() == [True, False]
    assert index.containing("the").tolist() == [False, False]


def test_the_known_share_tells_gibberish_from_words() -> None:
    index = index_of(("Linen Shirt", ""))
    assert index.known_share("a linen shirt please") == 1.0
    assert index.known_share("xqzt wvbn") == 0.0
    assert index.known_share("the and of") == 0.0


def test_an_empty_catalog_answers_with_nothing() -> None:
    assert LexicalBuilder().build().scores("linen").shape == (0,)


def test_stopwords_are_not_content() -> None:
    assert content_stems("I am looking for a dress") == ["dress"]
