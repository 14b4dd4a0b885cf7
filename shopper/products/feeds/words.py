"""A shop's raw text made plain: bytes to characters, HTML to lines, lists to words, headers to names.

Knows nothing about products.
"""

from __future__ import annotations

import codecs
import html
import re
import unicodedata
from functools import lru_cache
from html.parser import HTMLParser

_BLOCKS = frozenset(
    {
        "p",
        "div",
        "br",
        "li",
        "ul",
        "ol",
        "tr",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "section",
        "article",
        "dt",
        "dd",
    }
)
_SILENT = frozenset({"script", "style", "template", "noscript"})
_MARKS = re.compile(r"[®™©\u200b\u200e\u200f\ufeff\u00ad]")


def decode(data: bytes) -> str:
    """The text of a feed in UTF-8, UTF-16 or Windows-1252, without its byte-order mark.

    A line that isn't UTF-8 is read as Windows-1252 on its own, so one bad line doesn't garble the others.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    data = data.removeprefix(codecs.BOM_UTF8)
    head = data[:4096]
    if head.count(0) > len(head) // 4:  # UTF-16 without a mark: every second byte of Latin text is zero
        return data.decode("utf-16-le" if head[1:2] == b"\0" else "utf-16-be", errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(decode_line(line) for line in data.splitlines(keepends=True))


def decode_line(line: bytes) -> str:
    """One line as UTF-8, else as Windows-1252."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


class _Lines(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def plain(text: str, *, limit: int = 20_000) -> str:
    """`text` without tags, entities, bullets and doubled spaces; blocks of HTML become lines.

    Longer texts than `limit` end there: nobody reads a description of 20,000 characters.
    """
    if re.search(r"<[a-zA-Z/!]", text):
        reader = _Lines()
        # HTML's own line breaks mean nothing; its blocks do.
        reader.feed(text[: limit * 4].replace("\r", " ").replace("\n", " "))
        reader.close()
        text = "".join(reader.parts)
    text = html.unescape(text)
    lines = (" ".join(_printable(line).split()).lstrip("•·▪–* ").strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)[:limit]


def one_line(text: str) -> str:
    """`plain` on one line, for titles and names."""
    return _short_line(text) if len(text) <= 40 else " ".join(plain(text).split())


@lru_cache(maxsize=20_000)
def _short_line(text: str) -> str:
    # A feed says "navy" and "M" a million times.
    return " ".join(plain(text).split())


def bare(text: str) -> str:
    """A value as a key would be written: lower-case, no trademarks, entities or doubled spaces."""
    return " ".join(_printable(_MARKS.sub("", html.unescape(text))).lower().split())


def words(text: str, separators: str = ",;|\n") -> tuple[str, ...]:
    """The parts of a list in one cell, each once, in order."""
    parts = re.split(f"[{re.escape(separators)}]", html.unescape(text))
    return tuple(dict.fromkeys(part for raw in parts if (part := _printable(raw).strip())))


def column_name(header: str) -> str:
    """A header as the readers know it: `Variant Price` and `variant_price ` are both `variant_price`."""
    return re.sub(r"[^0-9a-z]+", "_", html.unescape(header).replace("\ufeff", "").lower()).strip("_")


def slug(text: str) -> str:
    """`text` as a part of an id: `Midnight Navy` is `midnight-navy`."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^0-9a-z.]+", "-", folded).strip("-") or "-".join(f"{ord(c):x}" for c in text.strip()[:8])


def _printable(line: str) -> str:
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() or c == " " else " " for c in line)
