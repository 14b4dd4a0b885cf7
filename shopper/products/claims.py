"""Whose a variant id is while a feed is written in batches; of two products that claim one, one is refused.

Knows nothing about files or transactions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from shopper.products.feed import RowError
from shopper.products.store import NewRow, ProductStore


class Claim(NamedTuple):
    """A product that is to be stored, with the lines that its variants stand in."""

    row: NewRow
    line: int
    lines: Mapping[str, int]

    @property
    def id(self) -> str:
        return self.row.product.id

    def refuse(self, variant_id: str, first_line: int) -> RowError:
        reason = f"the variant id “{variant_id}” was already used in line {first_line}"
        return RowError(self.lines.get(variant_id, self.line), "variants.id", reason, self.id)


class Claims:
    """The claims of one feed. With `remember`, for a run that doesn't write its batches at once."""

    def __init__(self, store: ProductStore, *, remember: bool) -> None:
        self._store = store
        self._remember = remember
        self._taken: dict[str, str] = {}  # variant id → product id, of what would have been written
        self._settled: set[str] = set()
        self._waiting: dict[str, Claim] = {}

    async def settle(self, batch: list[Claim], seen: Mapping[str, int]) -> tuple[list[Claim], list[RowError]]:
        """The claims that hold, and the refused. One for a variant of a product that the feed may still
        name has to wait: that product may let go of it.
        """
        return await self._sift(batch, seen, may_wait=True)

    async def settle_rest(self, seen: Mapping[str, int]) -> tuple[list[Claim], list[RowError]]:
        """Those that had to wait, now that the feed has been read."""
        waiting = list(self._waiting.values())
        self._waiting.clear()
        return await self._sift(waiting, seen, may_wait=False) if waiting else ([], [])

    async def _sift(
        self, batch: list[Claim], seen: Mapping[str, int], *, may_wait: bool
    ) -> tuple[list[Claim], list[RowError]]:
        held, refused = unrivalled(batch)
        owners = await self._owners([v.id for claim in batch for v in claim.row.product.variants])
        going = {claim.id for claim in held}
        # One that can't be stored keeps the variants it has, which may stop another one of the batch.
        while stopped := [(claim, *found) for claim in held if (found := _stopped(claim, owners, going))]:
            going -= {claim.id for claim, _, _ in stopped}
            undecided = {*self._waiting, *(claim.id for claim, _, _ in stopped)}
            for claim, variant_id, owner in stopped:
                first = seen.get(owner)
                if first is not None and first < claim.line and owner not in undecided:
                    refused.append(claim.refuse(variant_id, first))
                elif may_wait:
                    self._waiting[claim.id] = claim
                else:
                    reason = f"one of its variant ids belongs to the product “{owner}”"
                    refused.append(RowError(claim.line, "variants.id", reason, claim.id))
            held = [claim for claim in held if claim.id in going]
        if self._remember:
            self._settled.update(going)
            self._taken.update({v.id: c.id for c in held for v in c.row.product.variants})
        return held, refused

    async def _owners(self, variant_ids: list[str]) -> dict[str, str]:
        owners = await self._store.owners(variant_ids)
        if self._remember:
            # A product that would have been written anew holds what it claimed, and nothing else.
            owners = {v: owner for v, owner in owners.items() if owner not in self._settled}
            owners |= {v: self._taken[v] for v in variant_ids if v in self._taken}
        return owners


def unrivalled(batch: list[Claim]) -> tuple[list[Claim], list[RowError]]:
    """The claims without those for a variant that an earlier one of the batch claims."""
    lines: dict[str, int] = {}
    held: list[Claim] = []
    refused: list[RowError] = []
    for claim in batch:
        ids = [v.id for v in claim.row.product.variants]
        taken = next((v for v in ids if v in lines), None)
        if taken is not None:
            refused.append(claim.refuse(taken, lines[taken]))
            continue
        lines.update({v: claim.lines.get(v, claim.line) for v in ids})
        held.append(claim)
    return held, refused


def _stopped(claim: Claim, owners: Mapping[str, str], going: set[str]) -> tuple[str, str] | None:
    """The variant that another product holds and will hold, and that product."""
    for v in claim.row.product.variants:
        owner = owners.get(v.id, claim.id)
        if owner != claim.id and owner not in going:
            return v.id, owner
    return None
