"""Outfits in a conversation: remembered, swapped piece by piece, within a budget, composed to one picture.

A swap that finds nothing changes nothing.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from shopper.chat.board import LookBoards, board, places
from shopper.errors import NotFound
from shopper.products.images import MediaFolder
from shopper.search.looks import price_of
from shopper.types import Compared, LookComposed, ProductsShown, Recommendation
from tests.chat.conftest import Opener, Talk
from tests.chat.test_grounding import AMALFI, BOOTS, GARANCE


def look(me: Talk) -> LookComposed:
    return next(event for event in me.events if isinstance(event, LookComposed))


async def test_an_outfit_is_told_as_a_look_with_its_total_after_its_cards(talk: Opener) -> None:
    me = await talk()
    await me.say("a linen dress in ivory")
    await me.say("what goes with the first one?")
    kinds = [event.kind for event in me.events]
    assert kinds.index("products") < kinds.index("look") < kinds.index("text")
    composed = look(me)
    assert composed.items[0].product.title == "Amalfi Wrap Dress"
    assert composed.total.minor == sum(map(price_of, composed.items))
    assert [piece.card_id for piece in composed.items[1:]] == [card.card_id for card in me.page.items]


async def test_a_budget_said_with_it_is_for_the_whole_look(talk: Opener) -> None:
    me = await talk()
    await me.say("a linen dress in ivory")
    await me.say("what goes with the first one? not more than 320 for everything")
    assert look(me).total.minor <= 32000
    assert len(look(me).items) > 1


async def test_a_piece_that_the_look_does_not_have_is_added(talk: Opener) -> None:
    me = await talk()
    await me.say("a linen dress in ivory")
    await me.say("what goes with the first one?")
    before = look(me)
    assert "scarf" not in {piece.product.category for piece in before.items}
    said = await me.say("a different scarf")
    after = look(me)
    kept = after.items[: len(before.items)]
    assert [piece.card_id for piece in kept] == [piece.card_id for piece in before.items]
    assert after.items[-1].product.title == "Marais Scarf"
    assert "Marais Scarf" in said
    assert str(after.total) in said


async def test_the_words_and_the_look_name_one_total(talk: Opener) -> None:
    me = await talk()
    await me.say("a linen dress in ivory")
    said = await me.say("what goes with the first one?")
    assert str(look(me).total) in said


async def test_a_kept_turn_holds_the_look_and_the_table_that_it_showed(talk: Opener) -> None:
    me = await talk()
    await me.say("a linen dress in ivory")
    await me.say("what goes with the first one?")
    composed = look(me)
    await me.say("compare the first two")
    table = next(event for event in me.events if isinstance(event, Compared))
    turns = (await me.shop.threads.get(me.thread_id, "me")).turns
    assert turns[3].look == composed
    assert (turns[5].compare, turns[5].look) == (table, None)


async def test_one_piece_is_swapped_and_the_rest_stays(talk: Opener) -> None:
    me = await talk()
    await me.say("a linen dress in ivory")
    await me.say("what goes with the first one?")
    before = look(me).items
    shoes = next(p for p in before if p.product.category in ("ankle boots", "sneakers"))
    text = await me.say("other shoes please")
    after = look(me).items
    at = before.index(shoes)
    assert after[at].product.id != shoes.product.id
    assert after[at].product.category in ("ankle boots", "sneakers")
    assert [p.product.id for p in after[:at] + after[at + 1 :]] == [
        p.product.id for p in before[:at] + before[at + 1 :]
    ]
    assert after[at].product.title in text
    assert str(look(me).total) in text
    assert me.query.intent == "outfit"


async def test_a_swap_that_finds_nothing_changes_nothing(talk: Opener) -> None:
    me = await talk()
    await me.say("a linen dress in ivory")
    await me.say("what goes with the first one?")
    text = await me.say("swap the bag")
    assert not [e for e in me.events if isinstance(e, ProductsShown)]
    assert "stays" in text


async def test_exclusions_hold_when_a_piece_is_swapped(talk: Opener) -> None:
    me = await talk()
    await me.say("a linen dress in ivory, and nothing in suede or leather")
    await me.say("what goes with the first one?")
    await me.say("other shoes please")
    pieces = [e for e in me.events if isinstance(e, LookComposed)]
    materials = {m for event in pieces for p in event.items for m in p.product.materials}
    assert not materials & {"leather", "suede"}


async def test_a_swap_keeps_the_budget_that_was_said_for_the_look(talk: Opener) -> None:
    me = await talk()
    await me.say("a linen dress in ivory")
    await me.say("what goes with the first one? not more than 320 for everything")
    await me.say("other shoes please")
    assert all(event.total.minor <= 32000 for event in me.events if isinstance(event, LookComposed))


async def test_show_me_the_look_shows_the_one_in_sight_again(talk: Opener) -> None:
    me = await talk()
    await me.say("a linen dress in ivory")
    await me.say("what goes with the first one?")
    before = look(me)
    text = await me.say("show me the whole look")
    assert [p.card_id for p in look(me).items] == [p.card_id for p in before.items]
    assert str(before.total) in text
    assert [card.card_id for card in me.page.items] == [p.card_id for p in before.items]


# ── the picture ─────────────────────────────────────────────────────────────────────────────────────


def pictured(card: Recommendation, media: MediaFolder, folder: Path, color: str) -> Recommendation:
    out = io.BytesIO()
    Image.new("RGB", (300, 400), color).save(out, "PNG")
    (folder / f"{color}.png").write_bytes(out.getvalue())
    name = media.admit(f"{color}.png", images_dir=folder)
    variants = tuple(v.model_copy(update={"image": name}) for v in card.variants)
    return card.model_copy(update={"variants": variants})


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6])
def test_no_picture_lies_over_another(count: int) -> None:
    boxes = places(count)
    assert len(boxes) == count
    for n, (left, top, right, bottom) in enumerate(boxes):
        assert 0 <= left < right <= 1200
        assert 0 <= top < bottom <= 1200
        for left2, top2, right2, bottom2 in boxes[n + 1 :]:
            assert right <= left2 or right2 <= left or bottom <= top2 or bottom2 <= top


def test_a_board_holds_every_picture_on_a_pale_ground() -> None:
    sheet = board([Image.new("RGB", (300, 400), color) for color in ("red", "blue", "green")])
    colors = {color for _, color in sheet.getcolors(1200 * 1200) or []}
    assert {(255, 0, 0), (0, 0, 255), (0, 128, 0)} <= colors
    assert min(sheet.getpixel((2, 2))) > 235  # type: ignore[arg-type]  # an RGB pixel is a tuple


async def test_the_same_pieces_make_the_same_board_and_the_oldest_go_first(tmp_path: Path) -> None:
    media = MediaFolder(tmp_path / "media")
    red, blue, green = (
        pictured(card, media, tmp_path, color)
        for card, color in ((AMALFI, "red"), (BOOTS, "blue"), (GARANCE, "green"))
    )
    boards = LookBoards(tmp_path / "looks", media, most_bytes=1)
    first = await boards.compose([red, blue])
    assert first is not None
    assert await boards.compose([red, blue]) == first
    with Image.open(boards.path(first)) as image:
        assert image.format == "WEBP"
        assert image.size == (1200, 1200)
    second = await boards.compose([red, green])
    assert second not in (None, first)
    with pytest.raises(NotFound):
        boards.path(first)


async def test_without_two_pictures_there_is_no_board(tmp_path: Path) -> None:
    boards = LookBoards(tmp_path / "looks", MediaFolder(tmp_path / "media"))
    assert await boards.compose([AMALFI, BOOTS]) is None


@pytest.mark.parametrize("id_", ["..", "../shopper", "a" * 24, "A" * 24, ""])
def test_only_boards_are_served(tmp_path: Path, id_: str) -> None:
    with pytest.raises(NotFound):
        LookBoards(tmp_path, MediaFolder(tmp_path)).path(id_)
