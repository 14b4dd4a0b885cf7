"""The format of a dialog file: turns in a shopper's words and what must be true after each.

Knows nothing about HTTP, the player or how a check is carried out.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from shopper.dialogs.operators import OPERATORS, Op, as_list, is_operator_mapping
from shopper.types import ShopperQuery, Value


class _Script(Value):
    """A frozen mapping of a dialog file; operators are plain values to pydantic."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def _read_op(raw: Any) -> Op:
    if isinstance(raw, Op):
        return raw
    if isinstance(raw, Mapping) and not is_operator_mapping(raw):
        unknown = next((str(key) for key in raw if key not in OPERATORS), "")
        raise _unknown((unknown,), OPERATORS)
    return Op.read(raw)


def _read_pattern(raw: Any) -> str:
    if not isinstance(raw, str):
        raise ValueError("takes a regular expression")
    try:
        re.compile(raw)
    except re.error as error:
        raise ValueError(f"takes a regular expression: {error}") from error
    return raw


Operator = Annotated[Op, BeforeValidator(_read_op)]
Words = Annotated[tuple[str, ...], BeforeValidator(lambda raw: tuple(str(v) for v in as_list(raw)))]
Word = Annotated[str, BeforeValidator(str)]  # a size of 38 is a word, not a number
Pattern = Annotated[str, BeforeValidator(_read_pattern)]
TurnNumber = Annotated[int, Field(ge=1)]


class CardAt(_Script):
    """A card that an earlier turn showed; positions count from 1, or say which card by what it is."""

    turn: TurnNumber
    position: Annotated[int, Field(ge=1)] | Literal["last", "cheapest", "dearest"] = 1


class CardExpect(_Script):
    """What one card must be. Price, size and stock must hold together for one variant that can be bought."""

    id: str | None = None
    title: Pattern | None = None
    brand: str | None = None
    category_is: str | None = None
    category_in: Words = ()  # a group key such as "tops" stands for all that is in it
    not_category: Words = ()
    color: Words = ()  # a family such as "blue" stands for its shades
    not_color: Words = ()
    material: Words = ()
    not_material: Words = ()
    gender: Words = ()  # "women" is met by women's and unisex things
    age_group: Words = ()
    price: Operator | None = None  # minor units
    available_size: Words = ()  # any of these
    in_stock: bool | None = None
    because: bool | None = None


class Cheaper(_Script):
    """Every card costs less than that card, or, without a position, than that turn's average."""

    turn: TurnNumber
    position: int | None = Field(default=None, ge=1)


class AgainExpect(CardAt):
    """The card of an earlier turn is shown again, and what it is by now."""

    is_now: CardExpect | None = None
    is_no_longer: CardExpect | None = None


class SameQuery(_Script):
    """The query of an earlier turn, apart from some fields."""

    turn: TurnNumber
    besides: Words = ()


class ProductsExpect(_Script):
    """What must be true of the cards of a turn."""

    min: int | None = Field(default=None, ge=0)
    max: int | None = Field(default=None, ge=0)
    every: CardExpect | None = None
    any: tuple[CardExpect, ...] = ()
    none: CardExpect | None = None
    first: CardExpect | None = None
    ids: Operator | None = None
    same_as_turn: TurnNumber | None = None
    subset_of_turn: TurnNumber | None = None
    new_since_turn: TurnNumber | None = None  # shares no card with that turn
    without: tuple[CardAt, ...] = ()
    again: tuple[AgainExpect, ...] = ()
    total: Operator | None = None  # of all that was found; the cards are its first page
    no_more_than_turn: TurnNumber | None = None  # as many or fewer were found
    cheaper_than: Cheaper | None = None
    sorted: Literal["price_asc", "price_desc"] | None = None
    kinds: Operator | None = None  # how many different categories
    facts: bool | None = None  # every card agrees with GET /v1/products/{id}

    @model_validator(mode="before")
    @classmethod
    def _one_or_many(cls, raw: Any) -> Any:
        if isinstance(raw, Mapping) and isinstance(raw.get("any"), Mapping):
            return {**raw, "any": [raw["any"]]}
        return raw


class ReferenceExpect(_Script):
    """Which cards the shopper was understood to point at."""

    kind: Literal["shown", "cart", "photo", "previous"] | None = None
    positions: tuple[int, ...] | None = None


class ReplyExpect(_Script):
    """What must be true of the prose; never its wording, except by a sparing `mentions`."""

    grounded: bool | None = None
    max_words: int | None = Field(default=None, ge=1)
    language: Literal["en", "de", "fr", "it", "es"] | None = None
    mentions: Pattern | None = None
    not_mentions: Pattern | None = None
    asks_question: bool | None = None
    amounts: Operator | None = None  # every amount of money that it states, in minor units
    differs_from_turn: TurnNumber | None = None  # isn't what was said then


class AbsentExpect(_Script):
    """That the shop was said to have nothing, why, and what was offered as the nearest way out."""

    reason: Literal["not_sold", "no_match", "not_understood"] | None = None
    field: str | None = None
    value: Operator | None = None
    nearest: ProductsExpect | None = None


class LineExpect(_Script):
    """One line of the cart."""

    product: CardAt | None = None
    product_id: str | None = None
    title: Pattern | None = None
    color: Word | None = None
    size: Word | None = None
    quantity: int | None = Field(default=None, ge=1)


class CartExpect(_Script):
    """The cart as it stands; `lines` are all its lines, in any order."""

    empty: bool | None = None
    lines: tuple[LineExpect, ...] | None = None
    quantity: Operator | None = None  # of all lines together
    total: Operator | None = None  # minor units


class ProblemExpect(_Script):
    """That the server refused the message with a clear problem."""

    status: Operator | None = None
    mentions: Pattern | None = None


class SuggestionsExpect(_Script):
    """The chips offered for the next turn."""

    min: int | None = Field(default=None, ge=0)
    mentions: Pattern | None = None


def _read_query(raw: Any) -> Any:
    if not isinstance(raw, Mapping):
        raise ValueError("takes a mapping of query fields")
    flat: dict[str, Op] = {}
    for path, value in _query_leaves(raw, ShopperQuery, ()):
        try:
            flat[".".join(path)] = Op.read(value)
        except ValueError as error:
            raise ValueError(f"{'.'.join(path)}: {error}") from error
    return flat


QueryExpect = Annotated[dict[str, Op], BeforeValidator(_read_query)]


def _shorthand(raw: Any, key: str) -> Any:
    """`[2]` for {positions: [2]}, `true` for an empty mapping."""
    if isinstance(raw, list | tuple):
        return {key: raw}
    if isinstance(raw, int) and not isinstance(raw, bool):
        return {key: [raw]}
    return raw


class Expect(_Script):
    """Everything one turn is held to; what isn't named isn't checked."""

    query: QueryExpect = Field(default_factory=dict)
    same_query_as: Annotated[
        SameQuery | None, BeforeValidator(lambda raw: {"turn": raw} if isinstance(raw, int) else raw)
    ] = None
    products: ProductsExpect | None = None
    reference: Annotated[
        ReferenceExpect | None, BeforeValidator(lambda raw: _shorthand(raw, "positions"))
    ] = None
    about: tuple[CardAt, ...] = ()  # each is shown again or named in the reply
    reply: ReplyExpect | None = None
    relaxed: Operator | None = None  # the fields that were relaxed
    absent: Annotated[
        AbsentExpect | Literal[False] | None, BeforeValidator(lambda raw: {} if raw is True else raw)
    ] = None
    cart: CartExpect | None = None
    suggestions: SuggestionsExpect | None = None
    problem: ProblemExpect | None = None


class EditedChip(_Script):
    """A chip to take away, as the page shows it."""

    field: str
    value: str | None = None
    label: str | None = None


class Edit(_Script):
    """A chip taken away, or a field set, by hand instead of by words."""

    remove: tuple[EditedChip, ...] = ()
    set: dict[str, Any] = Field(default_factory=dict)


class ShopChange(_Script):
    """What becomes other in the shop just before a turn: of a card's or a product's variants, all or some."""

    card: CardAt | None = None
    product: Word | None = None  # its id
    color: Word | None = None
    size: Word | None = None
    stock: int | None = Field(default=None, ge=0)
    price: int | None = Field(default=None, ge=1)  # minor units
    rename: Word | None = None  # the colour is called this from now on

    @model_validator(mode="after")
    def _changes_something(self) -> ShopChange:
        if (self.card is None) is (self.product is None):
            raise ValueError("needs one of: card, product")
        if self.stock is None and self.price is None and self.rename is None:
            raise ValueError("needs one of: stock, price, rename")
        return self


class ScriptTurn(_Script):
    """One message of the shopper."""

    shopper: str | None = None
    times: int = Field(default=1, ge=1, le=100_000)  # the words, that many times over
    photo: str | None = None  # path beside the dialog file
    edit: Edit | None = None
    press: Pattern | None = None  # a chip that the turn before offered
    new_thread: bool = False
    shop: Annotated[
        tuple[ShopChange, ...], BeforeValidator(lambda raw: [raw] if isinstance(raw, Mapping) else raw)
    ] = ()
    expect: Expect = Expect()

    @model_validator(mode="after")
    def _says_something(self) -> ScriptTurn:
        if self.shopper is None and self.photo is None and self.edit is None and self.press is None:
            raise ValueError("needs one of: shopper, photo, edit, press")
        return self

    @property
    def words(self) -> str:
        return (self.shopper or "") * self.times

    @property
    def said(self) -> str:
        """The turn as a report shows it."""
        parts = [self.shopper or ""]
        if self.times > 1:
            parts.append(f"(× {self.times:,})")
        if self.photo:
            parts.append(f"[photo {self.photo}]")
        if self.edit:
            parts += [f"[removes {chip.field} {chip.value or ''}".rstrip() + "]" for chip in self.edit.remove]
            parts += [f"[sets {key} to {value}]" for key, value in self.edit.set.items()]
        if self.press:
            parts.append(f"[presses “{self.press}”]")
        return " ".join(part for part in parts if part)


class End(_Script):
    """What must be true when the conversation is over."""

    cart: CartExpect | None = None


class Dialog(_Script):
    """A whole conversation and the shop it takes place in."""

    name: str
    catalog: str = Field(default="demo", pattern=r"^[a-z0-9][a-z0-9-]*$")
    locale: str | None = Field(default=None, pattern=r"^[a-z]{2}(-[A-Z]{2})?$")
    tags: tuple[str, ...] = ()
    turns: tuple[ScriptTurn, ...] = Field(min_length=1)
    end: End | None = None

    @property
    def changes_the_shop(self) -> bool:
        return any(turn.shop for turn in self.turns)

    @model_validator(mode="after")
    def _looks_back_only(self) -> Dialog:
        for number, turn in enumerate(self.turns, start=1):
            for earlier in (*_turn_numbers(turn.expect), *_turn_numbers(turn.shop)):
                if earlier >= number:
                    raise ValueError(f"turn {number} refers to turn {earlier}, which isn't before it")
        return self


# ── helpers of the models ───────────────────────────────────────────────────────────────────────────


def _unknown(path: tuple[str, ...], known: Iterable[str]) -> PydanticCustomError:
    return PydanticCustomError("unknown_key", "unknown key", {"path": path, "known": sorted(known)})


def _query_leaves(
    raw: Mapping[str, Any], model: type[BaseModel], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in raw.items():
        here = (*path, str(key))
        field = model.model_fields.get(str(key))
        if field is None:
            raise _unknown(here, model.model_fields)
        inner = model_of(field.annotation)
        # Lists of values (relative) are compared whole; a single nested value is walked into.
        if (
            inner
            and not _is_sequence(field.annotation)
            and isinstance(value, Mapping)
            and not is_operator_mapping(value)
        ):
            yield from _query_leaves(value, inner, here)
        elif isinstance(value, Mapping) and not is_operator_mapping(value):
            unknown = next(str(k) for k in value if k not in OPERATORS) if value else ""
            raise _unknown((*here, unknown), OPERATORS)
        else:
            yield here, value


def _is_sequence(annotation: Any) -> bool:
    return get_origin(annotation) is tuple


def model_of(annotation: Any) -> type[BaseModel] | None:
    """The model that `annotation` holds, through optionals, tuples and Annotated."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (Union, types.UnionType, tuple, Annotated):
        return next((model for part in get_args(annotation) if (model := model_of(part))), None)
    return None


def _turn_numbers(value: Any) -> Iterator[int]:
    """Every turn number that an expectation looks back to."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            inner = getattr(value, name)
            if (name == "turn" or name.endswith("_turn")) and isinstance(inner, int):
                yield inner
            else:
                yield from _turn_numbers(inner)
    elif isinstance(value, tuple):
        for item in value:
            yield from _turn_numbers(item)
