"""The component that settles the mentions of a Doc and gives each an id: recogniser and gazetteer put together."""

from __future__ import annotations

import re
from bisect import insort
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc, Span

from entityrel.knowledge.gazetteer import Country, Gazetteer
from entityrel.knowledge.names import Named, organisations, persons, slug
from entityrel.knowledge.weapons import load_weapons
from entityrel.pipeline.reconcile import LABELS, PLACE_NOUNS, reconcile
from entityrel.pipeline.state import state
from entityrel.pipeline.user_names import ReadsGazetteer

__all__ = ["CanonicalizerComponent", "make_canonicalizer"]

_PLACE_BEFORE = frozenset((
    "in", "at", "from", "near", "to", "outside", "around", "across", "northern", "southern", "eastern", "western",
    "central",
))  # fmt: skip
_YEAR = re.compile(r"\b(1[89]\d\d|20\d\d)\b")


class CanonicalizerComponent(ReadsGazetteer):
    """Writes the final ``doc.ents``, with ids as ``kb_id_``, and the canonical names.

    Args:
        name: The component's name in the pipeline.
        paths: Users' own CSV files, the same as those of the gazetteer component.
    """

    def __init__(self, name: str = "entityrel_canonicalizer", *, paths: Iterable[str | Path] = ()) -> None:
        super().__init__(name, paths=paths)

    def __call__(self, doc: Doc) -> Doc:
        """Settle the mentions of ``doc``."""
        text = doc.text
        spans = reconcile(doc, self.gazetteer, text)
        named = identify(doc, spans, self.gazetteer, text)
        names: dict[str, str] = {}
        ents = []
        for span, (label, entity) in zip(spans, named, strict=True):
            if label:
                ents.append(Span(doc, span.start, span.end, label, kb_id=entity.id))
                names.setdefault(f"{label}:{entity.id}", entity.name)
        doc.set_ents(ents)
        state(doc)["names"] = names
        return doc


def identify(doc: Doc, spans: list[Span], gazetteer: Gazetteer, text: str) -> list[tuple[str, Named]]:
    """The label and the entity of each span; the label is empty where a mention is none after all."""
    date = str(state(doc).get("article_date") or "")
    by_label: dict[str, list[int]] = {label: [] for label in LABELS}
    for position, span in enumerate(spans):
        by_label[span.label_].append(position)
    result = [("", Named("", ""))] * len(spans)

    def settle(label: str, named: list[Named]) -> None:
        for position, entity in zip(by_label[label], named, strict=True):
            result[position] = (label, entity)

    others = {name: span.label_ for span in spans if span.label_ != "COUNTRY" for name in (span.text, span[-1].text)}
    codes = countries([spans[i] for i in by_label["COUNTRY"]], gazetteer, text, date)
    for position, code in zip(by_label["COUNTRY"], codes, strict=True):
        if code:
            result[position] = ("COUNTRY", Named(code, gazetteer.name("COUNTRY", code) or code))
        else:
            label = others.get(spans[position].text) or _no_country(spans[position], gazetteer)
            if label:
                insort(by_label[label], position)
    named = {entity.id for label, entity in result if label == "COUNTRY"}
    people = [(spans[i].text, doc[spans[i].start - 1].text if spans[i].start else "") for i in by_label["PERSON"]]
    settle("PERSON", persons(people, gazetteer, named, date))
    settle("ORG", organisations(text, [(spans[i].start_char, spans[i].end_char) for i in by_label["ORG"]], gazetteer))
    settle("WEAPON", [_weapon(spans[i].text, gazetteer) for i in by_label["WEAPON"]])
    settle("LOC", [_place(spans[i].text, gazetteer) for i in by_label["LOC"]])
    return result


def _no_country(span: Span, gazetteer: Gazetteer) -> str:
    """The label of a mention that the recogniser takes for a country and the gazetteer does not know; "" for none."""
    known = next((alias.label for alias in gazetteer.lookup(span.text) if alias.text == span.text), None)
    if known:
        return known
    before = span.doc[span.start - 1].lower_ if span.start else ""
    place = before in _PLACE_BEFORE or span[-1].lower_ in PLACE_NOUNS
    return "LOC" if place else ""


def countries(spans: list[Span], gazetteer: Gazetteer, text: str, date: str) -> list[str | None]:
    """The alpha-3 code of each mention; None where the gazetteer knows no such country.

    An alias that one entry yields to another ("Congo", "Moscow" for the Soviet Union) goes to the yielding one where
    the article supports it. For a state of today: it is named otherwise, and the other one is not. For a former
    state: the article is of its time, or a year of its time stands beside a capital or seat, or the article, whose
    date is not known or much later, names the former state and not today's one.
    """
    claims = [gazetteer.lookup(span.text, "COUNTRY") for span in spans]
    sole = Counter(found[0].id for found in claims if found and not any(alias.yields for alias in found))
    # a capital says nothing of the state's period, a name or an adjective does
    named = Counter(found[0].id for found in claims if found and found[0].sense not in ("capital", "seat"))
    codes: list[str | None] = []
    for span, found in zip(spans, claims, strict=True):
        best = found[0].id if found else _unlisted(span, gazetteer)
        for alias in found[1:]:
            country = gazetteer.country(alias.id)
            if not alias.yields or country is None:
                continue
            if country.until is None:
                supported = sole[alias.id] > 0 and not sole[found[0].id]
            elif date and _in_period(date, country):
                supported = True
            elif alias.sense in ("capital", "seat") and (year := _year_beside(span, text)):
                supported = _in_period(year, country)
            else:
                supported = sole[alias.id] > bool(date) and not named[found[0].id]
            if supported:
                best = alias.id
        codes.append(best)
    return codes


def _in_period(date: str, country: Country) -> bool:
    return (country.since or "") <= date < (country.until or "9")


def _year_beside(span: Span, text: str) -> str | None:
    """The year that stands nearest before the mention in its sentence or the one before, or shortly after it."""
    before = _YEAR.findall(text[max(0, span.start_char - 120) : span.start_char])
    after = _YEAR.findall(text[span.end_char : span.end_char + 60])
    return next(iter([*before[-1:], *after]), None)


def _unlisted(span: Span, gazetteer: Gazetteer) -> str | None:
    inside = [alias for found in gazetteer.find(span.text) for alias in found.aliases if alias.label == "COUNTRY"]
    if inside:
        return inside[0].id
    return gazetteer.nearest_country(span.text)


def _place(text: str, gazetteer: Gazetteer) -> Named:
    known = next(iter(gazetteer.lookup(text, "LOC")), None)
    return Named(known.id, gazetteer.name("LOC", known.id) or text) if known else Named(slug(text), text)


def _weapon(text: str, gazetteer: Gazetteer) -> Named:
    """The weapon or class that a mention names: a user's own, or what the knowledge of weapons makes of it."""
    own = next((alias for alias in gazetteer.lookup(text, "WEAPON") if alias.sense == "user"), None)
    if own:
        return Named(own.id, gazetteer.name("WEAPON", own.id) or text)
    found = load_weapons().resolve(text)
    return Named(found.id, gazetteer.name("WEAPON", found.id) or text)


@Language.factory(
    "entityrel_canonicalizer",
    requires=["doc.ents"],
    assigns=["doc.ents", "token.ent_kb_id", "doc.user_data"],
    default_config={"paths": []},
)
def make_canonicalizer(nlp: Language, name: str, paths: list[str]) -> Callable[[Doc], Doc]:
    """Make the component; ``paths`` are users' own CSV files (text, label, id[, name][, sense])."""
    return CanonicalizerComponent(name, paths=paths)
