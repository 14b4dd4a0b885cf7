"""Examines a shop's data: do SQL, vectors and pictures agree, and how to mend what doesn't.

Knows nothing about conversations; mends nothing itself.
"""

from __future__ import annotations

import asyncio

from shopper.errors import ShopperError
from shopper.shop import Catalog


def _there(catalog: Catalog, name: str) -> bool:
    try:
        return catalog.media.path(name).is_file()
    except ShopperError:
        return False


async def examine(catalog: Catalog) -> list[str]:
    """One sentence for each thing that is wrong, with the command that mends it; empty when all agrees."""
    findings: list[str] = []
    products, _variants = await catalog.store.counts()
    if products == 0:
        return ["The shop holds no products; load some: shopper ingest FEED"]
    wanted = await catalog.store.embed_hashes()
    held = await asyncio.to_thread(catalog.index.hashes)
    missing = [i for i in wanted if i not in held]
    stale = [i for i, h in wanted.items() if i in held and held[i] != h]
    orphans = [i for i in held if i not in wanted]
    for ids, what in (
        (missing, "have no vectors"),
        (stale, "have vectors of older words or pictures"),
        (orphans, "are gone but still have vectors"),
    ):
        if ids:
            findings.append(f"{len(ids)} products {what} (first: {ids[0]}); mend with: shopper reindex")
    lost: list[str] = []
    async for batch in catalog.store.stream():
        for product in batch:
            names = {v.image for v in product.variants if v.image}
            lost += [product.id for name in names if not _there(catalog, name)]
    if lost:
        findings.append(
            f"{len(lost)} pictures are missing (first: of {lost[0]}); mend with: shopper ingest FEED"
        )
    return findings
