"""What refusing sounds like, in all languages: "no leather", "wool-free", "brings me out in a rash".

Knows nothing about what is refused.
"""

# ruff: noqa: E501 - a pattern or a row of words is read as one line

from __future__ import annotations

import re

CUES = re.compile(
    r"(?<![\w-])(?:"
    r"no soporto|no (?:uso|llevo|aguanto)|no quiero|no me (?:gustan?|va[n]?|convencen?)|no (?:thanks|thank you|ta|cheers) to|"
    r"(?:never|not|no)(?: ever| really| exactly| much)*(?: been)?(?: of)?(?: an?| the)?(?: big| huge| massive| great| biggest| greatest)? fans? of|not (?:into|keen on|crazy about|mad (?:about|on)|wild about|fussed on|sold on|up for|feeling|loving|big on|here for)|"
    r"refus(?:e|es|ed|ing) to (?:wear|buy|touch|own)|boycott(?:s|ing)?|hold off on|zero|(?:i'?m|i am|we'?re|we are)(?: \w+)? (?:against|opposed to)|free (?:of|from)|"
    r"(?:be )?(?:caught|seen) dead in|(?:so |really |absolutely )?(?:sick|tired|bored|weary)(?: and tired| to death| to tears| stiff)? (?:of|with)|had enough of|"
    r"(?:stay|keep|steer)(?: me| it| him| her| us)?(?: well| far)? (?:away|clear)(?: from| of)|shy away from|(?:do ?n'?t|does ?n'?t|do not|did ?n'?t|does not|don’t|dont|never|can'?t|cannot|cant|wo ?n'?t|would ?n'?t|"
    r"would not|should ?n'?t|shouldn't|not) (?:really |even |ever |usually |normally |go )?(?:want|like|love|need|wear|be doing with|deal with|do with|handle|take|cope with|get on with|get along with|get away with|stomach|face|consider|trust|go near|buy|touch|care for|fancy|suit|go|rock|pull off|stand|bear|abide|do|have|show me|give me|include|contain|suggest|come in|be|have any|tolerate|go for|use|made of)(?: to (?:see|wear|have))?|"
    r"can'?t stand|can'?t wear|(?:hard |big )?pass on|no thanks to|no to|nope to|nah to|reacts?(?: really| so)?(?: badly| terribly| horribly)? to|reacting to|skip|hold the|rather not(?: have| wear)?|not interested in|anti|spare me(?: the| from)?|sworn off|swear off|enough with|done with|so done with|had it with|(?:i )?(?:hate|despise|loathe|dislike|detest)s?|no more|no|not|none (?:of|by|from|in|with)|without(?: any)?|w/o|minus|sans|avoid(?:ing)?|except(?: for)?|(?:any|every|all)(?:thing|one|body|where)?(?: [\w-]+){0,3} (?:bar|save|barring)|(?:any|every|all)(?:thing|one|body)?(?: \w+)? but(?! (?:with|not|no|only|must|under|for|i|it|make)\b)|barring|excluding|excludes?|exclude|anything but|anything except|"
    r"other than|apart from|aside from|besides|all but|but not|ditch|lose|drop|forget(?: about)?|scrap|bin|axe|nix|leave (?:out|off)(?: anything| everything)?(?: with)?|leave off|cut out|filter out|allerg(?:ic|y) to|(?:break|breaks|broke|breaking) out (?:in \w+ )?(?:with|from|over|because of)|(?:come|comes|came) (?:out|up) in (?:a |an )?\w+ (?:with|from|because of)|(?:intolerant|sensitive) to|fed up (?:with|of)|over|"
    r"is ?n'?t|are ?n'?t|isn't|aren't|ain'?t|nothing(?: in| with| by| from| made of| made from)?|never|nor|neither|get rid of|remove|"
    r"kein(?:e|en|er|es|em)?|ohne|nicht|bitte nicht|weg mit|verzichte auf|hauptsache nicht|hauptsache kein\w*|nix|au(?:ss|ß)er|hasse|blo(?:ss|ß) nicht|blo(?:ss|ß) kein\w*|mag kein\w*|keinesfalls|null bock auf|niemals|nie|weder|auf keinen fall|allergisch gegen|mag ich nicht|vertrage|nichts (?:mit|aus|in|von)|"
    r"pas de|pas d'|plus de ca|marre (?:du|de la|des|de)|jamais|rien (?:en|avec|de)|evite[rz]?|hors de question|pas d|pas en|pas|sauf|aucune?|jamais de|ni|deteste|je n'aime pas|allergique (?:a la|au|aux|a l'|a)|surtout pas(?: de)?|hormis|excepte|a part|exclu\w*|je (?:ne )?(?:veux|porte|supporte|mets|aime) (?:pas|plus|jamais) (?:de |d'|le |la |les )?|"
    r"senza|basta con|evita(?:re)?|a parte|no a(?:l|lla|i|lle)?|non (?:sopporto|porto|indosso|voglio|mi piace|mi piacciono|in|di)|niente|tranne|salvo|fuorche|esclus[oi]|detesto|odio|allergic[oa] (?:alla|al|ai|a)|eccetto|non|mai|"
    r"sin|odio|detesto|salvo|evita(?:r)?|nada con|tampoco|nada de|excepto|menos|odio|alergic[oa] (?:a la|al|a los|a)|que no (?:sean?|llev(?:e|en)|tengan?|contengan?|esten? hech[oa]s? de)|ni|que no tenga"
    r")(?![\w-])"
)
OVER_IT = re.compile(
    r"(?:^|[.,;!?]|\b(?:i'?m|i am|we'?re|so|totally|completely|kinda|well|really|just|pretty much))\s*$"
)
BUT = re.compile(r"\b(?:but|bar|save|barring)$")
NON = re.compile(
    r"\b(?:non[\s-]+|no-)(?=\w)"
)  # "non-leather boots"; a lexicon word such as "non-iron" is a wish
ENGLISH_ONLY = frozenset({"over", "lose", "drop", "besides", "remove", "bin", "axe", "scrap", "anti"})
MISFITS = {  # a cue of one language that is an everyday word of another
    "menos": "es", "sin": "es", "ni": "fr es", "non": "it", "pas": "fr", "niente": "it", "mai": "it", "nie": "de", "odio": "it es",
    "sans": "fr en", "nada de": "es", "tranne": "it", "sauf": "fr", "a part": "fr", "salvo": "it es", "zero": "en", "excepte": "fr", "take": "en", "senza": "it", "ohne": "de", "nicht": "de",
}  # fmt: skip
# "Ditch the heels", "over florals": cues only directly before what they throw out.
STRICT = frozenset(
    {
        "over",
        "lose",
        "drop",
        "skip",
        "remove",
        "besides",
        "bin",
        "axe",
        "scrap",
        "anti",
        "forget",
        "forget about",
        "plus de ca",
    }
)
AFTER = re.compile(
    r"^\s*(?:-|\s)?(?:free\b(?!\s+(?:of|from|shipping|delivery|returns?|people|spirit))|frei(?:e[snrm]?)?\b|(?:well |far )?away from (?:me|her|him|us|my)\b|out of (?:it|this|the picture)\b|need(?:n'?t| not) apply\b|"
    r"(?:is|are|'s|was|were|would be|will be)(?: (?:a|an|such|just|definitely|absolutely|always|also|all|too|both|so|really|simply|hard|firm|big|definite|massive|huge|total|complete|bit of a))*"
    r" (?:no(?! (?:problem|issue|longer|bother))(?:[- ](?:no|go)e?s?)?|nope|off the (?:table|menu|list)|off[- ]limits|out of the question|hideous|ugly|awful|banned|gross|grim|yuck|vile|horrid|horrible|ghastly|disgusting|turn[- ]?offs?|out\b(?! of)|deal[- ]?breakers?|"
    r"not (?:really |so )?(?:for me|for her|for him|(?:my|her|his) (?:thing|bag|vibe|jam|style|colou?r|cup of tea|scene|friend|favou?rite)|happening|ok|okay|an option|allowed|on|welcome|wanted))\b|"
    r"(?:(?:(?:do|does)n'?t|(?:do|does) not) (?:really )?(?:suit|agree with|work (?:on|for|with)|look good on|do it for|flatter)|(?:do|does) nothing for|never suits?|washes|wash|drains|kills?|hurts?|bothers?|irritates?|annoys?|upsets?|ages) (?:me|him|her|my (?:skin|feet|ankles|complexion|colouring))\b|"
    r"(?:isn'?t|aren'?t|is not|are not|'s not) (?:really |exactly )?(?:my|her|his|for me|for her|for him)\b(?: (?:thing|bag|vibe|jam|style|colou?r|cup of tea|scene)\b)?|(?:looks?|is|are) (?:awful|terrible|bad|rubbish|horrible|dreadful) on (?:me|her|him)\b|"
    r"\? ?(?:no\b|nope|never\b(?! mind)|nah|yuck|ew+|ugh|not for me)\b|[?,:]? ?(?:no thanks|no thank you|no way|hard pass|hell no|god no|no chance|not a chance|never again|over my dead body|not on your (?:life|nelly))\b|"
    r"(?:brings?|bring|breaks?|break) (?:me|him|her|them|my \w+) out(?: in \w+(?: \w+)?)?|(?:makes?|make) (?:me|him|her|us|my \w+) look\b|(?:makes?|gives?|sets?) (?:me|him|her|them|us|my \w+(?: \w+)?) (?:all |really |so |too |the )?(?:off\b|icks?\b|creeps\b|itch|itchy|scratch|sneeze|sweat|sweaty|break out|a rash|rashes|hives|allergies|eczema)|"
    r"and (?:i|me|my skin) (?:really )?(?:do ?n'?t|do not) (?:get on|get along|mix|agree|go)\b|can (?:do one|get lost|jog on|go (?:away|in the bin|do one))\b|"
    r"(?:itches|irritates|scratches)\b|(?:kratzt|juckt)\b|(?:creases|wrinkles|pills|bobbles|shrinks|snags)\b|verboten|mag ich nicht|geht (?:gar )?nicht|vertrage ich nicht|(?:kommt|kommen) (?:\w+ )?nicht in frage|(?:ist|sind) (?:tabu|raus|nichts fur mich|nicht mein ding|ein no-?go)|(?:will|trage|mochte|brauche) ich nicht|,? ?(?:nein danke|bitte nicht)\b|"
    r",? ?(?:non merci|c'est non|tres peu pour moi|pas pour moi|(?:ne )?me vont? pas|me grattent?|m'irritent?|no grazie|non fa per me|non fanno per me|mi d[ai]nno fastidio|mi da fastidio|mi irrita|mi sta male|non mi piacc?i?ono|non mi piace|no gracias|no me van?|ni hablar|me pican?|me irritan?|me dan? alergia|no me gustan?)\b)"
)
# "Leather and lace are out": what is joined before the verb goes with it, unless the verb is of one thing only.
JOINED = re.compile(
    r"^\s*(?:,\s*)?(?:and|or|nor|&|/|like|such as|und|oder|wie|et|ou|comme|e|o|y|come|como)\s+(?:the |all |any )?$"
)
LISTED = re.compile(r"^\s*,\s*$")
NAMING = re.compile(r"^\s*(?:\w+ )?(?:like|such as|wie|comme|come|como|e\.?g\.?)\s*$")
OF_ONE = re.compile(r"^\s*(?:'s|is|isn'?t|does|doesn'?t|gives|makes|sets|brings|breaks|ist|kratzt)\b")
# "He has way too much black already": there is enough of it.
ENOUGH = re.compile(
    r"(?<!you )(?:\b(?:have|has|had|own|owns|got|wear|wears|bought)|'ve|'s)(?: already| also)?(?: got)? (?:(?:way|far|more than|quite) )?(?:too (?:much|many)|enough(?: of)?|plenty(?: of)?|(?:about )?(?:a|like a) (?:million|hundred|zillion|dozen)|hundreds of|(?:a )?(?:drawer|wardrobe|cupboard) ?full of) $"
    r"|\b(?:and|or) (?:way |far )?too (?:much|many) $"
    r"|\b(?:way|far|already)\s(?:\w+\s)?(?:too (?:much|many)|enough|plenty of|so (?:much|many)|loads of|lots of|tons of|a lot of)\s$"
    r"|\b(?:schon|bereits) (?:genug|zu viel\w*|so viel\w*) $|\b(?:deja|trop|assez) (?:trop |assez )?de $|\b(?:gia troppi|gia troppe|gia abbastanza|ya (?:demasiad[oa]s?|bastantes?)) $"
)
ALREADY = re.compile(
    r"\b(?:have|has|own|owns|got|'ve) (?:loads|lots|tons|a lot|so (?:much|many)|plenty)(?: of)? $"
)
# "Wool makes him itch so none of that": what was named last.
NONE_OF_IT = re.compile(
    r"\b(?:none of (?:that|those|it|them|these)(?! (?:in|but))|not (?:that|those) please|no more of (?:that|those|it)|nichts davon|rien de tout ca|niente di tutto (?:cio|questo)|nada de eso)\b"
)
OWNED = frozenset({"category", "color", "material", "pattern", "brand"})  # of pockets nobody has too many
REACH = 48  # characters between a thing and "none of that"
# "Forget the coats", "scrap the tan": put aside, not forbidden.
PUT_ASIDE = frozenset({"forget", "forget about", "scrap"})
# "Bit too summery": what it is too much of isn't wished for.
TOO = re.compile(r"(?<!not )(?<!nothing )\b(?:too|zu|trop|troppo|demasiado)\s+$")
# What may stand between the cue and the thing, or between two things.
FILLER = re.compile(
    r"^(?:a|an|the|another|any|of|in|made|from|by|with|to|too|too much|very|kind|sort|colou?rs?|colou?red|ones?|stuff|things?|like|me|my|them|it|be|real|anything|something|all|those|these|that|that's|which|"
    r"is|are|has|have|having|contain|containing|contains|show|see|more|big|huge|visible|much|so|really|super|overly|please|itchy|scratchy|horrible|nasty|awful|cheap|tacky|boring|fussy|silly|stupid|annoying|bloody|damn|fucking|dreaded|shiny|bright|genuine|actual|wear|wearing|sort of|"
    r"ein(?:e|en|em|er)?|der|die|das|den|dem|aus|mit|in|zu|von|farbe|de|d|du|des|la|le|les|l|en|un|une|el|los|las|una|di|del|della|delle|il|lo|i|gli|al|alla|sea|sean|con|motif|couleur|color|"
    r"tejido|for|day|time|fabric|material|materials|prints?|pattern|product|products|brand)$"
)
STOP = re.compile(
    r"[.;!?:]|\b(?:but|aber|sondern|mais|ma|pero|sino|just|only|show|i|i'd|i'm|instead|rather|give|under|please show|looking|want|need|size|because|since|as|lieber|plutot|piuttosto|mejor|though)\b"
)
OR = re.compile(
    r"^\s*,?\s*(?:or|nor|oder|noch|ou|ni|o|ne|/|and/or|und auch nicht)\s*(?:any |a |an |the |de |d'|in |too )?(?:thing )?(?:like )?$"
)
AND = re.compile(r"^\s*,?\s*(?:and|und|et|e|y|&|\+)\s*(?:any |all |de |the )?$")
COMMA = re.compile(r"^\s*,\s*(?:any |de |d')?$")
AND_WISH = re.compile(
    r"^\s*,?\s*(?:and|und|et|e|y|&)\s+(?:a|an|with|some|in|for|mit|avec|con|ein|eine|un|une)\b"
)
QUALITY = re.compile(
    r"\b(?:itchy|scratchy|horrible|nasty|awful|cheap|tacky|boring|fussy|silly|shiny|bright)\b"
)
APART = re.compile(rf"{QUALITY.pattern}\s*,\s*$")
ASKED_AFTER = re.compile(r"^\s*(?:ones?|instead|please|pls|then)\b")
# "Green's a bit much, black then": put aside.
MUCH = re.compile(
    r"^\s*(?:is |are |'s )?(?:a bit|far|way|just|really|all|kinda)? ?(?:too much|a bit much|much)\b(?! better)"
    r"|^\s*(?:is|are|'s|seems?|feels?) (?:a bit |so |too |kinda |pretty |rather |really )?(?:boring|dull|meh|lame|overdone|dated|naff|predictable|depressing|old hat)\b"
)
NEEDED = re.compile(
    r"^\s*,?\s*but (?:i )?(?:do )?(?:need|want|have to (?:have|wear)|must have|have to get)\b(?: (?:some|one|a pair|them|it)\b)"
)
# "Not X, Y": a correction, so Y is wished; "no X, Y" goes on with the list.
CORRECTING = frozenset({"not", "nicht", "non", "pas", "isn't", "aren't"})
# Degrees: "not too formal" is soft, and never an exclusion.
DEGREE = re.compile(
    r"^\s*(?:too|so|very|that|overly|super|as|particularly|necessarily|zu|so|sehr|ganz so|trop|tres|troppo|molto|tan|muy|demasiado)\s+(?!much\b)"
)
INSTEAD = re.compile(
    r"\b(?:instead of|rather than|statt|anstatt|anstelle von|au lieu de|plutot que|invece di|al posto di|en lugar de|en vez de)\s+(?:the |a |an |some |de |den |die |das |l'|la |le |il )?"
)
LASTING = re.compile(
    r"\b(?:allerg\w*|never|ever|hate|hates|despise|detest|loathe|can'?t wear|cannot wear|can'?t stand|intolerant|sensitive to|vegan|don'?t wear|do not wear|religio\w*|niemals|nie|hasse|jamais|deteste|odio|mai|nunca|always)\b"
)
TAIL = 9  # where "ever" and "at all" stand
VEGAN = re.compile(
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
OPTIONAL = re.compile(
    r"\b(?:does|do|need)(?: ?n'?t| not) (?:have|need)? ?(?:to )?(?:be|have|come in|come with)\b|\bneed not be\b|\bmuss (?:es )?nicht(?: unbedingt)?\b|\bn'a pas besoin d'etre\b|\bnon deve (?:per forza )?essere\b|\bno hace falta que\b"
)
FINE = re.compile(
    r"^\s*(?:(?:trim|trims|lining|details?|detailing|accents?|collar|cuffs?)\s+)?(?:is|are|would be|'s|ist|sind|est|sono|e|es|son)? ?(?:also |actually |totally )?(?:fine|ok|okay|alright|all right|acceptable|no problem|allowed|in ordnung|d'accord|va bene|vale)\b"
)
AS_PART = {"belt": "belted"}
FIELD = {
    "category": "categories", "color": "colors", "material": "materials", "pattern": "patterns", "brand": "brands",
    "feature": "features", "fit": "features", "occasion": "features", "style": "features",
}  # fmt: skip
