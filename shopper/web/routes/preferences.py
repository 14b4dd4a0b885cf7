"""/v1/threads/{id}/preferences: what a shopper lets the shop remember, to see, change and erase.

Knows nothing about how it is used.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from shopper.chat.preferences import Preferences
from shopper.errors import BadInput
from shopper.types import Money
from shopper.web.deps import PROBLEMS, CallerDep, Web, WebDep
from shopper.web.schema_commerce import PreferencesOut

router = APIRouter(tags=["threads"], responses=PROBLEMS)


class BudgetIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    amount: int = Field(ge=0, description="in minor units")
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")


class PreferencesIn(BaseModel):
    """Replaces all of it; `enabled` is false unless the shopper agreed."""

    model_config = ConfigDict(extra="forbid")
    enabled: bool
    sizes: list[str] = Field(default=[], max_length=20, description='"M", or for a kind: "shoes: 39"')
    brands: list[str] = Field(default=[], max_length=20)
    budget: BudgetIn | None = None
    dislikes: list[str] = Field(default=[], max_length=20)


@router.get(
    "/v1/threads/{thread_id}/preferences",
    name="get_preferences",
    response_model=None,
    responses={200: {"model": PreferencesOut}},
)
async def get(thread_id: str, web: WebDep, caller: CallerDep) -> dict[str, Any]:
    """What is remembered in this conversation, and whether it is used."""
    return _body(web, await web.shop.threads.preferences(thread_id, caller.owner))


@router.put(
    "/v1/threads/{thread_id}/preferences",
    name="set_preferences",
    response_model=None,
    responses={200: {"model": PreferencesOut}},
)
async def put(thread_id: str, body: PreferencesIn, web: WebDep, caller: CallerDep) -> dict[str, Any]:
    """Set what is remembered; it counts from the next new wish on."""
    budget = None
    if body.budget is not None:
        if body.budget.currency not in (None, web.shop.currency):
            raise BadInput(f"A budget here is in {web.shop.currency}.", field="budget.currency")
        budget = Money(minor=body.budget.amount, currency=web.shop.currency)
    known = Preferences.parse({**body.model_dump(exclude={"budget"}), "budget": budget})
    await web.shop.threads.set_preferences(thread_id, caller.owner, known)
    return _body(web, known)


@router.delete("/v1/threads/{thread_id}/preferences", name="erase_preferences", status_code=204)
async def erase(thread_id: str, web: WebDep, caller: CallerDep) -> None:
    """Forget all of it and stop remembering."""
    await web.shop.threads.set_preferences(thread_id, caller.owner, Preferences())


def _body(web: Web, known: Preferences) -> dict[str, Any]:
    return {
        "enabled": known.enabled,
        "sizes": list(known.sizes),
        "brands": list(known.brands),
        "budget": web.wire.money(known.budget),
        "dislikes": list(known.dislikes),
    }
