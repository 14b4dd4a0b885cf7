"""Measures full-text engines for the search: our NumPy postings beside SQLite's FTS5 and tantivy.

Knows nothing about facts or vectors. All engines get the same stemmed words; run with
`python -m shopper.bench.lexical FOLDER [SIZE …]`; tantivy is left out where it isn't installed.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import json
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from shopper.search.columns import Stored
from shopper.search.lexical import LexicalBuilder, LexicalIndex
from shopper.search.words import STOPWORDS, content_stems, plain_words, stem

Fields = tuple[str, ...]  # a document's stemmed words by field, in the order of WEIGHTS
Mask = NDArray[np.bool_]
Scores = NDArray[np.float32]
WEIGHTS = (3.0, 2.0, 1.5, 1.0, 1.5, 1.0, 1.0)
_NAMES = ("title", "brand", "kind", "color", "facts", "use", "description")
_BEST, _ASKED, _REPEATS = 1000, 200, 3
_SEED = 5


# ── documents ───────────────────────────────────────────────────────────────────────────────────────


def grown(catalog: Path, size: int) -> Iterator[Fields]:
    """`size` products whose titles, facts and sentences are put together from the demo shop's."""
    rows = [json.loads(line) for line in (catalog / "products.jsonl").read_text("utf-8").splitlines()]
    kinds: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        kinds.setdefault(row["category"], []).append(row)
    for number in range(size):
        dice = random.Random(f"{_SEED}:{number}")
        kin = kinds[rows[number % len(rows)]["category"]]
        one, other, third = (dice.choice(kin) for _ in range(3))
        name = dice.choice(rows)["title"].split()[0] + f"{dice.randrange(3000)}"
        sentences = [s for row in (other, third) for s in row["description"].split(". ")]
        colors = dict.fromkeys(v["color"] for v in (*other["variants"], *third["variants"]) if v["color"])
        said = (
            " ".join((name, *one["title"].split()[1:])),
            dice.choice(rows)["brand"],
            one["category"],
            " ".join(dice.sample([*colors], min(3, len(colors)))),
            " . ".join((*other["materials"], *one.get("patterns", ()), *third.get("features", ()))),
            " . ".join((*one.get("occasions", ()), *other.get("seasons", ()), *other.get("tags", ()))),
            ". ".join(dice.sample(sentences, min(3, len(sentences)))),
        )
        yield tuple(" ".join(stem(w) for w in plain_words(t) if w and w not in STOPWORDS) for t in said)


def asked(documents: Sequence[Fields]) -> list[str]:
    """Queries of two to five words that some document holds."""
    dice, found = random.Random(_SEED), list[str]()
    while len(found) < _ASKED:
        fields = dice.choice(documents)
        words = [*fields[2].split(), *dice.sample(fields[3].split(), min(1, len(fields[3].split())))]
        rest = f"{fields[0]} {fields[4]} {fields[5]} {fields[6]}".split()
        words += dice.sample(rest, min(dice.randint(1, 3), len(rest)))
        if keys := content_stems(" ".join(words)):
            found.append(" ".join(keys))
    return found


# ── engines ─────────────────────────────────────────────────────────────────────────────────────────


class Engine(Protocol):
    """Full text over numbered documents, kept in a folder."""

    def build(self, documents: Sequence[Fields], folder: Path) -> None: ...
    def open(self, folder: Path, size: int) -> None: ...
    def best(self, query: str, count: int) -> Sequence[int]: ...
    def scores(self, query: str) -> Scores: ...
    def containing(self, phrase: str) -> Mask: ...


class Postings:
    """The search's own index, with its arrays mapped from files."""

    def build(self, documents: Sequence[Fields], folder: Path) -> None:
        builder = LexicalBuilder()
        for fields in documents:
            builder.add(zip(fields, WEIGHTS, strict=True))
        stored = builder.build().stored()
        for name, values in stored.arrays.items():
            np.save(folder / f"{name}.npy", values)
        (folder / "terms.json").write_text(json.dumps(stored.values["terms"]), "utf-8")

    def open(self, folder: Path, size: int) -> None:
        arrays = {path.stem: np.load(path, mmap_mode="r") for path in folder.glob("*.npy")}
        terms = tuple(json.loads((folder / "terms.json").read_text("utf-8")))
        self._index = LexicalIndex.restored(Stored(arrays, {"terms": terms}))

    def best(self, query: str, count: int) -> Sequence[int]:
        scores = self._index.scores(query)
        found = np.flatnonzero(scores)
        if len(found) > count:
            found = found[np.argpartition(-scores[found], count)[:count]]
        ordered: list[int] = found[np.lexsort((found, -scores[found]))].tolist()
        return ordered

    def scores(self, query: str) -> Scores:
        return self._index.scores(query)

    def containing(self, phrase: str) -> Mask:
        return self._index.containing(phrase)


class Fts5:
    """SQLite's full text, its own BM25 with the same weights of fields."""

    def build(self, documents: Sequence[Fields], folder: Path) -> None:
        with sqlite3.connect(folder / "text.db") as db:
            db.execute(f"CREATE VIRTUAL TABLE t USING fts5({', '.join(_NAMES)}, content='')")
            marks = ", ".join("?" * len(_NAMES))
            db.executemany(
                f"INSERT INTO t(rowid, {', '.join(_NAMES)}) VALUES (?, {marks})",  # noqa: S608 - names of this file
                ((number + 1, *fields) for number, fields in enumerate(documents)),
            )
            db.execute("INSERT INTO t(t) VALUES ('optimize')")

    def open(self, folder: Path, size: int) -> None:
        self._db, self._size = sqlite3.connect(folder / "text.db"), size
        self._rank = f"bm25(t, {', '.join(map(str, WEIGHTS))})"

    def _matched(self, joint: str, query: str, more: str = "") -> list[tuple[int, float]]:
        match = f" {joint} ".join(f'"{word}"' for word in query.split())
        return self._db.execute(
            f"SELECT rowid - 1, -{self._rank} FROM t WHERE t MATCH ? {more}",  # noqa: S608 - as above
            (match,),
        ).fetchall()

    def best(self, query: str, count: int) -> Sequence[int]:
        return [n for n, _ in self._matched("OR", query, f"ORDER BY {self._rank} LIMIT {count}")]

    def scores(self, query: str) -> Scores:
        total = np.zeros(self._size, dtype=np.float32)
        found = np.array(self._matched("OR", query)).reshape(-1, 2)
        total[found[:, 0].astype(np.int64)] = found[:, 1]
        return total

    def containing(self, phrase: str) -> Mask:
        out = np.zeros(self._size, dtype=bool)
        match = " AND ".join(f'"{word}"' for word in phrase.split())
        rows = self._db.execute("SELECT rowid - 1 FROM t WHERE t MATCH ?", (match,)).fetchall()
        out[np.array(rows, dtype=np.int64).ravel()] = True
        return out


class Tantivy:
    """tantivy with one segment, so that its document addresses are our numbers."""

    def __init__(self) -> None:
        self._lib: Any = importlib.import_module("tantivy")

    def build(self, documents: Sequence[Fields], folder: Path) -> None:
        schema = self._lib.SchemaBuilder()
        for name in _NAMES:
            schema.add_text_field(name, stored=False, tokenizer_name="whitespace")
        index = self._lib.Index(schema.build(), path=str(folder))
        writer = index.writer(heap_size=1_000_000_000, num_threads=1)
        for fields in documents:
            writer.add_document(self._lib.Document(**{n: [t] for n, t in zip(_NAMES, fields, strict=True)}))
        writer.commit()
        writer.wait_merging_threads()

    def open(self, folder: Path, size: int) -> None:
        self._index, self._size = self._lib.Index.open(str(folder)), size
        self._searcher = self._index.searcher()
        assert self._searcher.num_segments == 1

    def _query(self, query: str, occur: Any) -> Any:
        lib, schema = self._lib, self._index.schema

        def term(word: str) -> Any:
            fields = [
                (lib.Occur.Should, lib.Query.boost_query(lib.Query.term_query(schema, name, word), weight))
                for name, weight in zip(_NAMES, WEIGHTS, strict=True)
            ]
            return lib.Query.boolean_query(fields)

        return lib.Query.boolean_query([(occur, term(word)) for word in query.split()])

    def best(self, query: str, count: int) -> Sequence[int]:
        hits = self._searcher.search(self._query(query, self._lib.Occur.Should), count, count=False).hits
        return [address.doc for _, address in hits]

    def scores(self, query: str) -> Scores:
        total = np.zeros(self._size, dtype=np.float32)
        parts = self._query(query, self._lib.Occur.Should)
        for score, address in self._searcher.search(parts, self._size, count=False).hits:
            total[address.doc] = score
        return total

    def containing(self, phrase: str) -> Mask:
        out = np.zeros(self._size, dtype=bool)
        parts = self._query(phrase, self._lib.Occur.Must)
        hits = self._searcher.search(parts, self._size, count=False).hits
        out[[address.doc for _, address in hits]] = True
        return out


ENGINES: dict[str, Callable[[], Engine]] = {"numpy": Postings, "fts5": Fts5, "tantivy": Tantivy}


# ── measuring ───────────────────────────────────────────────────────────────────────────────────────


def _resident() -> float:
    """MB of this process's own pages: files mapped and shared don't count."""
    gc.collect()
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("RssAnon:")[1].split()[0]) / 1024


def _milliseconds(run: Callable[[str], object], queries: Sequence[str]) -> list[float]:
    taken = []
    for query in queries:
        best = float("inf")
        for _ in range(_REPEATS):
            start = time.perf_counter()
            run(query)
            best = min(best, time.perf_counter() - start)
        taken.append(best * 1000)
    return [round(float(np.percentile(taken, part)), 2) for part in (50, 95)]


def build(name: str, size: int, folder: Path, catalog: Path) -> dict[str, Any]:
    """Build one engine in a fresh folder: seconds, peak memory, and megabytes on disk."""
    documents = list(grown(catalog, size))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    engine, before = ENGINES[name](), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    engine.build(documents, folder)
    seconds = time.perf_counter() - start
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    disk = sum(path.stat().st_size for path in folder.iterdir()) / 2**20
    return {"build_s": round(seconds, 2), "build_peak_mb": round(peak), "disk_mb": round(disk, 1)}


def ask(name: str, size: int, folder: Path, catalog: Path) -> dict[str, Any]:
    """Open one engine and ask it everything; `top` holds the best ten of each query."""
    queries = asked(list(grown(catalog, min(size, 10_000))))
    masks = {part: np.random.default_rng(_SEED).random(size) < part for part in (0.5, 0.01)}
    engine, before = ENGINES[name](), _resident()
    start = time.perf_counter()
    engine.open(folder, size)
    engine.best(queries[0], 10)
    opened = time.perf_counter() - start
    found = {
        "open_ms": round(opened * 1000, 1),
        "best": _milliseconds(lambda query: engine.best(query, _BEST), queries),
        **{
            f"joined_{part}": _milliseconds(lambda query, mask=mask: engine.scores(query)[mask], queries)  # type: ignore[misc]  # a default binds the loop's mask
            for part, mask in masks.items()
        },
        "containing": _milliseconds(lambda q: engine.containing(" ".join(q.split()[:2])), queries),
        "found": float(np.mean([np.count_nonzero(engine.scores(query)) for query in queries])),
        "top": [list(engine.best(query, 10)) for query in queries],
    }
    return {**found, "memory_mb": round(_resident() - before, 1)}


def _in_a_process(*words: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "shopper.bench.lexical", *words]
    said = subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603 - this very program
    answer: dict[str, Any] = json.loads(said)
    return answer


def main(folder: Path, sizes: Sequence[int], catalog: Path) -> None:
    """Measure each engine in processes of its own and print one line of JSON for each."""
    for size in sizes:
        best: list[list[int]] = []
        for name in ENGINES:
            if name == "tantivy" and importlib.util.find_spec(name) is None:
                continue
            line: dict[str, Any] = {"engine": name, "size": size}
            for step in ("build", "ask"):
                line |= _in_a_process(step, name, str(size), str(folder / f"{name}-{size}"), str(catalog))
            top = line.pop("top")
            best = best or top
            same = [len({*mine} & {*ours}) / max(len(ours), 1) for mine, ours in zip(top, best, strict=True)]
            print(json.dumps({**line, "same_top_10": round(float(np.mean(same)), 3)}), flush=True)


if __name__ == "__main__":
    if sys.argv[1] in ("build", "ask"):
        step, name, size, where, catalog = sys.argv[1:]
        run = build if step == "build" else ask
        print(json.dumps(run(name, int(size), Path(where), Path(catalog))))
    else:
        main(Path(sys.argv[1]), [int(n) for n in sys.argv[2:]] or [10_000, 100_000], Path("catalog"))
