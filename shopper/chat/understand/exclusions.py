"""Reads what must not be shown: "no leather", "anything but yellow", "wool-free", "ditch the heels".

Knows nothing about carrying exclusions over turns, except which of them the shopper means for good.
"""

# ruff: noqa: E501 - a pattern or a row of words is read as one line

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shopper.chat.understand.draft import Draft, Span
from shopper.chat.understand.wishes import Wish
from shopper.types import Exclusions

_CUES = re.compile(
    r"(?<![\w-])(?:"
    r"not (?:into|keen on)|i'?m not (?:a fan of|into|keen on|a big fan of)|not (?:a |big |a big )?fans? of|(?:do ?n'?t|does ?n'?t|do not|did ?n'?t|does not|don’t|dont|never|can'?t|cannot|cant|wo ?n'?t|would ?n'?t|"
    r"would not|should ?n'?t|shouldn't|not) (?:really |even |ever )?(?:want|like|love|need|wear|stand|bear|abide|do|have|show me|give me|include|contain|suggest|come in|be|have any|tolerate|go for|use|made of)(?: to (?:see|wear|have))?|"
    r"can'?t stand|can'?t wear|(?:i )?(?:hate|despise|loathe|dislike|detest)s?|no more|no|not|none of|without(?: any)?|w/o|minus|sans|avoid(?:ing)?|except(?: for)?|(?:any|every|all)(?:thing)?(?: \w+)? but|excluding|exclude|anything but|anything except|"
    r"other than|apart from|aside from|besides|all but|but not|ditch|skip|lose|drop|leave out|allerg(?:ic|y) to|(?:intolerant|sensitive) to|sick of|tired of|fed up with|bored of|over|"
    r"is ?n'?t|are ?n'?t|isn't|aren't|ain'?t|nothing(?: in| with| made of| made from)?|never|nor|neither|stay away from|steer clear of|get rid of|remove|"
    r"kein(?:e|en|er|es|em)?|ohne|nicht|ausser|hasse|bloss nicht|niemals|nie|weder|auf keinen fall|allergisch gegen|mag ich nicht|vertrage|nichts (?:mit|aus|in)|"
    r"pas de|pas d'|pas d|pas en|pas|sauf|aucune?|jamais de|ni|deteste|je n'aime pas|allergique (?:a la|au|aux|a l'|a)|surtout pas|"
    r"senza|non (?:voglio|mi piace|mi piacciono|in|di)|niente|tranne|odio|allergic[oa] (?:alla|al|ai|a)|eccetto|non|mai|"
    r"sin|nada de|excepto|menos|odio|alergic[oa] (?:a la|al|a los|a)|que no sean?|no quiero|no me gustan?|ni|que no tenga"
    r")(?![\w-])"
)
_NON = re.compile(r"\bnon[\s-]+(?=\w)")  # "non-leather boots"; a lexicon word such as "non-iron" is a wish
_ENGLISH_ONLY = frozenset({"over", "lose", "drop", "besides", "remove"})
_MISFITS = {  # a cue of one language that is an everyday word of another
    "menos": "es", "sin": "es", "ni": "fr es", "non": "it", "pas": "fr", "niente": "it", "mai": "it", "nie": "de", "odio": "it es",
    "sans": "fr en", "nada de": "es", "tranne": "it", "sauf": "fr", "senza": "it", "ohne": "de", "nicht": "de",
}  # fmt: skip
# "Ditch the heels", "over florals": cues only directly before what they throw out.
_STRICT = frozenset({"over", "lose", "drop", "skip", "remove", "besides"})
_AFTER = re.compile(
    r"^\s*(?:-|\s)?(?:free\b(?!\s+(?:shipping|delivery|returns?|people|spirit))|frei(?:e[snrm]?)?\b|(?:is|are|'s|would be) (?:a |an )?(?:no|no-go|no go|absolute no|out|dealbreaker|deal breaker|not (?:for me|my thing|ok|an option|allowed))\b|"
    r"(?:makes?|gives?) (?:me|him|her|them|us|my \w+(?: \w+)?) (?:all |really |so |too )?(?:itch|itchy|scratch|sneeze|sweat|sweaty|break out|a rash|rashes|hives|allergies|eczema)|"
    r"(?:itches|irritates|scratches)\b|(?:kratzt|juckt)\b|verboten|mag ich nicht|geht (?:gar )?nicht|vertrage ich nicht)"
)
# "He has way too much black already": there is enough of it.
_ENOUGH = re.compile(
    r"(?<!you )(?:\b(?:have|has|had|own|owns|got|wear|wears|bought)|'ve|'s)(?: already| also)?(?: got)? (?:(?:way|far|more than|quite) )?(?:too (?:much|many)|enough(?: of)?|plenty(?: of)?) $"
    r"|\b(?:and|or) (?:way |far )?too (?:much|many) $"
    r"|\b(?:way|far|already)\s(?:\w+\s)?(?:too (?:much|many)|enough|plenty of|so (?:much|many)|loads of|lots of|tons of|a lot of)\s$"
    r"|\b(?:schon|bereits) (?:genug|zu viel\w*|so viel\w*) $|\b(?:deja|trop|assez) (?:trop |assez )?de $|\b(?:gia troppi|gia troppe|gia abbastanza|ya (?:demasiad[oa]s?|bastantes?)) $"
)
_ALREADY = re.compile(
    r"\b(?:have|has|own|owns|got|'ve) (?:loads|lots|tons|a lot|so (?:much|many)|plenty)(?: of)? $"
)
# "Wool makes him itch so none of that": what was named last.
_NONE_OF_IT = re.compile(
    r"\b(?:none of (?:that|those|it|them)|not (?:that|those) please|no more of (?:that|those|it)|nichts davon|rien de tout ca|niente di tutto (?:cio|questo)|nada de eso)\b"
)
_OWNED = frozenset({"category", "color", "material", "pattern", "brand"})  # of pockets nobody has too many
_REACH = 40  # characters between a thing and "none of that"
# What may stand between the cue and the thing, or between two things.
_FILLER = re.compile(
    r"^(?:a|an|the|another|any|of|in|made|from|with|to|too|too much|very|kind|sort|colou?rs?|colou?red|ones?|stuff|things?|like|me|my|them|it|be|real|anything|something|all|those|these|that|that's|which|"
    r"is|are|has|have|having|contain|containing|contains|show|see|more|big|huge|visible|much|so|really|super|overly|please|shiny|bright|genuine|actual|wear|wearing|sort of|"
    r"ein(?:e|en|em|er)?|der|die|das|den|dem|aus|mit|in|zu|von|farbe|de|d|du|des|la|le|les|l|en|un|une|el|los|las|una|di|del|della|delle|il|lo|i|gli|al|alla|sea|sean|con|motif|couleur|color|"
    r"tejido|for|day|time|fabric|material|materials|prints?|pattern|product|products|brand)$"
)
_STOP = re.compile(
    r"[.;!?:]|\b(?:but|aber|sondern|mais|ma|pero|sino|just|only|show|i|i'd|i'm|instead|rather|give|under|please show|looking|want|need|size|because|since|as|lieber|plutot|piuttosto|mejor|though)\b"
)
_OR = re.compile(
    r"^\s*,?\s*(?:or|nor|oder|noch|ou|ni|o|ne|/|and/or|und auch nicht)\s*(?:any |a |an |the |de |d'|in |too )?(?:thing )?(?:like )?$"
)
_AND = re.compile(r"^\s*,?\s*(?:and|und|et|e|y|&|\+)\s*(?:any |all |de |the )?$")
_COMMA = re.compile(r"^\s*,\s*(?:any |de |d')?$")
_AND_WISH = re.compile(
    r"^\s*,?\s*(?:and|und|et|e|y|&)\s+(?:a|an|with|some|in|for|mit|avec|con|ein|eine|un|une)\b"
)
# "Not X, Y": a correction, so Y is wished; "no X, Y" goes on with the list.
_CORRECTING = frozenset({"not", "nicht", "non", "pas", "isn't", "aren't"})
# Degrees: "not too formal" is soft, and never an exclusion.
_DEGREE = re.compile(
    r"^\s*(?:too|so|very|that|overly|super|as|particularly|necessarily|zu|so|sehr|ganz so|trop|tres|troppo|molto|tan|muy|demasiado)\s+(?!much\b)"
)
_INSTEAD = re.compile(
    r"\b(?:instead of|rather than|statt|anstatt|anstelle von|au lieu de|plutot que|invece di|al posto di|en lugar de|en vez de)\s+(?:the |a |an |some |de |den |die |das |l'|la |le |il )?"
)
_LASTING = re.compile(
    r"\b(?:allerg\w*|never|ever|hate|hates|despise|detest|loathe|can'?t wear|cannot wear|can'?t stand|intolerant|sensitive to|vegan|don'?t wear|do not wear|religio\w*|niemals|nie|hasse|jamais|deteste|odio|mai|nunca|always)\b"
)
_TAIL = 9  # where "ever" and "at all" stand
_VEGAN = re.compile(
    r"\b(?:i'?m|i am|we'?re|we are|as|being|ich bin|je suis|sono|soy)(?: an?| strictly| fully| a strict)? (?:ethical |strict )?(?:vegan|veganer(?:in)?|vegane|vegana|vegano)\b"
    r"|\b(?:no|not|nothing|without|free (?:of|from)|(?:do ?n'?t|do not|never|wo ?n'?t|can'?t) (?:wear|use|want|buy|like))(?: (?:any|anything|all|made|that|comes?|of|from|with|use))*"
    r" animals?\b(?![ -]?(?:prints?|patterns?|motifs?))(?:[ -](?:products?|materials?|derived|based|skins?|hides?|fib(?:re|er)s?|fabrics?|parts?|origin|sourced|stuff|things?))*"
    r"|\bnon-animal(?: (?:materials?|products?))?\b"
    r"|\b(?:ohne|kein\w*|nichts) tier(?!muster|print|motiv)\w+(?: (?:material\w*|produkt\w*|ursprungs?))?|\btierfrei\w*\b"
    r"|\bsans (?:aucune? )?(?:(?:matieres?|produits?|fibres?) )?(?:d'origine )?anima(?:les?|ux|l)\b"
    r"|\b(?:senza|nessun\w*|niente) (?:(?:prodott\w|material\w) )?(?:di origine )?animal[ei]\b"
    r"|\bsin (?:(?:productos?|materiales?) )?(?:de origen )?animal(?:es)?\b"
)
ANIMAL = ("leather", "wool", "silk", "fur", "down")
# "It doesn't have to be leather" lifts a wish and forbids nothing; "hood is fine" lifts an exclusion.
_OPTIONAL = re.compile(
    r"\b(?:does|do|need)(?: ?n'?t| not) (?:have|need)? ?(?:to )?(?:be|have|come in|come with)\b|\bneed not be\b|\bmuss (?:es )?nicht(?: unbedingt)?\b|\bn'a pas besoin d'etre\b|\bnon deve (?:per forza )?essere\b|\bno hace falta que\b"
)
_FINE = re.compile(
    r"^\s*(?:is|are|would be|'s|ist|sind|est|sono|e|es|son)? ?(?:also |actually |totally )?(?:fine|ok|okay|alright|all right|acceptable|no problem|allowed|in ordnung|d'accord|va bene|vale)\b"
)
_FIELD = {
    "category": "categories", "color": "colors", "material": "materials", "pattern": "patterns", "brand": "brands",
    "feature": "features", "fit": "features", "occasion": "features",
}  # fmt: skip


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
    for match in _INSTEAD.finditer(draft.flat):
        phrase = _phrase_after(draft, match.end(), wishes)
        dropped.extend(phrase)
        spans.extend((match.start(), wish.end) for wish in phrase)
    cues = [*_CUES.finditer(draft.flat), *(_NON.finditer(draft.flat) if draft.language == "en" else ())]
    optional = [m.span() for m in _OPTIONAL.finditer(draft.flat)]
    for _, end in optional:
        dropped.extend(_phrase_after(draft, end, wishes))
    for cue in cues:
        if any(start <= cue.start() < end for start, end in optional):
            continue
        if not _is_cue(draft, cue, wishes):
            continue
        if _NONE_OF_IT.match(draft.flat, cue.start()):
            continue
        if degree := _DEGREE.match(draft.flat[cue.end() :]):
            soft.extend(_soft(draft, cue, degree.end(), wishes, dropped))
            continue
        found = _scope(draft, cue, wishes)
        tail = draft.flat[max((w.end for w in found), default=cue.end()) :][:_TAIL]
        lasting = bool(_LASTING.search(f"{cue.group()} {tail.split(',')[0]}"))
        for wish in found:
            thrown.setdefault(wish, lasting)
        if found:
            spans.append((cue.start(), max(w.end for w in found)))
    for wish in wishes:
        after = _AFTER.match(draft.flat[wish.end :])
        if after and wish.kind in _FIELD:
            thrown.setdefault(wish, bool(_LASTING.search(draft.flat)))
            spans.append((wish.start, wish.end + after.end()))
            taken.append(spans[-1])
        elif wish.kind in _OWNED and _is_plenty(draft, wish):
            phrase = _phrase_after(draft, wish.start, wishes)
            thrown.update({w: False for w in _thrown_of(phrase) if w not in thrown})
            # "Enough black shirts, a scarf": with something else to look for, the shirts aren't.
            others = [w for w in wishes if w.kind == "category" and w not in phrase and w not in thrown]
            dropped.extend(w for w in phrase if w.kind == "category" and others)
            spans.append((wish.start, max(w.end for w in phrase)))
    for match in _NONE_OF_IT.finditer(draft.flat):
        named = [w for w in wishes if w.kind in _FIELD and 0 <= match.start() - w.end <= _REACH]
        for wish in named[-1:]:
            thrown.setdefault(wish, False)
    exclude, lasting_part = _collect(thrown, wishes)
    vegan = _VEGAN.search(draft.flat)
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
    gone |= {w for w in wishes if any((w.start, w.end) == (t.start, t.end) for t in thrown)}
    if vegan:  # "no animal fibres or leather" wishes for no leather
        gone |= {
            w for w in wishes if w.key == "vegan" or (w.kind == "material" and w.key in exclude.materials)
        }
    wanted = tuple(w for w in wishes if w not in gone)
    return Excluded(wanted, exclude, lasting_part, tuple(dropped), tuple(soft), tuple(spans))


def _is_plenty(draft: Draft, wish: Wish) -> bool:
    """Whether they own enough of it: "I have plenty of navy"."""
    before = " ".join(draft.flat[: wish.start].split()) + " "
    return bool(_ENOUGH.search(before)) or bool(
        _ALREADY.search(before) and re.match(r"\s+(?:\w+\s+)?already\b", draft.flat[wish.end :])
    )


def is_fine(draft: Draft, wish: Wish) -> bool:
    """Whether the words only allow the wish: "hood is fine"."""
    return bool(_FINE.match(draft.flat[wish.end :]))


def excluded_by(wish: Wish, exclude: Exclusions) -> bool:
    """Whether an earlier exclusion forbids the wish."""
    name = _FIELD.get(wish.kind)
    return name is not None and wish.key in getattr(exclude, name)


def _is_cue(draft: Draft, cue: re.Match[str], wishes: Sequence[Wish]) -> bool:
    word = cue.group()
    languages = _MISFITS.get(word)
    if languages and draft.language not in languages.split():
        return False
    if word in _ENGLISH_ONLY and draft.language != "en":
        return False
    # "No, I meant skirts": an answer, not a negation. A cue inside a wish ("non-iron", "no-show") isn't one either.
    if re.match(r"(?:no|non|nein|nope)$", word) and re.match(r"\s*[,.!]", draft.flat[cue.end() :]):
        return False
    return not any(w.start <= cue.start() < w.end for w in wishes)


def _fillers_only(gap: str) -> bool:
    return all(_FILLER.match(word) for word in gap.replace(",", " ").split())


def _phrase_after(draft: Draft, at: int, wishes: Sequence[Wish]) -> list[Wish]:
    """The touching wishes right after `at`: one noun phrase."""
    phrase: list[Wish] = []
    for wish in sorted(wishes, key=lambda w: (w.start, -w.end)):
        if wish.start < at:
            if phrase and wish.start >= phrase[0].start:
                phrase.append(wish)
            continue
        gap = draft.flat[at : wish.start]
        if (gap.strip(" -") if phrase else not _fillers_only(gap)) or _STOP.search(gap):
            break
        phrase.append(wish)
        at = max(at, wish.end)
    return phrase


def _scope(draft: Draft, cue: re.Match[str], wishes: Sequence[Wish]) -> list[Wish]:
    """Everything a cue throws out: a noun phrase, and what is joined to it by "or", commas and "and"."""
    strict = cue.group() in _STRICT
    first = _phrase_after(draft, cue.end(), wishes)
    if not first or (
        strict and re.sub(r"\b(?:the|all|any)\b", "", draft.flat[cue.end() : first[0].start]).strip()
    ):
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
        kinds = {w.kind for w in phrases[-1]}
        same_kind = bool(kinds & {w.kind for w in phrase})
        if _OR.match(gap) or (_AND.match(gap) and same_kind and not _AND_WISH.match(gap)):
            phrases.append(phrase)
            continue
        if (
            _COMMA.match(gap)
            and same_kind
            and (_list_goes_on(draft, phrase, wishes) or cue.group() not in _CORRECTING)
        ):
            phrases.append(phrase)
            continue
        break
    return [wish for phrase in phrases for wish in _thrown_of(phrase)]


def _list_goes_on(draft: Draft, phrase: Sequence[Wish], wishes: Sequence[Wish]) -> bool:
    at = max(w.end for w in phrase)
    return bool(re.match(r"^\s*,?\s*(?:or|and|nor|oder|und|ou|et|o|e|y|ni|,)\b", draft.flat[at:])) and any(
        w.start >= at for w in wishes
    )


def _thrown_of(phrase: Sequence[Wish]) -> list[Wish]:
    """In "no black jeans" the black goes and the jeans stay wished."""
    describing = [w for w in phrase if w.kind != "category" and w.kind in _FIELD]
    if describing and all(any((w.start, w.end) == (d.start, d.end) for d in describing) for w in phrase):
        return describing  # "turtlenecks" are sweaters with a neck, and only the neck is thrown out
    if describing and any(w.kind == "category" and w.end >= max(d.end for d in describing) for w in phrase):
        whole = [
            w
            for w in phrase
            if w.kind == "category" and any(d.start >= w.start and d.end <= w.end for d in describing)
        ]
        return [*whole] if whole and len(phrase) == len(whole) + len(describing) else describing
    return [w for w in phrase if w.kind in _FIELD]


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
        name = _FIELD.get(wish.kind)
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
