"""Reads what must not be shown: "no leather", "anything but yellow", "wool-free", "ditch the heels".

Knows nothing about carrying exclusions over turns, except which of them the shopper means for good.
"""

# ruff: noqa: E501 - a pattern or a row of words is read as one line

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from shopper.chat.understand import refusals
from shopper.chat.understand.draft import Draft, Span
from shopper.chat.understand.refusals import ANIMAL
from shopper.chat.understand.wishes import Wish
from shopper.types import Exclusions


@dataclass(frozen=True)
class Excluded:
    """What is left to wish for, what isn't, and what was only put aside ("blue instead of black")."""

    wanted: tuple[Wish, ...]
    exclude: Exclusions
    lasting: Exclusions
    dropped: tuple[Wish, ...] = ()
    soft: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()


def read_exclusions(draft: Draft, wishes: Sequence[Wish]) -> Excluded:
    """Splits the wishes of a message into wanted and excluded."""
    thrown: dict[Wish, bool] = {}
    dropped: list[Wish] = []
    soft: list[str] = []
    spans: list[Span] = []
    taken: list[Span] = []
    for match in refusals.INSTEAD.finditer(draft.flat):
        phrase = _phrase_after(draft, match.end(), wishes)
        dropped.extend(phrase)
        spans.extend((match.start(), wish.end) for wish in phrase)
    cues = [
        *refusals.CUES.finditer(draft.flat),
        *(refusals.NON.finditer(draft.flat) if draft.language == "en" else ()),
    ]
    optional = [m.span() for m in refusals.OPTIONAL.finditer(draft.flat)]
    for _, end in optional:
        dropped.extend(_phrase_after(draft, end, wishes))
    verbs = _verbs(draft, wishes)
    for cue in cues:
        if any(start <= cue.start() < end for start, end in (*optional, *verbs.values())):
            continue
        if not _is_cue(draft, cue, wishes):
            continue
        if refusals.NONE_OF_IT.match(draft.flat, cue.start()):
            continue
        if degree := refusals.DEGREE.match(draft.flat[cue.end() :]):
            soft.extend(_soft(draft, cue, degree.end(), wishes, dropped))
            continue
        found = _scope(draft, cue, wishes)
        tail = draft.flat[max((w.end for w in found), default=cue.end()) :][: refusals.TAIL]
        lasting = bool(refusals.LASTING.search(f"{cue.group()} {tail.split(',')[0]}"))
        if found and refusals.NEEDED.match(draft.flat[max(w.end for w in found) :]):
            continue  # "I hate tights but need some"
        if cue.group() in refusals.PUT_ASIDE:
            dropped.extend(found)
            found = []
        for wish in found:
            thrown.setdefault(wish, lasting)
        if found:
            spans.append((cue.start(), max(w.end for w in found)))
    for wish in wishes:
        if wish.kind != "category" and refusals.TOO.search(draft.flat[: wish.start]) and wish not in thrown:
            dropped.append(wish)
            soft.append(f"less {wish.key}")
            continue
        if wish.kind in ("color", "pattern", "category") and refusals.MUCH.match(draft.flat[wish.end :]):
            dropped.append(wish)
            continue
        if wish in verbs:
            phrase = [w for w in wishes if w.end == wish.end]
            if wish in _thrown_of(draft, phrase):
                lasting = bool(refusals.LASTING.search(draft.flat))
                thrown.update(
                    {w: lasting for w in _joined(draft, wish, verbs[wish], wishes) if w not in thrown}
                )
            spans.append((wish.start, verbs[wish][1]))
            taken.append(spans[-1])
        elif wish.kind in refusals.OWNED and _is_plenty(draft, wish):
            phrase = _phrase_after(draft, wish.start, wishes)
            thrown.update({w: False for w in _thrown_of(draft, phrase) if w not in thrown})
            # "Enough black shirts, a scarf": with something else to look for, the shirts aren't.
            others = [w for w in wishes if w.kind == "category" and w not in phrase and w not in thrown]
            dropped.extend(w for w in phrase if w.kind == "category" and others)
            spans.append((wish.start, max(w.end for w in phrase)))
    for match in refusals.NONE_OF_IT.finditer(draft.flat):
        named = [
            w for w in wishes if w.kind in refusals.FIELD and 0 <= match.start() - w.end <= refusals.REACH
        ]
        for wish in named[-1:]:
            thrown.setdefault(wish, False)
    exclude, lasting_part = _collect(_with_parts(_told_apart(thrown, wishes), wishes), wishes)
    vegan = refusals.VEGAN.search(draft.flat)
    if vegan:
        spans.append(vegan.span())
        exclude = exclude.model_copy(
            update={"materials": tuple(dict.fromkeys((*exclude.materials, *ANIMAL)))}
        )
        lasting_part = lasting_part.model_copy(
            update={"materials": tuple(dict.fromkeys((*lasting_part.materials, *ANIMAL)))}
        )
    # "Makes me sweat" is no sweatshirt, and excluded "turtlenecks" aren't sweaters to wish for.
    gone = {*thrown, *dropped}
    gone |= {w for w in wishes if any(start <= w.start and w.end <= end for start, end in taken)}
    gone |= {w for w in wishes if any(t.start <= w.start and w.end <= t.end for t in thrown)}
    # Of "tops, no crop tops" the crop tops aren't wished for either.
    named = [w for w in wishes if w.kind == "category" and w not in gone]
    gone |= {
        w
        for w in named
        if len(named) > 1 and any(t.kind != "category" and w.start <= t.start < w.end for t in thrown)
    }
    if vegan:  # "no animal fibres or leather" wishes for no leather
        gone |= {
            w for w in wishes if w.key == "vegan" or (w.kind == "material" and w.key in exclude.materials)
        }
    wanted = tuple(w for w in wishes if w not in gone)
    return Excluded(wanted, exclude, lasting_part, tuple(dropped), tuple(soft), tuple(spans))


def _verbs(draft: Draft, wishes: Sequence[Wish]) -> dict[Wish, Span]:
    """The refusing verbs that hang on a word: "leather's out", "florals do nothing for me"."""
    found: dict[Wish, Span] = {}
    for wish in wishes:
        at = wish.end - 2 * draft.flat[wish.start : wish.end].endswith("'s")
        after = refusals.AFTER.match(draft.flat[at:])
        if after and wish.kind in refusals.FIELD:
            found[wish] = (at, at + after.end())
    return found


def _joined(draft: Draft, wish: Wish, verb: Span, wishes: Sequence[Wish]) -> list[Wish]:
    """The wish and what is joined before it: "leather and lace are dealbreakers"."""
    out = [wish]
    joint = ""
    before = sorted(
        (w for w in wishes if w.kind == wish.kind and w.end <= wish.start), key=lambda w: -w.start
    )
    for other in before:
        gap = draft.flat[other.end : out[-1].start]
        named = refusals.NAMING.match(gap)
        joined = refusals.JOINED.match(gap) and not refusals.OF_ONE.match(draft.flat[slice(*verb)])
        if not (named or joined or (joint and refusals.LISTED.match(gap))):
            break
        joint = gap
        out.append(other)
    return out


def _told_apart(thrown: dict[Wish, bool], wishes: Sequence[Wish]) -> dict[Wish, bool]:
    """Of "tops, no crop tops" the kind stays wished for, and only what tells the refused ones goes."""
    asked = {w.key for w in wishes if w.kind == "category" and w not in thrown}
    out: dict[Wish, bool] = {}
    for wish, lasting in thrown.items():
        if wish.kind != "category" or wish.key not in asked:
            out.setdefault(wish, lasting)
            continue
        for inner in wishes:
            if (
                inner.kind in ("feature", "material", "pattern", "fit")
                and wish.start <= inner.start < wish.end
            ):
                out.setdefault(inner, lasting)
    return out


def _with_parts(thrown: dict[Wish, bool], wishes: Sequence[Wish]) -> dict[Wish, bool]:
    """ "A coat with no belt" forbids no belts, but belted coats."""
    if not any(w.kind == "category" and w not in thrown for w in wishes):
        return thrown
    return {
        replace(w, kind="feature", key=refusals.AS_PART[w.key])
        if w.kind == "category" and w.key in refusals.AS_PART
        else w: lasting
        for w, lasting in thrown.items()
    }


def _is_plenty(draft: Draft, wish: Wish) -> bool:
    """Whether they own enough of it: "I have plenty of navy"."""
    before = " ".join(draft.flat[: wish.start].split()) + " "
    return bool(refusals.ENOUGH.search(before)) or bool(
        refusals.ALREADY.search(before) and re.match(r"\s+(?:\w+\s+)?already\b", draft.flat[wish.end :])
    )


def is_fine(draft: Draft, wish: Wish) -> bool:
    """Whether the words only allow the wish: "hood is fine"."""
    return bool(refusals.FINE.match(draft.flat[wish.end :]))


def excluded_by(wish: Wish, exclude: Exclusions) -> bool:
    """Whether an earlier exclusion forbids the wish."""
    name = refusals.FIELD.get(wish.kind)
    return name is not None and wish.key in getattr(exclude, name)


def _is_cue(draft: Draft, cue: re.Match[str], wishes: Sequence[Wish]) -> bool:
    word = cue.group()
    languages = refusals.MISFITS.get(word)
    if languages and draft.language not in languages.split():
        return False
    if word in refusals.ENGLISH_ONLY and draft.language != "en":
        return False
    # "So over florals", and not "a mesh over the dress".
    if word == "over" and not refusals.OVER_IT.search(draft.flat[: cue.start()]):
        return False
    # "No, I meant skirts": an answer, not a negation. A cue inside a wish ("non-iron", "no-show") isn't one either.
    if re.match(r"(?:no|non|nein|nope)$", word) and re.match(r"\s*[,.!]", draft.flat[cue.end() :]):
        return False
    return not any(w.start <= cue.start() < w.end for w in wishes)


def _fillers_only(gap: str) -> bool:
    return all(refusals.FILLER.match(word) for word in gap.replace(",", " ").split())


def _phrase_after(draft: Draft, at: int, wishes: Sequence[Wish]) -> list[Wish]:
    """The touching wishes right after `at`: one noun phrase."""
    phrase: list[Wish] = []
    for wish in sorted(wishes, key=lambda w: (w.start, -w.end)):
        if wish.start < at:
            if phrase and wish.start >= phrase[0].start:
                phrase.append(wish)
            continue
        gap = draft.flat[at : wish.start]
        apart = refusals.APART.search(gap)  # "not itchy, camel" asks for camel
        if (gap.strip(" -") if phrase else not _fillers_only(gap) or apart) or refusals.STOP.search(gap):
            break
        phrase.append(wish)
        at = max(at, wish.end)
    return phrase


def _scope(draft: Draft, cue: re.Match[str], wishes: Sequence[Wish]) -> list[Wish]:
    """Everything a cue throws out: a noun phrase, and what is joined to it by "or", commas and "and"."""
    strict = cue.group() in refusals.STRICT or cue.re is refusals.NON
    # "Anything with" and "with pockets" share a word; in "any trainers but white ones" the trainers stay.
    inside = [w.start for w in wishes if cue.start() < w.start < cue.end()]
    after = cue.end() if refusals.BUT.search(cue.group()) else min([cue.end(), *inside])
    first = _phrase_after(draft, after, wishes)
    if not first or (
        strict and re.sub(r"\b(?:the|all|any)\b", "", draft.flat[after : first[0].start]).strip()
    ):
        return []
    # "No itchy jumpers" asks for jumpers that don't itch.
    if refusals.QUALITY.search(draft.flat[after : first[0].start]) and first[0].kind == "category":
        return []
    phrases = [first]
    while True:
        at = max(w.end for w in phrases[-1])
        # A category may carry a colour behind it: "jeans in black".
        following = [w for w in wishes if w.start >= at]
        if not following:
            break
        following.sort(key=lambda w: w.start)
        gap = draft.flat[at : following[0].start]
        phrase = _phrase_after(draft, following[0].start, wishes)
        kinds = {w.kind for w in _thrown_of(draft, phrases[-1])}
        same_kind = bool(kinds & {w.kind for w in phrase})
        # "No prints, a plain tee": a new thing after the comma is what is wanted.
        new_thing = "category" not in kinds and any(w.kind == "category" for w in phrase)
        if refusals.OR.match(gap) or (
            refusals.AND.match(gap) and same_kind and not refusals.AND_WISH.match(gap)
        ):
            phrases.append(phrase)
            continue
        if (
            refusals.COMMA.match(gap)
            and same_kind
            and not new_thing
            and not refusals.ASKED_AFTER.match(draft.flat[max(w.end for w in phrase) :])
            and (_list_goes_on(draft, phrase, wishes) or cue.group() not in refusals.CORRECTING)
        ):
            phrases.append(phrase)
            continue
        break
    return [wish for phrase in phrases for wish in _thrown_of(draft, phrase)]


def _list_goes_on(draft: Draft, phrase: Sequence[Wish], wishes: Sequence[Wish]) -> bool:
    at = max(w.end for w in phrase)
    return bool(re.match(r"^\s*,?\s*(?:or|and|nor|oder|und|ou|et|o|e|y|ni|,)\b", draft.flat[at:])) and any(
        w.start >= at for w in wishes
    )


def _thrown_of(draft: Draft, phrase: Sequence[Wish]) -> list[Wish]:
    """In "no black jeans" the black goes and the jeans stay wished; of "crop tops" only the crop goes."""
    describing = [w for w in phrase if w.kind != "category" and w.kind in refusals.FIELD]
    if describing and all(any((w.start, w.end) == (d.start, d.end) for d in describing) for w in phrase):
        return describing  # "turtlenecks" are sweaters with a neck, and only the neck is thrown out
    if describing and any(w.kind == "category" and w.end >= max(d.end for d in describing) for w in phrase):
        whole = [
            w
            for w in phrase
            if w.kind == "category"
            and w.key not in draft.flat[w.start : w.end].split()[-1]
            and any(d.start >= w.start and d.end <= w.end for d in describing)
        ]
        return [*whole] if whole and len(phrase) == len(whole) + len(describing) else describing
    return [w for w in phrase if w.kind in refusals.FIELD]


def _soft(
    draft: Draft, cue: re.Match[str], length: int, wishes: Sequence[Wish], dropped: list[Wish]
) -> list[str]:
    """ "Not too formal" is a soft wish: kept in its words, and the fact in it is put aside."""
    start = cue.end() + length
    word = re.match(r"[\w-]+(?:\s+[\w-]+)?", draft.flat[start:])
    if not word:
        return []
    end = start + len(word.group().split()[0])
    inside = [w for w in wishes if w.start >= start and w.start < end]
    dropped.extend(inside)
    end = max([end, *(w.end for w in inside)])
    return [" ".join(draft.text[cue.start() : end].split())]


def _collect(thrown: dict[Wish, bool], wishes: Sequence[Wish]) -> tuple[Exclusions, Exclusions]:
    fields: dict[str, list[str]] = {}
    lasting: dict[str, list[str]] = {}
    for wish, for_good in thrown.items():
        name = refusals.FIELD.get(wish.kind)
        if name is None:
            continue
        fields.setdefault(name, []).append(wish.key)
        if for_good:
            lasting.setdefault(name, []).append(wish.key)
    return (
        Exclusions(**{name: tuple(dict.fromkeys(keys)) for name, keys in fields.items()}),
        Exclusions(**{name: tuple(dict.fromkeys(keys)) for name, keys in lasting.items()}),
    )


def union(first: Exclusions, second: Exclusions) -> Exclusions:
    """Both together, each key once."""
    return Exclusions(
        **{
            name: tuple(dict.fromkeys((*getattr(first, name), *getattr(second, name))))
            for name in Exclusions.model_fields
        }
    )


def without(exclude: Exclusions, wanted: dict[str, tuple[str, ...]]) -> Exclusions:
    """`exclude` less what is wished for after all; `wanted` by field of Exclusions."""
    return Exclusions(
        **{
            name: tuple(k for k in getattr(exclude, name) if k not in wanted.get(name, ()))
            for name in Exclusions.model_fields
        }
    )
