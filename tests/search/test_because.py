"""What a card says of the materials that a shopper rules out."""

from __future__ import annotations

import pytest

from shopper.products.taxonomy import Taxonomy
from shopper.search.because import because
from shopper.search.facets import Facets
from shopper.search.lexical import LexicalBuilder
from shopper.search.wishes import WishReader
from shopper.types import Exclusions, Product, ShopperQuery
from tests.search.conftest import made

ANIMAL = ("leather", "wool", "silk", "fur", "down")
NO_LEATHER = ShopperQuery(exclude=Exclusions(materials=("leather",)))


def reasons(product: Product, query: ShopperQuery) -> tuple[str, ...]:
    taxonomy, lexical = Taxonomy.load(), LexicalBuilder()
    lexical.add(((product.title, 1.0),))
    wishes = WishReader(Facets.build([product], taxonomy), lexical.build(), taxonomy)
    return because(product, product.colors[0], product.variants, query, wishes)


def boots(title: str = "City Boots", **facts: object) -> Product:
    return made("b", title, "ankle boots", "women", "black 38 39 99 x9", **facts)


FAUX = boots(materials=("faux leather",))


def test_an_unknown_material_is_said_before_all_reasons() -> None:
    query = ShopperQuery(colors=("black",), sizes=("38",), exclude=Exclusions(materials=("leather",)))
    assert reasons(boots(), query)[0] == "Material not stated by the shop"


def test_a_weave_is_no_material() -> None:
    said = reasons(boots(materials=("satin",)), ShopperQuery(exclude=Exclusions(materials=("silk",))))
    assert said[0] == "Material not stated by the shop beyond “satin”"


def test_nothing_is_said_of_materials_where_none_was_ruled_out() -> None:
    assert not any("aterial" in reason for reason in reasons(boots(), ShopperQuery()))


@pytest.mark.parametrize(
    "query",
    [
        NO_LEATHER,
        ShopperQuery(exclude=Exclusions(materials=("animal",))),
        ShopperQuery(exclude=Exclusions(materials=ANIMAL)),
        ShopperQuery(materials=("leather",)),
        ShopperQuery(category="leather jacket"),
        ShopperQuery(text="leather boots with a buckle"),
    ],
)
def test_faux_leather_is_said_to_be_faux_when_leather_was_spoken_of(query: ShopperQuery) -> None:
    assert "Faux leather, no real leather" in reasons(FAUX, query)


def test_faux_leather_is_not_doubted_when_it_was_asked_for_or_nobody_spoke_of_leather() -> None:
    assert reasons(FAUX, ShopperQuery(materials=("faux leather",)))[0] == "Faux leather, as you asked"
    assert not any("no real" in reason for reason in reasons(FAUX, ShopperQuery(colors=("black",))))


def test_faux_fur_says_nothing_of_leather() -> None:
    fur = boots(materials=("faux fur",))
    assert "Faux fur, no real fur" in reasons(fur, ShopperQuery(exclude=Exclusions(materials=("fur",))))
    assert not any("no real" in reason for reason in reasons(fur, NO_LEATHER))


@pytest.mark.parametrize("materials", [("animal",), ANIMAL])
def test_nothing_from_animals_is_shown_by_what_is_stated(materials: tuple[str, ...]) -> None:
    query = ShopperQuery(exclude=Exclusions(materials=materials))
    stated = boots("Lace-Up Boots", materials=("canvas", "rubber", "polyester"))
    assert reasons(stated, query)[0] == "No animal material stated: canvas, rubber, polyester"


def test_who_asks_for_vegan_things_wants_nothing_from_animals() -> None:
    query = ShopperQuery(features=("vegan",))
    assert reasons(boots(materials=("cotton",)), query)[0] == "No animal material stated: cotton"
    assert reasons(boots(), query)[0] == "Material not stated by the shop"
    assert "Faux leather, no real leather" in reasons(FAUX, query)


def test_what_the_material_table_does_not_know_proves_nothing() -> None:
    query = ShopperQuery(exclude=Exclusions(materials=ANIMAL))
    odd = boots(materials=("cotton", "zorblax"))
    assert not any("No animal" in reason for reason in reasons(odd, query))
    assert not any("No animal" in reason for reason in reasons(boots(), query))


def test_ruling_out_leather_alone_proves_nothing_about_animals() -> None:
    assert not any("animal" in reason for reason in reasons(boots(materials=("cotton",)), NO_LEATHER))


def test_there_are_at_most_four_reasons_and_doubts_are_among_them() -> None:
    query = ShopperQuery(
        colors=("black",), sizes=("38",), occasion="work", season="winter", features=("zip",),
        exclude=Exclusions(materials=("leather",), colors=("red",)),
    )  # fmt: skip
    known = boots(
        occasions=("work",), seasons=("winter",), features=("zip",), rating=4.8, rating_count=20, brand="Riva"
    )
    said = reasons(known, query)
    assert len(said) == 4
    assert said[0] == "Material not stated by the shop"
