"""What a dialog file may say, and what its author is told when it says something else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shopper.dialogs.reading import find_dialogs, read_dialog
from shopper.dialogs.script import CardExpect, ProductsExpect
from shopper.errors import DialogError
from shopper.products.taxonomy import Taxonomy

Write = Callable[..., Path]


def refusal(path: Path) -> str:
    with pytest.raises(DialogError) as caught:
        read_dialog(path)
    return caught.value.message


def test_a_dialog_is_read_with_its_turns_and_its_end(write: Write) -> None:
    dialog = read_dialog(
        write(
            """
            name: A red dress
            catalog: luma
            locale: de-DE
            tags: [search]
            turns:
              - shopper: a red dress under 80
                expect:
                  query: {category: dress, colors: {has: red}, price: {max: {lte: 8000}}}
                  products: {min: 1, every: {price: {lte: 8000}, not_material: wool, available_size: 38}}
              - shopper: the second one
                expect: {reference: [2], absent: true, relaxed: []}
            end: {cart: {empty: true}}
            """
        )
    )

    first, second = dialog.turns
    assert (dialog.name, dialog.catalog, dialog.locale) == ("A red dress", "luma", "de-DE")
    assert set(first.expect.query) == {"category", "colors", "price.max"}
    assert first.expect.query["price.max"].holds(8000)
    assert not first.expect.query["price.max"].holds(8001)
    assert first.expect.products is not None
    assert first.expect.products.every is not None
    assert first.expect.products.every.not_material == ("wool",)
    assert first.expect.products.every.available_size == ("38",)
    assert second.expect.reference is not None
    assert second.expect.reference.positions == (2,)
    assert second.expect.absent is not None
    assert dialog.end is not None


@pytest.mark.parametrize(
    ("text", "line", "path", "key", "suggestion"),
    [
        ("nmae: x\nname: y\nturns: [{shopper: hi}]", 1, "nmae", "nmae", "name"),
        ("name: x\nturns:\n  - shoper: hi", 3, "turns[1].shoper", "shoper", "shopper"),
        (
            "name: x\nturns:\n  - shopper: hi\n    expect:\n      qery: {}",
            5,
            "turns[1].expect.qery",
            "qery",
            "query",
        ),
        (
            "name: x\nturns:\n  - shopper: a\n  - shopper: b\n"
            "    expect:\n      query:\n        categry: dress",
            7,
            "turns[2].expect.query.categry",
            "categry",
            "category",
        ),
        (
            "name: x\nturns:\n  - shopper: hi\n    expect:\n      query: {price: {maximum: 80}}",
            5,
            "turns[1].expect.query.price.maximum",
            "maximum",
            "max",
        ),
        (
            "name: x\nturns:\n  - shopper: hi\n    expect:\n      query: {colors: {hass: red}}",
            5,
            "turns[1].expect.query.colors.hass",
            "hass",
            "has",
        ),
        (
            "name: x\nturns:\n  - shopper: hi\n    expect:\n      products:\n        every: {prices: 1}",
            6,
            "turns[1].expect.products.every.prices",
            "prices",
            "price",
        ),
        (
            "name: x\nturns:\n  - shopper: a\n"
            "    expect:\n      products:\n        any:\n        - {colour: red}",
            7,
            "turns[1].expect.products.any[1].colour",
            "colour",
            "color",
        ),
        (
            "name: x\nturns:\n  - shopper: hi\n    expect: {absent: {reson: no_match}}",
            4,
            "turns[1].expect.absent.reson",
            "reson",
            "reason",
        ),
        (
            "name: x\nturns:\n  - edit:\n      remove:\n        - {feild: colors}",
            5,
            "turns[1].edit.remove[1].feild",
            "feild",
            "field",
        ),
        ("name: x\nturns: [{shopper: hi}]\nend:\n  cart: {line: []}", 4, "end.cart.line", "line", "lines"),
    ],
)
def test_an_unknown_key_is_named_with_file_line_path_and_the_nearest_known_key(
    write: Write, text: str, line: int, path: str, key: str, suggestion: str
) -> None:
    file = write(text)

    assert refusal(file) == f"{file}:{line}: {path}: unknown key '{key}'; did you mean '{suggestion}'?"


def test_an_unknown_key_like_no_other_lists_the_known_ones(write: Write) -> None:
    message = refusal(write("name: x\nturns: [{shopper: hi, expect: {reply: {zzz: 1}}}]"))

    assert "unknown key 'zzz'" in message
    assert "grounded, language, max_words" in message


def test_a_key_that_stands_twice_is_refused_where_yaml_would_keep_the_last(write: Write) -> None:
    message = refusal(write("name: x\nturns:\n  - shopper: hi\n    shopper: ho"))

    assert "'shopper' stands twice" in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a\n- b", "a dialog is a mapping"),
        ("name: x\nturns: []", "turns: Tuple should have at least 1 item"),
        ("name: x", "turns: Field required"),
        ("name: x\nturns: [{expect: {}}]", "turns[1]: needs one of: shopper, photo, edit, press"),
        (
            "name: x\nturns: [{shopper: hi, photo: nowhere.jpg}]",
            "turns[1].photo: there is no file nowhere.jpg",
        ),
        ("name: x\nturns: [{shopper: hi, expect: {products: {same_as_turn: 1}}}]", "isn't before it"),
        ("name: x\nturns: [{shopper: hi, expect: {about: [{turn: 4}]}}]", "refers to turn 4"),
        (
            "name: x\nturns: [{shopper: hi, expect: {query: {category: {matches: '('}}}}]",
            "regular expression",
        ),
        (
            "name: x\nturns: [{shopper: hi, expect: {products: {every: {price: {lte: cheap}}}}}]",
            "takes a number",
        ),
        ("name: x\nturns: [{shopper: hi, expect: {reply: {mentions: '['}}}]", "regular expression"),
        ("name: x\nturns: [{shopper: hi, shop: {product: p1}}]", "needs one of: stock, price, rename"),
        ("name: x\nturns: [{shopper: hi, shop: {stock: 0}}]", "needs one of: card, product"),
        ("name: x\nturns: [{shopper: hi, shop: {card: {turn: 1}, stock: 0}}]", "isn't before it"),
        ("name: x\nturns: [{shopper: hi, expect: {same_query_as: 1}}]", "isn't before it"),
        ("name: [", "isn't YAML"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_sentence(write: Write, text: str, said: str) -> None:
    file = write(text)

    message = refusal(file)

    assert message.startswith(str(file))
    assert said in message


def test_folders_are_searched_through_and_a_missing_path_is_named(tmp_path: Path, write: Write) -> None:
    (tmp_path / "deep").mkdir()
    first, second = write("name: a", "a.yaml"), write("name: b", "deep/b.yaml")
    write("no dialog", "notes.txt")

    assert find_dialogs([tmp_path, first]) == [first, second]
    with pytest.raises(DialogError, match=r"nowhere: there is no such dialog"):
        find_dialogs([tmp_path / "nowhere"])


def test_every_dialog_of_this_repository_can_be_read() -> None:
    files = find_dialogs([Path(__file__).parent.parent / "dialogs"])

    dialogs = [read_dialog(file) for file in files]

    assert len([d for d in dialogs if d.catalog == "demo"]) >= 120
    assert len([d for d in dialogs if d.catalog == "luma"]) >= 6
    assert len({d.name for d in dialogs}) == len(dialogs)


def test_the_words_of_the_trade_in_this_repositorys_dialogs_are_keys_of_the_taxonomy() -> None:
    taxonomy = Taxonomy.load()
    unknown = []
    for file in find_dialogs([Path(__file__).parent.parent / "dialogs"]):
        for turn in read_dialog(file).turns:
            products = turn.expect.products or ProductsExpect()
            for card in (products.every, products.first, products.none, *products.any):
                card = card or CardExpect()
                categories = (
                    *card.category_in,
                    *card.not_category,
                    *([card.category_is] if card.category_is else []),
                )
                unknown += [(file.name, key) for key in categories if key not in taxonomy.categories]
                unknown += [
                    (file.name, key)
                    for key in (*card.color, *card.not_color)
                    if key not in taxonomy.color_families and taxonomy.color(key) != key
                ]
                unknown += [
                    (file.name, key)
                    for key in (*card.material, *card.not_material)
                    if taxonomy.material(key) != key
                ]

    assert unknown == []
