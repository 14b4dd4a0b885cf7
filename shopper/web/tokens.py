"""Short-lived tokens bound to one conversation: written, signed and read.

Knows nothing about keys or requests.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime

PREFIX = "tt_"


@dataclass(frozen=True)
class ThreadToken:
    """What a token says: the conversation, whose it is (the id of the key that made it), and its end."""

    thread_id: str
    owner: str
    expires_at: datetime


def signed(token: ThreadToken, secret: bytes) -> str:
    """The token as text, `tt_<what it says>.<HMAC-SHA256>`; whoever has it can read it, not change it."""
    said = [token.thread_id, token.owner, int(token.expires_at.timestamp())]
    body = _encode(json.dumps(said, separators=(",", ":")).encode())
    return f"{PREFIX}{body}.{_signature(body, secret)}"


def read_token(text: str, secret: bytes) -> ThreadToken | None:
    """What a token says, or None where `secret` didn't sign it."""
    body, _, signature = text.removeprefix(PREFIX).partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(body, secret).encode()):
        return None
    try:
        thread_id, owner, expires = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (binascii.Error, ValueError):
        return None
    return ThreadToken(str(thread_id), str(owner), datetime.fromtimestamp(int(expires), UTC))


def _signature(body: str, secret: bytes) -> str:
    return _encode(hmac.digest(secret, body.encode(), hashlib.sha256))


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
