"""The shop's policy text: finds the paragraph that answers a question.

Knows nothing about what the policy says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from shopper.chat.places import UNION, WORLD, covers, places_in

_LINES = 2  # of an answer
# A file of the shop's is nothing to a shopper: "the size chart in `size_chart.md`".
_FILE = re.compile(
    r"\s*(?:\b(?:in|see|under|at|siehe|unter|dans|voir|nel|nella|en|ver)\s+)?`?\b[\w/-]+\.(?:md|txt|csv|toml|json|html?)\b`?"
    r"(?!/)"
)
_WORD = re.compile(r"[^\W\d_]{3,}", re.UNICODE)

# What shoppers say, beside what a policy calls it; one line a topic, in the languages the reader knows.
_TOPICS = (
    "shipping ship shipped delivery deliver delivered deliveries arrive arrives arriving post parcel express "
    "courier days monday tuesday wednesday thursday friday saturday sunday tomorrow weekend "
    "versand lieferung liefern geliefert montag dienstag mittwoch donnerstag freitag samstag morgen "
    "lieferzeit livraison livrer livrez livré spedizione consegna consegnare envío entrega enviar",
    "return returns refund refunds exchange exchanges swap swapping another send back money tausch tauschen "
    "umtauschen rückgabe umtausch zurückgeben "
    "zurückschicken erstattung retoure retour retours échanger rembourser remboursement reso "
    "restituire rimborso cambio devolver devolución reembolso",
    "pay payment card cards paypal klarna crypto cryptocurrency bitcoin invoice instalments zahlung "
    "bezahlen zahlen rechnung paiement payer carte pagamento pagare pago pagar tarjeta",
    "size sizes sizing fit measure measurements chart guide größe größen größentabelle taille tailles "
    "guide taglia taglie talla tallas",
    "contact human person agent phone call email support help hours store stores kontakt mensch "
    "mitarbeiter telefon öffnungszeiten humain personne téléphone boutique persona umano contatto "
    "teléfono tienda",
    "care wash clean repair repairs warranty guarantee pflege reparatur garantie entretien réparation "
    "cura riparazione garanzia cuidado reparación garantía",
    "gift wrap wrapping voucher geschenk verpackung gutschein cadeau emballage regalo confezione envoltorio",
    "privacy data personal delete datenschutz daten données confidentialité dati privacidad datos",
    "sustainable sustainability ethical origin made nachhaltig herkunft durable éthique sostenibile "
    "sostenible",
)


@dataclass(frozen=True)
class Policy:
    """Sections of a policy text: (heading, paragraphs)."""

    sections: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, text: str) -> Policy:
        """Split markdown at its headings."""
        sections: list[tuple[str, str]] = []
        heading, lines = "", list[str]()
        for line in [*_FILE.sub("", text).splitlines(), "# "]:
            if line.startswith("#"):
                body = "\n".join(lines).strip()
                if body:
                    sections.append((heading, body))
                heading, lines = line.lstrip("#").strip(), []
            else:
                lines.append(line)
        return cls(tuple(sections))

    @property
    def text(self) -> str:
        return "\n".join(f"{heading}\n{body}" for heading, body in self.sections)

    def find(self, question: str) -> str | None:
        """The lines that answer `question`, at most two, or None where no section speaks of it.

        Of a place only what holds there is told.
        """
        if places := places_in(question) - {UNION, WORLD}:
            return self._of_place(question, sorted(places)[0])
        wider = self._wider(question)
        asked = wider & _words(question)
        best = max(self.sections, key=lambda section: self._score(section, wider), default=None)
        if best is None or self._score(best, wider) == 0:
            return None
        lines = _lines(best[1])
        # A section says the main thing first.
        scores = [
            3 * len(_words(line) & asked) + len(_words(line) & wider) + (4 if number == 0 else 0)
            for number, line in enumerate(lines)
        ]
        top = sorted(range(len(lines)), key=lambda n: (-scores[n], n))[:_LINES]
        return " ".join(lines[n] for n in sorted(top) if scores[n] or n == top[0])

    def _of_place(self, question: str, place: str) -> str | None:
        """The lines of the section asked for that hold in a place, the nearest and first; None for none."""
        wider = self._wider(question)
        if not any(self._score(section, wider) for section in self.sections):
            wider = set(_TOPICS[0].split())  # who names a place asks what is sent there
        best = max(self.sections, key=lambda section: self._score(section, wider), default=("", ""))
        lines = _lines(best[1])
        near = max((covers(line, place) for line in lines), default=0)
        return " ".join([line for line in lines if covers(line, place) == near][:_LINES]) if near else None

    @staticmethod
    def _wider(question: str) -> set[str]:
        """The words of a question, with all those of the topics that it touches."""
        said = _words(question)
        topics = [set(topic.split()) for topic in _TOPICS if said & set(topic.split())]
        # Little words ("you", "the") stand in every line and tell nothing.
        return {w for w in said if len(w) > 3 or any(w in topic for topic in topics)}.union(*topics)

    @staticmethod
    def _score(section: tuple[str, str], asked: set[str]) -> float:
        heading, body = section
        return 3.0 * len(_words(heading) & asked) + min(2.0, len(_words(body) & asked) / 2)

    def contact(self) -> str | None:
        """How to reach a person, as the policy says it."""
        lines = _lines(self.text)
        reach = [line for line in lines if re.search(r"@|\+\d", line)]
        return reach[0] if reach else self.find("contact a human person")


def _lines(body: str) -> list[str]:
    return [line.lstrip("-*• ").strip() for line in body.splitlines() if line.strip()]


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)}
