"""Finds the lexicon's words in free text: tokens, plurals, accents, languages, longest match first.

Knows nothing about what a category or a colour means; `taxonomy` does.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LEXICON = Path(__file__).with_name("lexicon.toml")
LANGUAGES = ("en", "de", "fr", "it", "es")
_COUNTABLE = frozenset({"category", "pattern", "feature", "occasion", "person", "gender", "age"})
_INNER = frozenset({"color", "material", "pattern", "fit", "feature", "care", "occasion", "season"})
# Table of the file → kind of mention.
_KINDS = {
    "categories": "category",
    "colors": "color",
    "materials": "material",
    "patterns": "pattern",
    "fits": "fit",
    "features": "feature",
    "care": "care",
    "occasions": "occasion",
    "styles": "style",
    "seasons": "season",
    "genders": "gender",
    "people": "person",
    "ages": "age",
}
_HEAD_FIRST = frozenset({"fr", "it", "es"})
_NO_STEM = frozenset({"brand", "maybe_brand", "out_of_shop"})
# "s.oliver" is one word, "jean.it" is a sentence without its space.
_TOKEN = re.compile(r"\d+/\d+|\d+(?:[.,]\d+)+|(?<![^\W_])[^\W_]{1,2}\.[^\W\d_]+|[^\W_]+(?:['’&][^\W_]+)*")
_BREAK = re.compile(r"[,;!?]|\.\s")
_ELISION = re.compile(r"^(?:d|l|qu|j|n|c|m|dell|all|nell|sull|un)['’](?=\w)", re.IGNORECASE)


@dataclass(frozen=True)
class Token:
    """A word as matched (folded) and where it stands in the text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Mention:
    """A lexicon word found in a text: `text[start:end]` means `key` of `kind`."""

    kind: str
    key: str
    start: int
    end: int
    language: str = "en"


@cache
def fold(word: str) -> str:
    """Lower case without accents: "Größe" → "grosse", "pantalón" → "pantalon"."""
    decomposed = unicodedata.normalize("NFKD", word.casefold().replace("’", "'"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def tokens(text: str) -> list[Token]:
    """The words of `text` in order; elisions are split ("d'été" → "d", "ete")."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        word, start = match.group(), match.start()
        elided = _ELISION.match(word)
        if elided and len(word) - elided.end() > 1:
            found.append(Token(fold(word[: elided.end() - 1]), start, start + elided.end() - 1))
            word, start = word[elided.end() :], start + elided.end()
        found.append(Token(fold(word), start, match.end()))
    return found


def plural(word: str) -> str:
    """The regular English plural: "scarf" is irregular and lists its own."""
    if re.search(r"(?:[sxz]|ch|sh)$", word):
        return word + "es"
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + "s"


Entry = tuple[str, str, str]  # kind, key, language


class Lexicon:
    """The file as tables and as an index of phrases."""

    def __init__(self, tables: dict[str, Any]) -> None:
        self.tables = tables
        self.listed: set[tuple[str, ...]] = set()  # without the plurals made here
        self.phrases: dict[tuple[str, ...], list[Entry]] = {}
        self._longest: dict[str, int] = {}
        for table, kind in _KINDS.items():
            for key, row in tables[table].items():
                self._add_row(kind, key, row)
        self._add_brands(tables["brands"])
        for word in split_words(tables["out_of_shop"]["words"]):
            self._add(word, ("out_of_shop", word, "en"), plurals=True)
        self.english = frozenset(split_words(tables["common_english"]["words"]))
        said = {name: split_words(words) for name, words in tables["languages"].items()}
        self.stopwords = {name: frozenset(fold(word) for word in words) for name, words in said.items()}
        # Little words listed with their accents are told from English only by them.
        self.accented = frozenset(fold(w) for words in said.values() for w in words if fold(w) != w)
        self.weak = frozenset(fold(word) for word in split_words(tables["weak"]["words"]))
        self._names = {tuple(t.text for t in tokens(n)) for n in split_words(tables["names"]["words"])}
        self.words = frozenset(token for phrase in self.phrases for token in phrase)
        self._compound_heads = self._german_heads()

    def _add_row(self, kind: str, key: str, row: dict[str, Any]) -> None:
        self._add(key, (kind, key, "en"), plurals=kind in _COUNTABLE and row.get("group") != "heel")
        if "plural" in row:
            self._add(row["plural"], (kind, key, "en"))
        for language in LANGUAGES:
            for word in split_words(row.get(language, "")):
                # "High heels" are shoes, though a "high heel" is a feature of them.
                plurals = language == "en" and kind in {"category", "feature", "occasion", "person"}
                plurals = plurals and row.get("group") != "heel"
                self._add(word, (kind, key, language), plurals=plurals)

    def _add_brands(self, brands: dict[str, Any]) -> None:
        careful = set(split_words(brands["careful"]))
        for name in split_words(brands["world"]):
            key = brands["aliases"].get(name, name)
            self._add(name, ("maybe_brand" if name in careful else "brand", key, "en"))

    def _add(self, words: str, entry: Entry, *, plurals: bool = False) -> None:
        phrase = tuple(t.text for t in tokens(words))
        forms = [phrase]
        self.listed.add(phrase)
        if plurals and not phrase[-1].endswith("s"):
            forms.append((*phrase[:-1], plural(phrase[-1])))
        for form in forms:
            entries = self.phrases.setdefault(form, [])
            if entry not in entries and not any(e[0] == entry[0] and e[2] == entry[2] for e in entries):
                entries.append(entry)
            self._longest[form[0]] = max(self._longest.get(form[0], 0), len(form))

    def _german_heads(self) -> dict[str, str]:
        return {
            phrase[0]: key
            for phrase, entries in self.phrases.items()
            for kind, key, language in entries
            if kind == "category" and language == "de" and len(phrase) == 1 and len(phrase[0]) >= 4
        }

    def entries(self, phrase: tuple[str, ...], language: str | None) -> list[Entry]:
        """What a phrase means in `language`, one entry a kind; `None` is any language, English first."""
        chosen: dict[str, Entry] = {}
        for entry in self.phrases.get(phrase, ()):
            kind, _, spoken = entry
            if spoken == "en" and language not in (None, "en") and self._is_stopword(phrase, language):
                continue
            if language is None:
                if spoken != "en" and len(phrase) == 1 and phrase[0] in self.english:
                    continue
                # "Robe" without a known language is the English word.
                if kind not in chosen or (spoken == "en" and chosen[kind][2] != "en"):
                    chosen[kind] = entry
            elif spoken == language or (spoken == "en" and kind not in chosen):
                chosen[kind] = entry
        return list(chosen.values())

    def _is_stopword(self, phrase: tuple[str, ...], language: str | None) -> bool:
        return len(phrase) == 1 and phrase[0] in self.stopwords.get(language or "", ())

    def find(self, text: str, language: str | None = None) -> list[Mention]:
        """Every mention in `text`, longest phrase first from the left; several kinds may share a span."""
        words = tokens(text)
        mentions: list[Mention] = []
        at = 0
        while at < len(words):
            if self._is_little(text[words[at].start : words[at].end]):
                at += 1
                continue
            at += self._match(words[at : at + self._reach(text, words, at)], language, mentions) or 1
        return mentions

    def _reach(self, text: str, words: list[Token], at: int) -> int:
        """How many words from `at` on may be one phrase: none goes over a comma."""
        longest = min(self._longest.get(self.known_form(words[at].text), 1), len(words) - at)
        for length in range(1, longest):
            if _BREAK.search(text, words[at + length - 1].end, words[at + length].start):
                return length
        return max(longest, 1)

    def _is_little(self, said: str) -> bool:
        """Whether a word written with its accents is a little one of another language: "für" is no fur."""
        return fold(said) in self.accented and fold(said) != said.casefold()

    def _match(self, words: list[Token], language: str | None, out: list[Mention]) -> int:
        """The longest phrase that `words` begin with: how many of them it takes, 0 for none."""
        forms = [self.known_form(w.text) for w in words]
        for length in range(len(words) if forms[0] in self._longest else 0, 0, -1):
            phrase = tuple(forms[:length])
            entries = self.entries(phrase, language)
            if entries:
                start, end = words[0].start, words[length - 1].end
                out.extend(Mention(kind, key, start, end, spoken) for kind, key, spoken in entries)
                if length > 1 and any(kind == "category" for kind, _, _ in entries):
                    out.extend(self._inside(words[:length], phrase, entries, language))
                return length
        if language in (None, "de"):
            out.extend(self._compound(words[0], sure=language == "de"))
        return 0

    def _inside(
        self, words: list[Token], phrase: tuple[str, ...], entries: list[Entry], language: str | None
    ) -> list[Mention]:
        """The wishes inside a compound name: "summer dress" is a dress, and for summer."""
        key, spoken = next((key, said) for kind, key, said in entries if kind == "category")
        if phrase in self._names or tuple(t.text for t in tokens(key)) == phrase[: len(tokens(key))]:
            return []
        inner: list[Mention] = []
        kinds = _INNER - {kind for kind, _, _ in entries}
        # "Summer dress" has its head last, "robe longue" first.
        at, end_at = (1, len(words)) if spoken in _HEAD_FIRST else (0, len(words) - 1)
        while at < end_at:
            step = 1
            for length in range(end_at - at, 0, -1):
                found = [e for e in self.entries(phrase[at : at + length], language) if e[0] in kinds]
                if found:
                    start, end = words[at].start, words[at + length - 1].end
                    inner.extend(
                        Mention(k, name, start, end, said)
                        for k, name, said in found
                        if name not in key.split()
                    )
                    step = length
                    break
            at += step
        return inner

    def known_form(self, word: str) -> str:
        """`word`, or its spelling without written-out umlauts where only that is known ("gruen")."""
        if word in self.words:
            return word
        if word.endswith("'s") and word[:-2] in self.words:
            return word[:-2]  # "khaki's fine", "my gran's birthday"
        if not re.search(r"ae|oe|ue", word):
            return word
        plain = word.replace("ae", "a").replace("oe", "o").replace("ue", "u")
        return plain if plain in self.words else word

    def _compound(self, word: Token, *, sure: bool) -> list[Mention]:
        """A German compound: "Leinenhose" is trousers of linen."""
        text = self.known_form(word.text)
        for cut in range(3, len(text) - 3):
            head = text[cut:]
            key = self._compound_heads.get(head)
            if key is None:
                continue
            middle = word.start + cut if len(text) == word.end - word.start else word.end
            stem = self._stem(text[:cut])
            if stem is None and not (sure and len(head) >= 5):
                continue
            if stem is None or stem[0] == "category":
                return [Mention("category", key, word.start, word.end, "de")]
            mentions = [Mention("category", key, min(middle, word.end - 1), word.end, "de")]
            if middle < word.end:
                mentions.insert(0, Mention(stem[0], stem[1], word.start, middle, "de"))
            return mentions
        return []

    def _stem(self, stem: str) -> Entry | None:
        for form in (
            stem,
            stem.removesuffix("s"),
            stem.removesuffix("en"),
            stem.removesuffix("n"),
            stem + "e",
        ):
            found = [e for e in self.entries((form,), "de") if e[0] not in _NO_STEM]
            if found:
                # "Fleece" is a thing too, but a "Fleecejacke" is a jacket of it.
                return min(found, key=lambda e: e[0] == "category")
        return None


def split_words(words: str) -> list[str]:
    """A comma-separated cell of the file as its words."""
    return [word for cell in words.split(",") if (word := " ".join(cell.split()))]


@cache
def load_lexicon() -> Lexicon:
    """The lexicon of the package, read once."""
    with LEXICON.open("rb") as file:
        return Lexicon(tomllib.load(file))
