"""/mcp: lets MCP requests in by key, and hands them to the shop's MCP server.

Knows nothing about tools.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from shopper.errors import ShopperError
from shopper.web.problems import problem, problem_of

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

# Checks the caller of a request and gives the owner of its carts.
Admit = Callable[[Request], Awaitable[str]]


class McpEndpoint:
    """An ASGI app; answers only while `running`. Each request stands alone, so any process may serve it."""

    def __init__(self, build: Callable[[], MCPServer], admit: Admit) -> None:
        self._build, self._admit = build, admit
        self._manager: StreamableHTTPSessionManager | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve until the block ends."""
        from mcp.server.transport_security import TransportSecuritySettings

        server = self._build()
        # Who may call under which host name is this server's own check, before a request gets here.
        unguarded = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        server.streamable_http_app(stateless_http=True, json_response=True, transport_security=unguarded)
        async with server.session_manager.run():
            self._manager = server.session_manager
            try:
                yield
            finally:
                self._manager = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            owner = await self._admit(request)
        except ShopperError as error:
            await problem_of(error)(scope, receive, send)
            return
        if self._manager is None:
            down = problem(503, "Not ready", "The server is starting or stopping.", code="not_ready")
            await down(scope, receive, send)
            return
        scope.setdefault("state", {})["owner"] = owner
        await self._manager.handle_request(scope, receive, send)
