"""The taxonomy: shop and shopper words to keys, kinship, colour families, sizes over systems."""

from __future__ import annotations

import time

import pytest

from shopper.products.lexicon import Lexicon, load_lexicon
from shopper.products.taxonomy import Taxonomy

TAXONOMY = Taxonomy.load()


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("Women/Tops/Hoodies & Sweatshirts", "hoodie"),
        ("Men > Jackets & Coats", "outerwear"),
        ("Dresses & Skirts", "dress"),
        ("Chino Shorts", "shorts"),
        ("linen dress with belt", "dress"),
        ("Kleid", "dress"),
        ("Leinenhose", "trousers"),
        ("trainers", "sneakers"),
        ("jean jacket", "denim jacket"),
        ("Chaussures de course", "running shoes"),
        ("camisas", "shirt"),
        ("maglioni", "sweater"),
        ("dress shirt", "shirt"),
        ("Fitness Equipment", None),
    ],
)
def test_category_of_shop_and_shopper_words(words: str, key: str | None) -> None:
    assert TAXONOMY.category(words) == key


def test_a_group_holds_its_leaves_and_not_its_neighbours() -> None:
    assert {"boots", "ankle boots", "hiking boots"} <= TAXONOMY.category_within("boots")
    assert "sneakers" not in TAXONOMY.category_within("boots")
    assert TAXONOMY.category_parents("chinos") == ("trousers", "bottoms", "clothing")


@pytest.mark.parametrize(
    ("words", "shade"),
    [
        ("Midnight Navy", "navy"),
        ("gray", "grey"),
        ("off white", "ivory"),
        ("Black/White", "black"),
        ("weiß", "white"),
        ("gruen", "green"),
        ("azul marino", "navy"),
        ("zorp", None),
    ],
)
def test_color_of_shop_words(words: str, shade: str | None) -> None:
    assert TAXONOMY.color(words) == shade


def test_a_wish_for_a_family_accepts_its_shades_and_a_shade_only_its_near_ones() -> None:
    assert {"navy", "sky blue"} <= TAXONOMY.color_matches("blue")
    assert {"cream", "ivory", "ecru"} <= TAXONOMY.color_matches("cream")
    assert "red" not in TAXONOMY.color_matches("cream")
    assert TAXONOMY.color_family("navy") == "blue"


def test_leather_holds_suede_and_not_faux_leather() -> None:
    kin = TAXONOMY.material_within("leather")
    assert {"suede", "patent leather", "nubuck"} <= kin
    assert "faux leather" not in kin
    assert TAXONOMY.material_is_animal("suede")
    assert not TAXONOMY.material_is_animal("faux leather")


@pytest.mark.parametrize(
    ("wanted", "offered", "category", "fits"),
    [
        ("M", "Medium", "dress", True),
        ("XXL", "2XL", "dress", True),
        ("UK 8", "36", "dress", True),
        ("US 8", "38.5", "sneakers", True),
        ("W32", "W32 L30", "jeans", True),
        ("32", "32x30", "jeans", True),
        ("M", "S/M", "hat", True),
        ("8 years", "7-8 years", "dress", True),
        ("6-7 years", "7-8 years", "dress", False),
        ("L", "S", "dress", False),
        ("38", "39", "sneakers", False),
        ("M", "one size", "scarf", True),
    ],
)
def test_sizes_match_over_words_and_systems(wanted: str, offered: str, category: str, fits: bool) -> None:
    assert TAXONOMY.sizes_match(wanted, offered, category=category, gender="women") is fits


def test_longest_mention_wins_and_compounds_come_apart() -> None:
    found = [(m.kind, m.key) for m in TAXONOMY.find_all("leather-look ankle boots")]
    assert found == [("material", "faux leather"), ("category", "ankle boots")]
    german = {(m.kind, m.key) for m in TAXONOMY.find_all("ein Seidenkleid", "de")}
    assert {("material", "silk"), ("category", "dress")} <= german


def test_a_word_of_two_languages_follows_the_language() -> None:
    assert [m.key for m in TAXONOMY.find_all("robe", "fr") if m.kind == "category"] == ["dress"]
    assert [m.key for m in TAXONOMY.find_all("robe", "en") if m.kind == "category"] == ["robe"]


def test_every_parent_family_and_near_shade_of_the_file_exists() -> None:
    tables = load_lexicon().tables
    for table in ("categories", "materials", "patterns"):
        for key, row in tables[table].items():
            assert row.get("in", key) in tables[table], key
    for key, row in tables["colors"].items():
        near = [n.strip() for n in row.get("near", "").split(",") if n.strip()]
        known = set(tables["colors"]) | {"oatmeal"}
        assert not [n for n in near if n not in known], key
        assert row["family"] in tables["colors"], key


def test_the_lexicon_is_built_quickly() -> None:
    tables = load_lexicon().tables
    start = time.perf_counter()
    Lexicon(tables)
    assert time.perf_counter() - start < 0.3  # about 0.05 s on an idle core


def test_a_word_of_two_languages_is_english_until_the_language_is_known() -> None:
    taxonomy = Taxonomy.load()
    assert taxonomy.category("robe") == "robe"
    assert [m.key for m in taxonomy.find_all("une robe noire", "fr") if m.kind == "category"] == ["dress"]


def test_a_little_word_with_its_accents_is_no_material() -> None:
    taxonomy = Taxonomy.load()
    assert not [m for m in taxonomy.find_all("für") if m.key == "fur"]
    assert [m.key for m in taxonomy.find_all("fur", "en")] == ["fur"]


def test_leggings_are_trousers_and_yoga_says_what_for() -> None:
    taxonomy = Taxonomy.load()
    assert {"leggings", "joggers"} <= taxonomy.category_within("trousers")
    assert taxonomy.category("yoga pants") == "trousers"
    assert taxonomy.occasion("yoga pants") == "yoga"


def test_a_waist_in_inches_fits_a_bare_number_on_mens_trousers_only() -> None:
    taxonomy = Taxonomy.load()
    assert taxonomy.sizes_match("W34", "34", category="jeans", gender="men")
    assert not taxonomy.sizes_match("W34", "34", category="jeans", gender="women")
    assert not taxonomy.sizes_match("W34", "34", category="boots", gender="men")
