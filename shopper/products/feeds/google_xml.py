"""Google Merchant XML, RSS or Atom, to rows: each `item` or `entry` with the line it starts at.

Knows nothing about what the elements mean.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler, feature_namespaces

import defusedxml.sax
from defusedxml import DefusedXmlException

from shopper.errors import FeedError
from shopper.products.feeds.table import Row
from shopper.products.feeds.words import column_name

_ITEMS = frozenset({"item", "entry", "product"})
_GOOGLE = "base.google.com"
# A longer text is no product's; it would only fill the memory.
_LONGEST = 1_000_000


def read_items(data: bytes) -> list[Row]:
    """The items of `data` by local element name; repeated elements are joined by a line break.

    Raises FeedError where it is no well-formed XML, or defines entities.
    """
    handler = _Items()
    parser = defusedxml.sax.make_parser()
    parser.setFeature(feature_namespaces, True)
    parser.setContentHandler(handler)
    try:
        parser.parse(BytesIO(data))
    except SAXParseException as error:
        raise FeedError(
            f"The feed is not well-formed XML: {error.getMessage()} in line {error.getLineNumber()}."
        ) from error
    except DefusedXmlException as error:
        raise FeedError("The feed defines XML entities or a document type, which is not allowed.") from error
    except (SAXException, ValueError, LookupError) as error:
        raise FeedError("The feed can't be read as XML.") from error
    if not handler.rows:
        raise FeedError("The feed holds no product items.")
    return handler.rows


class _Items(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self._cells: dict[str, str] | None = None
        self._namespaces: dict[str, str] = {}
        self._line = 0
        self._depth = 0  # below the item
        self._text: list[str] = []
        self._locator: Any = None

    def setDocumentLocator(self, locator: Any) -> None:
        self._locator = locator

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: Any) -> None:
        if self._cells is None:
            if name[1] in _ITEMS:
                self._cells, self._namespaces, self._depth = {}, {}, 0
                self._line = self._locator.getLineNumber()
            return
        self._depth += 1
        if self._depth == 1:
            self._text = []
            if name[1] == "link" and attrs.getLength():  # Atom keeps the address in an attribute
                self._text = [attrs.get((None, "href")) or ""]

    def characters(self, content: str) -> None:
        if self._cells is not None and self._depth == 1 and sum(map(len, self._text)) < _LONGEST:
            self._text.append(content)

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:
        if self._cells is None:
            return
        if self._depth == 0:
            self.rows.append(Row(self._line, self._cells))
            self._cells = None
            return
        if self._depth == 1:
            self._keep(name, "".join(self._text).strip())
        self._depth -= 1

    def _keep(self, name: tuple[str | None, str], text: str) -> None:
        cells, space, key = self._cells, name[0] or "", column_name(name[1])
        if cells is None or not text:
            return
        if key not in cells:
            cells[key] = text
        elif space == self._namespaces[key]:
            if key in {"product_highlight", "material", "additional_image_link"}:
                cells[key] += "\n" + text
            return
        elif _GOOGLE in space:  # g:title beats the RSS title
            cells[key] = text
        else:
            return
        self._namespaces[key] = space
