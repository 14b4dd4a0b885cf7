"""Which words may be counted at all."""

from __future__ import annotations

from shopper.demand.words import MOST, mostly_unknown, names_in, unsold_words
from shopper.products.lexicon import load_lexicon


def picked(text: str, *, said: str = "", knows: str = "") -> tuple[str, ...]:
    return unsold_words(text, (), said=said, lexicon=load_lexicon(), knows=set(knows.split()).__contains__)


def test_neighbours_that_are_both_unknown_are_a_pair_too() -> None:
    assert picked("tabard doublet cape", knows="cape") == ("tabard", "doublet", "tabard doublet")


def test_numbers_addresses_and_long_tokens_are_dropped() -> None:
    assert picked("0170555 a1b2c3 me@mail.example pneumonoultramicroscopicsilico ok") == ()


def test_what_may_be_a_name_is_dropped() -> None:
    assert picked("ines tabard", said="a tabard for Ines") == ("tabard",)
    assert picked("weber tabard", said="my name is weber and I need a tabard") == ("tabard",)


def test_the_first_word_of_a_sentence_and_shouting_are_no_names() -> None:
    assert names_in("Tabard please. Doublet too") == frozenset()
    assert names_in("I NEED A TABARD") == frozenset()


def test_a_find_counts_at_most_eight_words() -> None:
    words = " ".join(f"qa{chr(97 + n)}zu" for n in range(20))
    assert len(picked(words)) == MOST


def test_a_wish_of_words_the_catalog_lacks_is_mostly_unknown() -> None:
    lexicon = load_lexicon()
    assert mostly_unknown("tabard doublet soft", lexicon=lexicon, knows={"soft"}.__contains__)
    assert not mostly_unknown("soft tabard", lexicon=lexicon, knows={"soft"}.__contains__)
    assert not mostly_unknown("", lexicon=lexicon, knows={"soft"}.__contains__)
