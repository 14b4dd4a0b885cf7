"""The address of a shop's own checkout, with a cart's things in it.

Knows nothing about quotes or payments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from shopper.errors import BadInput
from shopper.types import CartLine, Variant

_FIELD = "checkout_url"
_NAMES = ("variant_id", "product_id", "sku", "quantity")
_PLACE = re.compile(r"\{([^{}]*)\}")
_REPEATED = re.compile(r"(?P<part>.*\})(?P<between>[^{}]*?)(?:…|\.\.\.)(?P<after>[^{}]*)", re.DOTALL)


@dataclass(frozen=True)
class HandOff:
    """A template such as `https://shop.example/cart/{variant_id}:{quantity},…`.

    The part that is repeated for each line goes from the first placeholder to the sign before `…`; where that
    sign is `&`, from the beginning of the parameter. A template without placeholders is one address for all.
    """

    before: str
    part: str
    between: str
    after: str

    @classmethod
    def parse(cls, template: str) -> HandOff:
        """Raises BadInput for an address that isn't https, an unknown placeholder or a missing `…`."""
        places = _PLACE.findall(template)
        unknown = [name for name in places if name not in _NAMES]
        if unknown or set("{}") & set(_PLACE.sub("", template)):
            raise BadInput(f"checkout_url may name {', '.join(_NAMES)} in braces.", field=_FIELD)
        address = urlsplit(_PLACE.sub("x", template))
        local = address.scheme == "http" and address.hostname in ("localhost", "127.0.0.1")
        if not address.hostname or not (address.scheme == "https" or local):
            raise BadInput("checkout_url is a whole address beginning with https://.", field=_FIELD)
        if not places:
            return cls(template, "", "", "")
        start = template.index("{")
        found = _REPEATED.fullmatch(template[start:])
        if found is None or "{" in template[:start] or not found["between"]:
            raise BadInput(
                "checkout_url says how things are listed, with the sign between two before three dots: "
                "{variant_id}:{quantity},…",
                field=_FIELD,
            )
        if found["between"] == "&":
            start = max(template.rfind("?", 0, start), template.rfind("&", 0, start)) + 1
            found = _REPEATED.fullmatch(template[start:])
            assert found is not None  # the same template, from a little further to the left
        return cls(template[:start], found["part"], found["between"], found["after"])

    def url(self, lines: Sequence[CartLine], variants: Mapping[str, Variant]) -> str:
        """Where these lines are bought; every value is percent-encoded."""
        parts = (
            [_filled(self.part, line, variants[line.variant_id].sku) for line in lines] if self.part else []
        )
        return self.before + self.between.join(parts) + self.after


def _filled(part: str, line: CartLine, sku: str) -> str:
    values = {
        "variant_id": line.variant_id,
        "product_id": line.product_id,
        "sku": sku,
        "quantity": str(line.quantity),
    }
    return _PLACE.sub(lambda found: quote(values[found[1]], safe=""), part)
