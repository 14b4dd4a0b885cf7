"""Finding the paragraph of a policy text that answers a question."""

import pytest

from shopper.chat.policy import Policy

POLICY = Policy.parse(
    """# Our shop
Welcome.

## Shipping
Standard delivery takes 3 days and costs 5 euros.

## Returns
Send it back within 30 days for a full refund.

## Payment
Cards and bank transfer.

## Talk to us
Write to care@shop.example; a person answers from 9 to 18.
"""
)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("how long does shipping take?", "Standard delivery takes 3 days"),
        ("Wie lange dauert der Versand?", "Standard delivery takes 3 days"),
        ("can i send it back if it doesn't fit", "within 30 days"),
        ("quel est le délai de retour ?", "within 30 days"),
        ("do you take cards", "Cards and bank transfer"),
        ("posso pagare con carta", "Cards and bank transfer"),
    ],
)
def test_a_question_finds_its_paragraph(question: str, answer: str) -> None:
    assert answer in (POLICY.find(question) or "")


def test_a_question_the_policy_does_not_speak_of_finds_nothing() -> None:
    assert POLICY.find("zebra umbrella") is None


def test_contact_is_how_to_reach_a_person() -> None:
    assert "care@shop.example" in (POLICY.contact() or "")


def test_no_policy_answers_nothing() -> None:
    assert Policy.parse("").find("shipping") is None


def test_little_words_do_not_make_an_answer() -> None:
    assert POLICY.find("are you and the others for it?") is None


def test_the_main_rule_of_a_section_is_told_first() -> None:
    text = (
        "## Returns\n- You have 30 days to return things.\n- Returns are free.\n- Returns of socks: never.\n"
    )
    assert (Policy.parse(text).find("what is the return policy") or "").startswith("You have 30 days")


PLACES = Policy.parse(
    """## Shipping
- Delivery in France and Germany takes 2 days.
- Delivery to the rest of the European Union takes 5 days.
- We ship to the United Kingdom for 15 euros.

## Sizes
- Compare with the size chart in `size_chart.md`.
"""
)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("how much is delivery to the uk?", "We ship to the United Kingdom for 15 euros."),
        ("do you deliver to Leeds", "We ship to the United Kingdom for 15 euros."),
        (
            "wie lange dauert der Versand nach Österreich",
            "Delivery to the rest of the European Union takes 5 days.",
        ),
        ("livrez-vous en Allemagne ?", "Delivery in France and Germany takes 2 days."),
        ("do you ship to Norway?", None),
    ],
)
def test_of_a_place_only_what_holds_there_is_told(question: str, answer: str | None) -> None:
    assert PLACES.find(question) == answer


def test_files_of_the_shop_are_never_named() -> None:
    assert PLACES.find("size chart") == "Compare with the size chart."
    assert ".md" not in PLACES.text
