"""Starts the chat API from settings: `python server.py`, the same as `shopper serve`.

Knows nothing but the order: settings, shop, app, uvicorn.
"""

import asyncio

from shopper.settings import Settings
from shopper.shop import build_shop
from shopper.web.app import build_app
from shopper.web.serve import serve


async def main() -> None:
    settings = Settings()
    shop = await build_shop(settings)
    try:
        await serve(build_app(shop), host=settings.host, port=settings.port)
    finally:
        await shop.close()


if __name__ == "__main__":
    asyncio.run(main())
