"""Who is calling: a server's secret key, a widget's publishable key from an allowed origin, a conversation's
short-lived token, or this machine.

Knows nothing about what the caller may see; routes pass the owner on.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import ip_address

from fastapi import Request

from shopper.errors import BadInput, NotAllowed, NotFound
from shopper.web.keys import ApiKey, Keys, hashed
from shopper.web.tokens import PREFIX, ThreadToken, read_token, signed

TOKEN_LIFE = timedelta(hours=1)

_LOCAL = "local"


class TokenExpired(NotAllowed):
    """A thread's token was good once."""

    code = "token_expired"


@dataclass(frozen=True)
class Caller:
    """`owner` names whose threads these are; `server` is true for secret keys and this machine.

    `key` is the key in SQL, where it was one; `thread_id` is all that a token's bearer may touch.
    """

    owner: str
    server: bool
    key: ApiKey | None = None
    thread_id: str | None = None

    def check(self, thread_id: str | None) -> None:
        """NotFound where a token's bearer asks for another conversation than its own."""
        if self.thread_id is not None and thread_id != self.thread_id:
            raise NotFound("There is no such conversation.")


@dataclass(frozen=True)
class Access:
    """The keys a server answers to, hashed; without any, only callers on this machine are answered."""

    secret: frozenset[str]
    publishable: dict[str, frozenset[str]]  # key hash → origins
    trust_loopback: bool = False

    @classmethod
    def parse(cls, secret_keys: str, publishable_keys: str, *, trust_loopback: bool = False) -> Access:
        """From settings: `sk_a,sk_b` and `pk_a=https://one|https://two,pk_b=https://three`."""
        secret, publishable = set(), {}
        for key in _split(secret_keys, ","):
            if not key.startswith("sk_"):
                raise BadInput("A secret key begins with sk_.", field="SHOPPER_SECRET_KEYS")
            secret.add(hashed(key))
        for entry in _split(publishable_keys, ","):
            key, _, origins = entry.partition("=")
            if not key.startswith("pk_") or not origins:
                raise BadInput(
                    "A publishable key is written pk_name=https://origin.", field="SHOPPER_PUBLISHABLE_KEYS"
                )
            publishable[hashed(key)] = frozenset(o.rstrip("/") for o in _split(origins, "|"))
        return cls(frozenset(secret), publishable, trust_loopback)

    @property
    def origins(self) -> frozenset[str]:
        """Every origin that some key allows; for CORS."""
        return frozenset(origin for origins in self.publishable.values() for origin in origins)

    def caller(self, request: Request) -> Caller:
        """Who sent `request`; NotAllowed where nobody is known by its key, origin or address."""
        token = _bearer(request)
        # Clients that can't do without a key send any to a server that has none.
        if token and (self.secret or self.publishable):
            return self._by_key(token, request.headers.get("origin"))
        if self.secret or self.publishable:
            if not self.trust_loopback or not _is_loopback(request):
                raise NotAllowed("Send a key: Authorization: Bearer sk_… or pk_….")
        elif not _is_loopback(request):
            raise NotAllowed("This server has no keys yet, so it answers on its own machine only.")
        return Caller(owner="local", server=True)

    def _by_key(self, token: str, origin: str | None) -> Caller:
        digest = hashed(token)
        if any(hmac.compare_digest(digest, known) for known in self.secret):
            return Caller(owner=digest[:16], server=True)
        origins = self.publishable.get(digest)
        if origins is None:
            raise NotAllowed("That key isn't known here.")
        if origin is None or origin.rstrip("/") not in origins:
            raise NotAllowed("That key isn't allowed from this origin.")
        return Caller(owner=digest[:16], server=False)

    def knows(self, owner: str, origin: str | None) -> bool:
        """Whether `owner` is one of these keys, used from an origin that it allows."""
        if any(digest[:16] == owner for digest in self.secret):
            return True
        allowed = (origins for digest, origins in self.publishable.items() if digest[:16] == owner)
        return any(origin is not None and origin.rstrip("/") in origins for origins in allowed)


class Gate:
    """Tells callers by the settings' keys, the keys in SQL and the tokens made with either."""

    def __init__(self, access: Access, keys: Keys, *, clock: Callable[[], datetime]) -> None:
        self._access = access
        self._keys = keys
        self._clock = clock

    async def caller(self, request: Request) -> Caller:
        """Who sent `request`; NotAllowed where nobody is known by its key, token, origin or address."""
        text, origin = _bearer(request), request.headers.get("origin")
        if text and text.startswith(PREFIX):
            return await self._by_token(text, request)
        if text and (key := await self._keys.find(text)) is not None:
            return _by_row(key, origin)
        return await self._by_settings(request)

    async def token(self, caller: Caller, thread_id: str) -> tuple[str, datetime]:
        """A token for one conversation of `caller`, and when it ends."""
        expires_at = self._clock().replace(microsecond=0) + TOKEN_LIFE
        token = ThreadToken(thread_id, caller.owner, expires_at)
        return signed(token, await self._keys.token_secret()), expires_at

    async def origins(self) -> frozenset[str]:
        """Every origin that some key allows; for CORS."""
        return self._access.origins | await self._keys.origins()

    async def _by_settings(self, request: Request) -> Caller:
        configured = self._access.secret or self._access.publishable
        if not configured and await self._keys.exist():
            # Keys in SQL shut the door as those of the settings do.
            if _bearer(request):
                raise NotAllowed("That key isn't known here.")
            if not self._access.trust_loopback or not _is_loopback(request):
                raise NotAllowed("Send a key: Authorization: Bearer sk_… or pk_….")
            return Caller(owner=_LOCAL, server=True)
        return self._access.caller(request)

    async def _by_token(self, text: str, request: Request) -> Caller:
        token = read_token(text, await self._keys.token_secret())
        if token is None:
            raise NotAllowed("That token isn't one of this server's.")
        if token.expires_at <= self._clock():
            raise TokenExpired("That token has expired; ask for a new one.")
        maker = await self._maker(token, request)
        return replace(maker, server=False, thread_id=token.thread_id)

    async def _maker(self, token: ThreadToken, request: Request) -> Caller:
        """Whose token it is, if that one would be answered still."""
        origin = request.headers.get("origin")
        if (key := await self._keys.by_id(token.owner)) is not None:
            return _by_row(key, origin)
        if self._access.knows(token.owner, origin):
            return Caller(owner=token.owner, server=False)
        if token.owner == _LOCAL and _is_loopback(request):
            shut = self._access.secret or self._access.publishable or await self._keys.exist()
            if self._access.trust_loopback or not shut:
                return Caller(owner=_LOCAL, server=False)
        raise NotAllowed("The key behind that token no longer works here.")


def _by_row(key: ApiKey, origin: str | None) -> Caller:
    if key.kind == "publishable" and (origin is None or origin.rstrip("/").lower() not in key.origins):
        raise NotAllowed("That key isn't allowed from this origin.")
    return Caller(owner=key.id, server=key.kind == "secret", key=key)


def _split(text: str, separator: str) -> list[str]:
    return [part.strip() for part in text.split(separator) if part.strip()]


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _is_loopback(request: Request) -> bool:
    # A page on another site can make a browser call this machine under its own name (DNS rebinding),
    # so the name that was asked for must be this machine's, too.
    host = (request.url.hostname or "").strip("[]")
    return _names_loopback(host) and (request.client is None or _names_loopback(request.client.host))


def _names_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in ("localhost", "testserver", "testclient")
