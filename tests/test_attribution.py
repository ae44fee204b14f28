"""Attribution: who says so, in every way in which texts say it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

import entityrel
from conftest import SYNTAX, DocOf
from entityrel.knowledge.cues import load_cues
from entityrel.pipeline.attribution import Attribution, Statements, find_statements
from entityrel.pipeline.state import state

LEXICON = load_cues()
IRAN, DRONES, RUSSIA = "[Iran|COUNTRY|IRN]", "[drones|WEAPON|drone]", "[Russia|COUNTRY|RUS]"
KIRBY, LAVROV = "[Kirby|PERSON|kirby]", "[Lavrov|PERSON|lavrov]"
REUTERS, MINISTRY = "[Reuters|ORG|reuters]", "[Defence Ministry|ORG|mod]"
USA = "[American|COUNTRY|USA]"


def _spoken(doc: Doc, word: str = "sold") -> tuple[list[str], Attribution]:
    trigger = next(token.i for token in reversed(doc) if token.text == word)
    found = Statements(find_statements(doc, LEXICON)).attribute(trigger)
    return [doc[start:end].text for start, end in found.chain], found


@pytest.mark.parametrize(
    ("sentence", "chain"),
    [
        (f"{KIRBY} said that {IRAN} sold {DRONES} to {RUSSIA}.", ["Kirby"]),
        (f"{IRAN} sold {DRONES} to {RUSSIA}, {KIRBY} said.", ["Kirby"]),
        (f"{IRAN}, {KIRBY} said, sold {DRONES} to {RUSSIA}.", ["Kirby"]),
        (f"{IRAN} sold {DRONES} to {RUSSIA}, said {KIRBY}, a spokesman.", ["Kirby"]),
        (f'"{IRAN} sold {DRONES} to {RUSSIA}," {KIRBY} told reporters.', ["Kirby"]),
        (f"“{IRAN} sold {DRONES} to {RUSSIA},” {KIRBY} said.", ["Kirby"]),
        (f"According to {KIRBY}, {IRAN} sold {DRONES} to {RUSSIA}.", ["Kirby"]),
        (f"{IRAN} sold {DRONES} to {RUSSIA}, according to {REUTERS}.", ["Reuters"]),
        (f"{IRAN} sold {DRONES} to {RUSSIA}, as {REUTERS} reported.", ["Reuters"]),
        (f"{USA} officials said that {IRAN} sold {DRONES} to {RUSSIA}.", ["American"]),
        (f"A spokesman for the {MINISTRY} said that {IRAN} sold {DRONES} to {RUSSIA}.", ["Defence Ministry"]),
        (f"{KIRBY} denied that {IRAN} sold {DRONES} to {RUSSIA}.", ["Kirby"]),
        (f"{KIRBY}'s claim that {IRAN} sold {DRONES} to {RUSSIA} surprised many.", ["Kirby"]),
        (f"In the words of {KIRBY}, {IRAN} sold {DRONES} to {RUSSIA}.", ["Kirby"]),
        (f"{REUTERS} reported that {KIRBY} said {IRAN} sold {DRONES} to {RUSSIA}.", ["Reuters", "Kirby"]),
        (f"{KIRBY} spoke on Monday. He said that {IRAN} sold {DRONES} to {RUSSIA}.", ["Kirby"]),
        (f"The {MINISTRY} met. The ministry said that {IRAN} sold {DRONES} to {RUSSIA}.", ["Defence Ministry"]),
        (f"{IRAN} sold {DRONES} to {RUSSIA}.", []),
        (f"It is said that {IRAN} sold {DRONES} to {RUSSIA}.", []),
        (f"{IRAN} is said to have sold {DRONES} to {RUSSIA}.", []),
        (f"A diplomat said that {IRAN} sold {DRONES} to {RUSSIA}.", []),
        (f"{KIRBY} left. {IRAN} sold {DRONES} to {RUSSIA}.", []),
        (
            f"{IRAN} sold {DRONES} to {RUSSIA}, an {USA} officer alleged, but [Tehran|COUNTRY|IRN] denied it.",
            ["American"],
        ),
        (f"{IRAN} sold {DRONES} to {RUSSIA}, {KIRBY} said, but [Tehran|COUNTRY|IRN] denied it.", ["Kirby"]),
        (f"{IRAN} sold {DRONES} to {RUSSIA}; {KIRBY} rejected the accusation.", []),
        (f'"{IRAN} sold {DRONES} to {RUSSIA}; it will sell more," {KIRBY} said.', ["Kirby"]),
    ],
)
def test_chain(doc_of: DocOf, sentence: str, chain: list[str]) -> None:
    found, attribution = _spoken(doc_of(sentence))
    assert found == chain
    assert (attribution.source is None) == (not chain)


@pytest.mark.parametrize(
    ("sentence", "word", "chain"),
    [
        (f"{KIRBY} accused {IRAN} of selling {DRONES} to {RUSSIA}.", "selling", ["Kirby"]),
        (f"{KIRBY} urged {IRAN} to sell {DRONES} to {RUSSIA}.", "sell", ["Kirby"]),
        (f"{KIRBY} wants to sell {DRONES} to {RUSSIA}.", "sell", []),
        (f"{KIRBY} promised to sell {DRONES} to {RUSSIA}.", "sell", []),
        (f"{IRAN} recalled its ambassador over the sale of {DRONES} to {RUSSIA}.", "sale", []),
    ],
)
def test_claims_and_wishes(doc_of: DocOf, sentence: str, word: str, chain: list[str]) -> None:
    assert _spoken(doc_of(sentence), word)[0] == chain


def _article(nlp: Language, text: str, **mentions: str) -> Doc:
    """A parsed text in which each keyword, a name, is a mention with the label that it is given."""
    doc = nlp.make_doc(text)
    for name, pipe in nlp.pipeline:
        if name in SYNTAX:
            doc = pipe(doc)
    spans = []
    for name, label in mentions.items():
        start = text.index(name)
        span = doc.char_span(start, start + len(name), label=label, kb_id=name.lower())
        assert span is not None
        spans.append(span)
    doc.set_ents(spans)
    return doc


def test_quotation_over_several_sentences(nlp: Language) -> None:
    text = '"We know the answer. Iran sold drones," Kirby said. "It sold them to Russia."'
    doc = _article(nlp, text, Iran="COUNTRY", Kirby="PERSON", Russia="COUNTRY")
    statements = Statements(find_statements(doc, LEXICON))
    sources = [statements.attribute(token.i).source for token in doc if token.text == "sold"]
    assert [span and doc[span[0] : span[1]].text for span in sources] == ["Kirby", "Kirby"]


def test_turns_of_a_transcript(nlp: Language) -> None:
    text = "MR. KIRBY: Iran sold drones.\n\nQ: To whom?\n\nMR. LAVROV: To nobody. Kyiv bought missiles.\n"
    doc = _article(nlp, text, KIRBY="PERSON", LAVROV="PERSON", Iran="COUNTRY", Kyiv="COUNTRY")
    statements = Statements(find_statements(doc, LEXICON))
    by_word = {token.text: statements.attribute(token.i).source for token in doc if token.text in ("sold", "bought")}
    assert {word: span and doc[span[0] : span[1]].text for word, span in by_word.items()} == {
        "sold": "KIRBY", "bought": "LAVROV",
    }  # fmt: skip


def test_resolved_pronouns_win(nlp: Language) -> None:
    text = "Lavrov met Kirby. He said that Iran sold drones."
    doc = _article(nlp, text, Lavrov="PERSON", Kirby="PERSON", Iran="COUNTRY")
    he = next(token.i for token in doc if token.text == "He")
    kirby = next(ent for ent in doc.ents if ent.text == "Kirby")
    state(doc)["anaphora"] = [[he, he + 1, [[kirby.start, kirby.end]]]]
    assert _spoken(doc)[0] == ["Kirby"]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="\"“”«»'‘’`: \n?Qa.", max_size=40), st.text(alphabet="\"“”«»'‘’`: \n?", max_size=10))
def test_odd_quotation_marks_break_nothing(nlp: Language, before: str, after: str) -> None:
    text = f"{before} Iran sold drones, Kirby said. {after}"
    doc = nlp.make_doc(text)
    for name, pipe in nlp.pipeline:
        if name in SYNTAX:
            doc = pipe(doc)
    for statement in find_statements(doc, LEXICON):
        assert 0 <= statement.start <= statement.end <= len(doc)


def test_a_sentence_that_goes_into_detail_has_the_speaker_of_the_one_before() -> None:
    text = "According to John Kirby, they work together. In particular, Iran sent drones to Russia.\n\nIran sent tanks."
    article = entityrel.annotate(text)
    sources = {str(relation.object): str(relation.source) for relation in article.relations}
    assert sources["drones"] == "John Kirby"
    assert sources.get("tanks", "None") == "None"
