"""Polarity and modality: the factuality battery, by rules alone and by the whole qualifier; single compositions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import srsly
from spacy.language import Language
from spacy.tokens import Doc, Span

from conftest import SYNTAX, DocOf
from entityrel.knowledge.cues import load_cues
from entityrel.pipeline.polarity import Verdict, judge
from entityrel.pipeline.qualifier import Qualifier, make_qualifier
from entityrel.pipeline.state import Proposal, TokenSpan, state
from marked_sentences import read_marked

BATTERY = cast(
    "dict[str, list[tuple[str, str]]]", cast("Any", srsly).read_yaml(Path(__file__).parent / "data" / "factuality.yaml")
)
LABELS = {"s": "COUNTRY", "o": "WEAPON", "r": "COUNTRY"}
LEXICON = load_cues()


def _parsed(nlp: Language, marked: str) -> tuple[Doc, dict[str, TokenSpan], TokenSpan]:
    """The parsed sentence, its mentions by role, and its trigger."""
    text, spans = read_marked(marked)
    doc = nlp.make_doc(text)
    for name, pipe in nlp.pipeline:
        if name in SYNTAX:
            doc = pipe(doc)
    tokens = {role: doc.char_span(span[0], span[1], alignment_mode="expand") for role, span in spans.items()}
    found = {role: (span.start, span.end) for role, span in tokens.items() if span is not None}
    trigger_span = found.pop("t")
    doc.set_ents([Span(doc, *found[role], LABELS[role]) for role in "sor" if role in found])
    return doc, found, trigger_span


def _verdict(doc: Doc, spans: dict[str, TokenSpan], trigger: TokenSpan) -> Verdict:
    heads = [doc[span[0] : span[1]].root.i for span in spans.values()]
    return judge(doc, "transfers", doc[trigger[0] : trigger[1]].root.i, heads, LEXICON)


def _qualified(doc: Doc, spans: dict[str, TokenSpan], trigger: TokenSpan, qualifier: Qualifier) -> Proposal:
    item: Proposal = {
        "predicate": "transfers" if "r" in spans else "acquires", "subject": spans["s"], "object": spans["o"],
        "recipient": spans.get("r"), "trigger": trigger,
    }  # fmt: skip
    state(doc)["relations"] = [item]
    found: Proposal = state(qualifier(doc))["relations"][0]
    return found


def _cases() -> Iterator[tuple[str, str]]:
    for part in ("before", "after"):
        yield from BATTERY[part]


def test_battery_is_large_and_in_two_parts() -> None:
    assert len(BATTERY["before"]) + len(BATTERY["after"]) >= 200
    assert min(len(BATTERY["before"]), len(BATTERY["after"])) >= 100


@pytest.mark.parametrize("part", ["before", "after"])
def test_battery_by_rules(nlp: Language, part: str) -> None:
    wrong = []
    for sentence, expected in BATTERY[part]:
        verdict = _verdict(*_parsed(nlp, sentence))
        if (said := f"{verdict.polarity} {verdict.modality}") != expected:
            wrong.append(f"{sentence}: {said}, not {expected}")
    assert len(wrong) <= 0.05 * len(BATTERY[part]), "\n".join(wrong)


def test_battery_by_the_whole_qualifier(nlp: Language) -> None:
    qualifier = make_qualifier(nlp, "qualifier", keep_hypothetical=True, learned=True)
    wrong, invented = [], []
    for sentence, expected in _cases():
        item = _qualified(*_parsed(nlp, sentence), qualifier)
        if (said := f"{item['polarity']} {item['modality']}") != expected:
            wrong.append(f"{sentence}: {said}, not {expected}")
            if expected.startswith("negated") and said == "affirmed actual":
                invented.append(sentence)
    assert invented == []
    assert len(wrong) <= 0.05 * len([*_cases()]), "\n".join(wrong)


@pytest.mark.parametrize(
    ("sentence", "effects"),
    [
        ("[Iran|s] has not ruled out <sending> [drones|o] to [Cuba|r].", {"ruling_out": "ruled", "negated": "not"}),
        ("[Iran|s] denied <selling> [drones|o] to [Cuba|r].", {"denial": "denied"}),
        ("[Iran|s] may <sell> [drones|o] to [Cuba|r].", {"possible": "may"}),
        ("No [drones|o] were <sold> by [Iran|s] to [Cuba|r].", {"negated": "No"}),
    ],
)
def test_cues_are_the_deciding_words(nlp: Language, sentence: str, effects: dict[str, str]) -> None:
    doc, spans, trigger = _parsed(nlp, sentence)
    cues = {effect: doc[start:end].text for start, end, effect in _verdict(doc, spans, trigger).cues}
    assert cues == effects


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("[Seoul|s] should lend shells to Washington rather than <sell> [them|o] to [Kyiv|r].", "negated desired"),
        ("[Seoul|s] should <lend> [shells|o] to [Washington|r] rather than sell them to Kyiv.", "affirmed desired"),
        ("[Washington|s] has paused <deliveries> of [shells|o] to [Kyiv|r].", "negated actual"),
        ("[Washington|s] has not paused <deliveries> of [shells|o] to [Kyiv|r].", "affirmed actual"),
        ("[Cuba|s] signed an <agreement> with [Spain|o].", "affirmed actual"),
        ("[Cuba|s] will sign an <agreement> with [Spain|o].", "affirmed planned"),
        ("[Cuba|s] did not sign an <agreement> with [Spain|o].", "negated actual"),
        ("[Cuba|s] refused to ratify a <treaty> with [Spain|o].", "negated actual"),
        ("[Lula|s] may pay a <visit> to [Spain|o].", "affirmed possible"),
    ],
)
def test_alternatives_pauses_and_signatures(nlp: Language, sentence: str, expected: str) -> None:
    verdict = _verdict(*_parsed(nlp, sentence))
    assert f"{verdict.polarity} {verdict.modality}" == expected


@pytest.mark.parametrize(
    ("sentence", "hypothetical"),
    [
        ("If [Iran|s] <sells> [drones|o] to [Cuba|r], Congress will object.", True),
        ("Unless [Iran|s] <sells> [drones|o] to [Cuba|r], it will run out of money.", True),
        ("Did [Iran|s] <sell> [drones|o] to [Cuba|r]?", True),
        ("Why did [Iran|s] <sell> [drones|o] to [Cuba|r]?", False),
        ("When [Iran|s] <sold> [drones|o] to [Cuba|r], Congress objected.", False),
    ],
)
def test_bare_conditions_and_questions_state_nothing(nlp: Language, sentence: str, hypothetical: bool) -> None:
    assert _verdict(*_parsed(nlp, sentence)).hypothetical is hypothetical


@pytest.mark.parametrize(
    ("sentence", "polarity"),
    [
        ("[Lula|PERSON|lula], the president of [Brazil|COUNTRY|BRA], spoke.", "affirmed"),
        ("[Lula|PERSON|lula], the former president of [Brazil|COUNTRY|BRA], spoke.", "negated"),
        ("[Lula|PERSON|lula], until 2010 the president of [Brazil|COUNTRY|BRA], spoke.", "negated"),
        ("[Lula|PERSON|lula], then president of [Brazil|COUNTRY|BRA], refused to sign.", "affirmed"),
        ("[Lula|PERSON|lula], the president of [Brazil|COUNTRY|BRA], did not go to Kyiv.", "affirmed"),
    ],
)
def test_only_its_own_past_negates_a_post(doc_of: DocOf, sentence: str, polarity: str) -> None:
    doc = doc_of(sentence)
    trigger = next(token.i for token in doc if token.text == "president")
    heads = [ent.root.i for ent in doc.ents]
    assert judge(doc, "leads", trigger, heads, LEXICON).polarity == polarity
