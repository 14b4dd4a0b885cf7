"""Carts in SQL."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from shopper.checkout.cart import add
from shopper.checkout.carts import CartStore
from shopper.database import Database, ThreadRow
from shopper.errors import Conflict
from tests.checkout.test_cart import a_product, a_variant


async def a_store(folder: Path) -> CartStore:
    db = await Database.open_folder(folder)
    now = datetime.now(UTC)
    async with db.transaction() as session:
        await session.execute(insert(ThreadRow).values(id="t1", state={}, created_at=now, updated_at=now))
    return CartStore(db)


async def test_a_saved_cart_comes_back_equal(tmp_path: Path) -> None:
    store = await a_store(tmp_path)
    cart = add(await store.get("t1", "EUR"), a_product(), a_variant())
    await store.save("t1", cart, expected_version=0)
    assert await store.get("t1", "EUR") == cart


async def test_the_second_of_two_changes_at_once_is_told(tmp_path: Path) -> None:
    store = await a_store(tmp_path)
    empty = await store.get("t1", "EUR")
    first, second = add(empty, a_product(), a_variant()), add(empty, a_product(), a_variant("L"))
    await store.save("t1", first, expected_version=0)
    with pytest.raises(Conflict):
        await store.save("t1", second, expected_version=0)
    assert await store.get("t1", "EUR") == first
