"""Mentions of the recogniser and names of the gazetteer put together into one list without overlaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from entityrel.knowledge.gazetteer import Gazetteer
from entityrel.knowledge.idioms import load_idioms
from entityrel.knowledge.names import is_title
from entityrel.pipeline.peace import in_its_setting
from entityrel.pipeline.state import GAZETTEER_SPANS, is_sure

__all__ = ["LABELS", "PLACE_NOUNS", "reconcile", "trim"]

LABELS = ("PERSON", "COUNTRY", "WEAPON", "ORG", "LOC")
_DETERMINERS = frozenset((
    "the", "a", "an", "this", "that", "these", "those", "its", "their", "his", "her", "our", "my", "your", "some",
    "any", "no",
))  # fmt: skip
_SIGNS = frozenset("\"'“”‘’«»„`()[]{}.,;:!?…-–—/*_|")
_POSSESSIVE = frozenset(("'s", "’s", "'", "’", "'S", "’S"))
PLACE_NOUNS = frozenset(
    ("island", "islands", "province", "region", "city", "state", "bay", "river", "sea", "peninsula", "airport")
)
_DATELINE_SIGNS = frozenset((",", "(", ":", "—", "–", "-", "--", "."))


@dataclass(frozen=True, slots=True)
class _Article:
    """What the labels of single mentions are settled by.

    Attributes:
        surnames: Last words of persons' full names.
        first_names: Their first words.
        countries: The names that the article has for each country.
        homonyms: Countries whose name is also a place's, of which the article speaks ("Georgia" beside "Atlanta").
    """

    surnames: frozenset[str]
    first_names: frozenset[str]
    countries: Mapping[str, frozenset[str]]
    homonyms: frozenset[str]

    @classmethod
    def of(cls, spans: list[Span], gazetteer: Gazetteer, article: str) -> _Article:
        people = [span for span in spans if span.label_ == "PERSON" and len(span) > 1]
        countries: dict[str, set[str]] = {}
        for text in {span.text for span in spans if span.label_ in ("COUNTRY", "LOC")}:
            for alias in gazetteer.lookup(text, "COUNTRY"):
                countries.setdefault(alias.id, set()).add(text)
        return cls(
            frozenset(span[-1].text for span in people),
            frozenset(span[0].text for span in people),
            {code: frozenset(texts) for code, texts in countries.items()},
            frozenset(
                code for code, cues in load_idioms().homonyms.items() if code in countries and _any_in(cues, article)
            ),
        )

    def supports(self, code: str, text: str) -> bool:
        """Whether the article names the country by another name than ``text``, an adjective or its capital."""
        return bool(self.countries.get(code, frozenset()) - {text})


def _any_in(cues: Iterable[str], text: str) -> bool:
    return any(cue in text for cue in cues)


def reconcile(doc: Doc, gazetteer: Gazetteer, text: str) -> list[Span]:
    """The mentions of the recogniser, trimmed, put together with the gazetteer's; none overlap."""
    ours = [Span(doc, ent.start, ent.end, label) for ent in doc.ents if (label := _our_label(ent, gazetteer))]
    found = [trimmed for ent in ours if (trimmed := trim(ent)) is not None]
    group = doc.spans.get(GAZETTEER_SPANS, ())
    stock = any(ent.label_ not in LABELS for ent in doc.ents)  # it knows no weapons and no seats of government
    nothing = {token for start, end in getattr(group, "attrs", {}).get("idioms", ()) for token in range(start, end)}
    words = load_idioms().words
    found = [
        span
        for span in found
        if span.label_ != "COUNTRY"
        or not (nothing.issuperset(range(span.start, span.end)) or (len(span) == 1 and span.text in words))
    ]
    at = {token: span for span in found for token in range(span.start, span.end)}
    claims: dict[tuple[int, int], set[str]] = {}
    for known in group:
        claims.setdefault((known.start, known.end), set()).add(known.label_)
    for known in group:
        if not (is_sure(known) or (stock and known.label_ == "WEAPON")):
            continue
        touched = {(span.start, span.end, span.label_): span for token in range(known.start, known.end)
                   if (span := at.get(token)) is not None}  # fmt: skip
        if _decides(known, list(touched.values()), claims[known.start, known.end], stock=stock):
            for span in touched.values():
                for token in range(span.start, span.end):
                    at.pop(token, None)
            mention = Span(doc, known.start, known.end, known.label_)
            at.update(dict.fromkeys(range(known.start, known.end), mention))
    spans = filter_spans({(span.start, span.end): span for span in at.values()}.values())
    spans = _with_surnames(doc, _consistent(spans, gazetteer))
    article = _Article.of(spans, gazetteer, text)
    labelled = [
        Span(doc, span.start, span.end, _label(span, position, spans, gazetteer, article))
        for position, span in enumerate(spans)
    ]
    return in_its_setting(labelled, doc, gazetteer, text, article.countries)


def _consistent(spans: list[Span], gazetteer: Gazetteer) -> list[Span]:
    """The spans with one label for one name, where the recogniser wavers within the article.

    The last word of a person's full name is that person, unless the gazetteer knows it as what the recogniser says; of
    other names the label that most mentions have. COUNTRY is left alone: capitals change their label with the context.
    """
    surnames = {span[-1].text for span in spans if span.label_ == "PERSON" and len(span) > 1}
    votes: dict[str, Counter[str]] = {}
    for span in spans:
        votes.setdefault(span.text, Counter())[span.label_] += 1
    result = []
    for span in spans:
        label, name = span.label_, span.text
        if label in ("ORG", "LOC", "WEAPON") and name in surnames and not gazetteer.lookup(name, label):
            label = "PERSON"
        elif label != "COUNTRY" and len(votes[name]) > 1:
            most, count = votes[name].most_common(1)[0]
            label = most if most != "COUNTRY" and count > max(votes[name][label], 1) else label
        result.append(span if label == span.label_ else Span(span.doc, span.start, span.end, label))
    return result


def _with_surnames(doc: Doc, spans: list[Span]) -> list[Span]:
    """The spans and the surnames, wherever else they stand, of the persons whose full names the article has."""
    surnames = {span[-1].orth for span in spans if span.label_ == "PERSON" and len(span) > 1 and len(span[-1]) > 2}
    if not surnames:
        return spans
    taken = {token for span in spans for token in range(span.start, span.end)}
    orths: list[int] = doc.to_array("ORTH").tolist()
    missed = [i for i, orth in enumerate(orths) if orth in surnames and i not in taken and doc[i].is_title]
    return sorted([*spans, *(Span(doc, i, i + 1, "PERSON") for i in missed)], key=lambda span: span.start)


def _our_label(ent: Span, gazetteer: Gazetteer) -> str:
    """The label of a recogniser's mention as one of ours, "" if it is none: stock English pipelines have others."""
    if ent.label_ in LABELS:
        return ent.label_
    if ent.label_ in ("GPE", "NORP"):
        hits = gazetteer.lookup(ent.text.removesuffix("'s").removesuffix("’s"), "COUNTRY")
        country = bool(hits) and hits[0].sense != "capital"
        return "COUNTRY" if country else "LOC" if ent.label_ == "GPE" else ""
    if ent.label_ == "PRODUCT":
        return "WEAPON" if gazetteer.lookup(ent.text, "WEAPON") else ""
    return "LOC" if ent.label_ == "FAC" else ""


def _decides(known: Span, touched: list[Span], labels: set[str], *, stock: bool) -> bool:
    """Whether a sure name of the gazetteer replaces the recogniser's mentions that it touches.

    Where the gazetteer has the name under several ``labels``, the recogniser may choose among them.
    """
    if not touched:
        return True
    if any((span.start, span.end) == (known.start, known.end) and span.label_ in labels for span in touched):
        return False
    if any(
        (span.start < known.start and span.end < known.end) or (span.start > known.start and span.end > known.end)
        for span in touched
    ):
        return False
    inside = all(known.start <= span.start and span.end <= known.end for span in touched)
    if known.label_ == "PERSON" and is_title(known[0].text):
        return False
    if inside and any(span.end - span.start < known.end - known.start for span in touched):
        return known.label_ in ("COUNTRY", "PERSON") and all(span.label_ in (known.label_, "LOC") for span in touched)
    span = touched[0]
    if known.label_ == "WEAPON":
        return len(touched) == 1 and (span.start, span.end) == (known.start, known.end)
    if len(touched) > 1 or known.label_ != "COUNTRY":
        return False
    if len(span) > len(known):
        return span.label_ == "COUNTRY" and span[-1].lower_ not in PLACE_NOUNS
    if stock and span.label_ in ("ORG", "LOC") and known.id_.startswith("seat"):
        return True
    # a seat of government is also a building, and the recogniser sees which is meant
    return span.label_ in ("COUNTRY", "LOC", "PERSON", "WEAPON") and not known.id_.startswith("seat")


def _label(span: Span, position: int, spans: list[Span], gazetteer: Gazetteer, article: _Article) -> str:
    """The label of a mention in its context: a country's or capital's name may be a place's or a person's."""
    if span.label_ not in ("COUNTRY", "LOC"):
        return span.label_
    hits = gazetteer.lookup(span.text, "COUNTRY")
    if not hits or hits[0].sure:
        return (
            "LOC"
            if hits and hits[0].sense == "name" and _within_a_state(span, position, spans, gazetteer)
            else span.label_
        )
    best = hits[0]
    if _within_a_state(span, position, spans, gazetteer):
        return "LOC"
    if best.sense == "capital" and _is_place(span, position, spans, gazetteer, best.id):
        return "LOC"
    if span.label_ == "COUNTRY" and (best.sense == "capital" or not article.supports(best.id, span.text)):
        if span.text in article.surnames and not _after_preposition(span):
            return "PERSON"
        if span.text in article.first_names and best.sense != "capital":
            return "PERSON"
        if best.id in article.homonyms:
            return "LOC"
    if best.sense == "capital" and (told := _told_by_words(span)):
        return told
    return span.label_


def _following(span: Span, position: int, spans: list[Span]) -> Span | None:
    """The mention after a comma right after this one."""
    after = spans[position + 1] if position + 1 < len(spans) else None
    joined = after is not None and after.start == span.end + 1 and span.doc[span.end].text == ","
    return after if joined else None


def _within_a_state(span: Span, position: int, spans: list[Span], gazetteer: Gazetteer) -> bool:
    """Whether a state of the USA follows: "Moscow, Idaho"."""
    after = _following(span, position, spans)
    return after is not None and any(alias.sense == "state" for alias in gazetteer.lookup(after.text, "LOC"))


def _is_place(span: Span, position: int, spans: list[Span], gazetteer: Gazetteer, code: str) -> bool:
    """Whether a capital is a place by its neighbours: "Berlin, Germany", "Amiriya, Baghdad", "KABUL: For …"."""
    doc, after = span.doc, _following(span, position, spans)
    if after is not None and code in {alias.id for alias in gazetteer.lookup(after.text, "COUNTRY")}:
        return True
    before = spans[position - 1] if position else None
    if before is not None and before.label_ == "LOC" and _following(before, position - 1, spans) is not None:
        return True
    opens_line = not span.start or "\n" in doc[span.start - 1].text
    return opens_line and span.text.isupper() and span.end < len(doc) and doc[span.end].text in _DATELINE_SIGNS


def _told_by_words(span: Span) -> str:
    """LOC or COUNTRY where the words beside a capital leave no choice, else ""."""
    doc, cues = span.doc, load_idioms().capitals
    before = [doc[i].lower_ for i in range(max(0, span.start - 3), span.start)]
    after = doc[span.end].lower_ if span.end < len(doc) else ""
    if before and before[-1] in ("to", "from", "into", "in") and cues.motion.intersection(before[:-1]):
        return "LOC"
    if (before and before[-1] in cues.government_before) or after in cues.government_after:
        return "COUNTRY"
    return ""


def _after_preposition(span: Span) -> bool:
    return span.start > 0 and span.doc[span.start - 1].lower_ in ("in", "to", "from", "near", "at", "outside", "into")


def trim(span: Span) -> Span | None:
    """The span without determiners, quotation marks, possessive 's and punctuation at its edges, or None.

    The recogniser knows better where an organisation's or a weapon's name has a "The" or an "'s" of its own.
    """
    doc, start, end = span.doc, span.start, span.end
    own = span.label_ in ("ORG", "WEAPON")
    while start < end and (_outside(doc[start].text) or (end - start > 1 and _determiner(doc, start, own))):
        start += 1
    if span.label_ == "WEAPON":
        while end - start > 1 and _takes_the_rest(doc, start, end):
            start += 1
    while end > start and (_outside(doc[end - 1].text) or (not own and doc[end - 1].text in _POSSESSIVE)):
        if doc[end - 1].text == ")" and any("(" in token.text for token in doc[start : end - 1]):
            break
        end -= 1
    return Span(doc, start, end, span.label_) if start < end else None


def _takes_the_rest(doc: Doc, start: int, end: int) -> bool:
    """Whether a span begins with a verb whose object is the rest of it: "operate missiles" names missiles only."""
    verb = doc[start]
    if verb.tag_ not in ("VB", "VBD", "VBP", "VBZ", "VBG"):
        return False
    return any(child.dep_ == "dobj" and start < child.i < end for child in verb.children)


def _determiner(doc: Doc, start: int, own: bool) -> bool:
    word, following = doc[start].text, doc[start + 1].text
    if following == "-" or word.lower() not in _DETERMINERS:
        return False
    return following.lower() != "hague" and (word.islower() or (word.lower() in ("the", "this") and not own))


def _outside(text: str) -> bool:
    return text.isspace() or text in _SIGNS
