"""The reader on whole conversations: every turn of turns.yaml, and a floor on held.yaml."""

from __future__ import annotations

import time
from typing import Any

import pytest
import yaml

from shopper.chat.understand.reader import Context
from tests.chat.understand.scoring import HERE, facts, play, reader, score

CONVERSATIONS = yaml.safe_load((HERE / "turns.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("turns", CONVERSATIONS, ids=lambda turns: turns[0]["say"][:40])
def test_conversation_is_understood_turn_by_turn(turns: list[dict[str, Any]]) -> None:
    for turn, understood in zip(turns, play(turns, reader()), strict=True):
        got = understood.query.wire()
        assert (turn["say"], got["intent"]) == (turn["say"], turn["expect"]["intent"])
        assert (turn["say"], sorted(facts(got))) == (turn["say"], sorted(facts(turn["expect"])))


def test_held_aside_turns_stay_as_well_understood_as_measured() -> None:
    held = score("held.yaml")
    print(held)
    assert held.intents / held.turns >= 0.96
    assert held.precision >= 0.97
    assert held.f1 >= 0.97
    assert held.whole / held.turns >= 0.9


def test_a_message_is_read_in_milliseconds() -> None:
    read = reader()
    text = "a long sleeved navy linen dress for a summer wedding, size 40, under 120 euros, no lace"
    read.read(text, Context())
    start = time.perf_counter()
    for _ in range(20):
        read.read(text, Context())
    assert (time.perf_counter() - start) / 20 < 0.015


@pytest.mark.parametrize("noise", ["asdf qwer zxcv", "blorf", "qqqq wwww", "sdlkfjsldkfj"])
def test_keyboard_noise_is_nonsense(noise: str) -> None:
    understood = reader().read(noise, Context())
    assert understood.nonsense
    assert understood.query.intent == "out_of_scope"


@pytest.mark.parametrize("words", ["idk", "hmm", "something nice", "Kleid", "une robe", "yes please"])
def test_real_words_are_no_nonsense(words: str) -> None:
    assert not reader().read(words, Context()).nonsense
