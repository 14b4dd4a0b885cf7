"""Prompts with strict placeholders."""

from pathlib import Path

import pytest

from shopper.chat.prompts import Prompts
from shopper.errors import BadInput
from tests.conftest import ROOT


def test_placeholders_are_filled() -> None:
    assert Prompts({"hi": "Hello $name."}).render("hi", name="Ada") == "Hello Ada."


def test_a_missing_value_is_named() -> None:
    with pytest.raises(BadInput, match=r"\$name"):
        Prompts({"hi": "Hello $name."}).render("hi")


def test_a_value_without_a_placeholder_is_named() -> None:
    with pytest.raises(BadInput, match=r"\$nme"):
        Prompts({"hi": "Hello."}).render("hi", nme="Ada")


def test_a_shoppers_dollar_signs_stay_as_they_are() -> None:
    assert Prompts({"hi": "<$text>"}).render("hi", text="under $60 $name") == "<under $60 $name>"


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no prompts"):
        Prompts.load(tmp_path)


def test_the_products_own_prompts_render() -> None:
    prompts = Prompts.load(ROOT / "prompts")
    assert "Maison" in prompts.render("stylist", shop_name="Maison", currency="EUR")
    assert "<shopper>\nhi\n</shopper>" in prompts.render("turn", text="hi", query="{}", cards="", notes="")
    assert prompts.digest("stylist") != prompts.digest("turn")
