"""The family of errors whose message is one sentence that may be shown to a shopper or a shop.

Knows nothing about HTTP statuses, logs or tracebacks.
"""

from __future__ import annotations


class ShopperError(Exception):
    """Something a person can understand went wrong. `str(error)` is safe to show."""

    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadInput(ShopperError):
    """What was sent can't be used; `field` names the part at fault."""

    code = "bad_input"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class TooLarge(BadInput):
    """What was sent is over a limit that the message names."""

    code = "too_large"


class NotFound(ShopperError):
    """There is no such thing, or not for this caller."""

    code = "not_found"


class Conflict(ShopperError):
    """Somebody changed it in the meantime."""

    code = "conflict"


class OutOfStock(Conflict):
    """The variant can't be had in that quantity."""

    code = "out_of_stock"


class NotShown(BadInput):
    """A product or variant that was never shown in this thread, or a size nobody chose."""

    code = "not_shown"


class NotAllowed(ShopperError):
    """The key or address may not do this."""

    code = "not_allowed"


class TooMany(ShopperError):
    """A rate limit; try again later."""

    code = "too_many"


class FeedError(BadInput):
    """A feed that can't be read as a whole (a single bad row is a reject, not this)."""

    code = "bad_feed"


class StoreBusy(ShopperError):
    """Another process owns the data folder."""

    code = "store_busy"


class CatalogMissing(ShopperError):
    """The data folder holds no catalog yet."""

    code = "no_catalog"


class EncoderUnavailable(ShopperError):
    """The encoder's files can't be found or read."""

    code = "encoder_unavailable"


class ModelUnavailable(ShopperError):
    """The language model can't be reached or gave no usable answer."""

    code = "model_unavailable"


class DialogError(ShopperError):
    """A scripted dialog that can't be read: the message names the file and the key."""

    code = "bad_dialog"
