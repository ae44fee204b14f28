"""Mentions that are none in their article: weapons in texts of peace, capitals where no state acts, languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cache

from spacy.strings import hash_string  # type: ignore[attr-defined]  # compiled, without a stub for it
from spacy.tokens import Doc, Span

from entityrel.knowledge.gazetteer import Gazetteer
from entityrel.knowledge.idioms import load_idioms
from entityrel.knowledge.names import is_title
from entityrel.knowledge.settings import load_settings
from entityrel.knowledge.weapons import load_weapons
from entityrel.pipeline.state import GAZETTEER_SPANS, is_sure

__all__ = ["in_its_setting"]

_CLASS = "class"
_USERS = "user"
#: Languages that a list has at most; without a bound a list of thousands of countries takes its time squared.
_LISTED = 40


def in_its_setting(
    spans: list[Span], doc: Doc, gazetteer: Gazetteer, text: str, countries: Mapping[str, frozenset[str]]
) -> list[Span]:
    """The spans, without those that name no weapon or country in an article like this; capitals may become places.

    - A weapon's word in a text that names no country and speaks of no arms: a bomb of ice cream, a wedding's drone.
      A known designation ("F-16") and a user's own name stay. Where such a text names a country, only what the
      recogniser alone takes for a weapon goes.
    - A capital in a text that speaks of no state is a place.
    - The name of a language, and "the North" where no divided country is named, are nothing.
    - "Miss Holland" and "a boy called Chad" are persons, where the article does not name the country otherwise.

    Args:
        spans: The mentions in order.
        doc: The parsed article.
        gazetteer: What is known.
        text: Its text.
        countries: The names that the article has for each country.
    """
    first_names = {span.end - 1 for span in spans if span.label_ == "PERSON" and len(span) == 1}
    divided = _names_a_divided(countries)
    spans = [span for span in spans if span.label_ != "COUNTRY" or not _no_country(span, gazetteer, divided)]
    spans = list(_with_persons(spans, {span: _person(span, first_names, gazetteer, countries) for span in spans}))
    if any(span.label_ == "COUNTRY" for span in spans) and not _tells(doc, text, states=True):
        spans = [Span(doc, span.start, span.end, "LOC") if _is_capital(span, gazetteer) else span for span in spans]
    weapons = {token for span in spans if span.label_ == "WEAPON" for token in range(span.start, span.end)}
    named = any(span.label_ == "COUNTRY" for span in spans)
    if weapons and not _tells(doc, text, states=False, doubted=frozenset() if named else weapons):
        known = _known(spans) if named else _designations(doc)
        spans = [span for span in spans if span.label_ != "WEAPON" or not known.isdisjoint(range(span.start, span.end))]
    return spans


@cache
def _cues() -> tuple[frozenset[int], dict[int, str]]:
    """The hashes of all cue words, and the word of each."""
    settings = load_settings()
    words = {hash_string(word): word for word in settings.arms | settings.hints | settings.states}
    return frozenset(words), words


def _tells(doc: Doc, text: str, *, states: bool, doubted: AbstractSet[int] = frozenset()) -> bool:
    """Whether the article may tell of arms, or of states; tokens in doubt are no evidence of their own."""
    hashes, word_of = _cues()
    lower = doc.to_array("LOWER").tolist()
    words = {word_of[key] for i, key in enumerate(lower) if key in hashes and i not in doubted}
    settings = load_settings()
    judge = settings.may_tell_of_states if states else settings.may_tell_of_arms
    return judge(text, words, len(doc))


def _designations(doc: Doc) -> set[int]:
    """The tokens of marks that are a weapon anywhere: known designations with a number, users' own names."""
    return {
        token
        for mark in doc.spans.get(GAZETTEER_SPANS, ())
        if mark.label_ == "WEAPON"
        and (
            mark.id_.startswith(_USERS)
            or (is_sure(mark) and not mark.id_.startswith(_CLASS) and any(char.isdigit() for char in mark.text))
        )
        for token in range(mark.start, mark.end)
    }


def _known(spans: list[Span]) -> set[int]:
    """The tokens of weapons that the knowledge knows at all, by name, by class or by their form."""
    weapons = load_weapons()
    return {
        token
        for span in spans
        if span.label_ == "WEAPON"
        and (
            any(char.isdigit() for char in span.text)
            or any(weapons.find(span.text))
            or weapons.grammar.head(span.text.lower().split())
        )
        for token in range(span.start, span.end)
    }


def _with_persons(spans: Iterable[Span], persons: Mapping[Span, Span | None]) -> Iterator[Span]:
    """The spans, persons in place of the countries that are none; no person takes a token of another mention."""
    taken = {token for span in persons for token in range(span.start, span.end)}
    for span in spans:
        person = persons[span]
        more = {*range(person.start, span.start), *range(span.end, person.end)} if person is not None else set()
        yield span if person is None or taken & more else person
        taken |= more


def _person(
    span: Span, first_names: AbstractSet[int], gazetteer: Gazetteer, countries: Mapping[str, frozenset[str]]
) -> Span | None:
    """The person whom a country's name means after a form of address, a first name or "called", or None."""
    hits = gazetteer.lookup(span.text, "COUNTRY") if span.label_ == "COUNTRY" and span.start and len(span) == 1 else ()
    if not hits or hits[0].sure or hits[0].sense not in ("name", "alias"):
        return None
    if countries.get(hits[0].id, frozenset()) - {span.text}:
        return None
    at = span.start - 1 - (span.start > 1 and span.doc[span.start - 1].is_space)
    before, idioms = span.doc[at], load_idioms()
    if before.lower_.rstrip(".") in idioms.before_persons or at in first_names:
        return Span(span.doc, span.start, span.end, "PERSON")
    first_name = before.tag_ == "NNP" and before.is_title and before.is_alpha and before.head == span[0]
    if first_name and before.lower_ not in idioms.before_places and not before.ent_type_:
        return Span(span.doc, before.i, span.end, "PERSON")
    after = span[0].head
    behind = span.end + (span.end < len(span.doc) and span.doc[span.end].is_space)
    surname = after.i == behind and after.is_title and after.tag_ == "NNP" and not after.ent_type_
    if surname and not is_title(after.text) and after.lower_ not in idioms.no_surnames:
        return Span(span.doc, span.start, after.i + 1, "PERSON")
    return None


def _is_capital(span: Span, gazetteer: Gazetteer) -> bool:
    hits = gazetteer.lookup(span.text, "COUNTRY") if span.label_ == "COUNTRY" else ()
    return bool(hits) and hits[0].sense == "capital"


def _names_a_divided(countries: Mapping[str, frozenset[str]]) -> bool:
    """Whether the article names, by more than "the North", a country that is or was divided."""
    idioms = load_idioms()
    return any(countries.get(code, frozenset()) - idioms.divided for code in idioms.divided_countries)


def _no_country(span: Span, gazetteer: Gazetteer, divided: bool) -> bool:
    """Whether a mention of a country is a language, or a part of a land that is not divided."""
    if span.text in load_idioms().divided:
        return not divided
    return len(span) == 1 and _is_language(span, gazetteer)


def _is_language(span: Span, gazetteer: Gazetteer) -> bool:
    """Whether an adjective of a country is its language: "in French", "speaks Dutch", "(Greek: …)"."""
    hits = gazetteer.lookup(span.text, "COUNTRY") if _like_a_language(span) else ()
    return any(alias.sense == "adjective" for alias in hits)


def _like_a_language(span: Span) -> bool:
    """Whether a mention stands where a language may."""
    doc, first = span.doc, span[0]
    if span.end + 1 < len(doc) and doc[span.end].text == ":" and _is_foreign(doc[span.end + 1].text):
        return True
    for _ in range(_LISTED):
        if first.dep_ != "conj" or first.head.i >= first.i:
            break
        first = first.head
    languages, head = load_idioms().languages, first.head
    if first.dep_ == "pobj":
        stands = head.lower_ in languages.prepositions and head.i < first.i
    else:
        stands = first.dep_ in ("dobj", "attr") and head.lemma_.lower() in languages.verbs
    return stands and not any(
        child.dep_ in ("det", "amod", "poss", "nummod") and child.lower_ != "some" for child in first.children
    )


def _is_foreign(text: str) -> bool:
    """Whether what follows "Greek:" is a word of that language: in its script, its italics or its sounds."""
    return text.startswith(("[", "/", "‘", "“", '"')) or not text.isascii()
