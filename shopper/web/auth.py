"""Who is calling: a server's secret key, a widget's publishable key from an allowed origin, or this machine.

Knows nothing about what the caller may see; routes pass the owner on.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from ipaddress import ip_address

from fastapi import Request

from shopper.errors import BadInput, NotAllowed


@dataclass(frozen=True)
class Caller:
    """`owner` names whose threads these are; `server` is true for secret keys and this machine."""

    owner: str
    server: bool


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
            secret.add(_hash(key))
        for entry in _split(publishable_keys, ","):
            key, _, origins = entry.partition("=")
            if not key.startswith("pk_") or not origins:
                raise BadInput(
                    "A publishable key is written pk_name=https://origin.", field="SHOPPER_PUBLISHABLE_KEYS"
                )
            publishable[_hash(key)] = frozenset(o.rstrip("/") for o in _split(origins, "|"))
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
        digest = _hash(token)
        if any(hmac.compare_digest(digest, known) for known in self.secret):
            return Caller(owner=digest[:16], server=True)
        origins = self.publishable.get(digest)
        if origins is None:
            raise NotAllowed("That key isn't known here.")
        if origin is None or origin.rstrip("/") not in origins:
            raise NotAllowed("That key isn't allowed from this origin.")
        return Caller(owner=digest[:16], server=False)


def _split(text: str, separator: str) -> list[str]:
    return [part.strip() for part in text.split(separator) if part.strip()]


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


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
