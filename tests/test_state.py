"""What the components keep on a Doc, and the records that are built from it."""

from __future__ import annotations

from typing import Any, cast

import pytest
import spacy
from spacy.tokens import Doc, DocBin, Span

import entityrel.pipeline.state as module
from entityrel.errors import PipelineError
from entityrel.pipeline.state import (
    Proposal,
    anaphora,
    names,
    register_extensions,
    relations,
    require,
    span_mention,
    state,
)

WORDS = [
    "Kirby", "said", "Tehran", "sent", "several", "hundred", "drones", "to", "the", "Russians", "in", "December", ".",
    "Tehran", "sent", "drones", "to", "Russians", ".",
]  # fmt: skip
DRONES, RUSSIANS, KIRBY, TEHRAN = (6, 7), (9, 10), (0, 1), (2, 3)


@pytest.fixture
def doc() -> Doc:
    doc = Doc(spacy.blank("en").vocab, WORDS, sent_starts=[i in (0, 13) for i in range(len(WORDS))])
    doc.set_ents([
        Span(doc, 0, 1, "PERSON", kb_id="john-kirby"), Span(doc, 2, 3, "COUNTRY", kb_id="IRN"),
        Span(doc, 6, 7, "WEAPON", kb_id="drone"), Span(doc, 9, 10, "COUNTRY", kb_id="RUS"),
        Span(doc, 13, 14, "COUNTRY", kb_id="IRN"), Span(doc, 15, 16, "WEAPON", kb_id="drone"),
        Span(doc, 17, 18, "COUNTRY", kb_id="RUS"),
    ])  # fmt: skip
    state(doc)["names"] = {"COUNTRY:IRN": "Iran", "COUNTRY:RUS": "Russia", "PERSON:john-kirby": "Kirby"}
    return doc


def _stated(**change: Any) -> Proposal:
    full = {
        "predicate": "transfers", "subject": TEHRAN, "object": DRONES, "recipient": RUSSIANS, "trigger": (3, 4),
        "scores": {"ruler": 0.9}, "confidence": 0.9, "evidence_chars": (0, 75),
    }  # fmt: skip
    return cast("Proposal", full | change)


def test_a_record_has_what_the_components_wrote(doc: Doc) -> None:
    text = doc.text
    amount, month = text.index("several hundred"), text.index("December")
    state(doc)["relations"] = [
        _stated(
            source=KIRBY, chain=[KIRBY], chain_cue=(1, 2), polarity="negated", modality="possible",
            cues=[(1, 2, "possible")],
            quantity_chars=(amount, amount + 15), quantity_value=300.0, quantity_bound="about", date="2023-12",
            date_chars=(month, month + 8), frame="transfers.supply", construction={"subject": "active subject"},
            path={"subject": ">nsubj"}, notes=["a note"],
        )
    ]  # fmt: skip
    (relation,) = doc._.relations
    assert str(relation) == "(Iran, transfers, drones → Russia)"
    assert relation.recipient is not None
    assert text[relation.recipient.start : relation.recipient.end] == "Russians"
    assert (relation.polarity, relation.modality, relation.date) == ("negated", "possible", "2023-12")
    assert relation.quantity == "several hundred"
    assert relation.source is not None
    assert (relation.source.text, relation.source.name) == ("Kirby", None)  # a name that the text has is not repeated
    why = relation.provenance
    assert why is not None
    assert why.trigger is not None
    assert (why.extractors, why.frame, why.trigger.text, why.date_text) == (
        ("ruler",), "transfers.supply", "sent", "December",
    )  # fmt: skip
    assert [cue.text for cue in why.cues] == ["said"]
    assert [str(speaker) for speaker in why.attribution] == ["Kirby"]
    assert why.quantity_value == 300.0


def test_what_is_stated_twice_is_given_once_at_its_surest_place(doc: Doc) -> None:
    again = _stated(subject=(13, 14), object=(15, 16), recipient=(17, 18), trigger=(14, 15), evidence_chars=(75, 108))
    state(doc)["relations"] = [_stated(confidence=0.6, scores={"ruler": 0.6}), again]
    (relation,) = relations(doc)
    assert relation.evidence.start == 75
    assert relation.provenance is not None
    assert relation.provenance.notes == ("also stated at 0",)


def test_symmetric_predicates_ignore_the_order_and_others_do_not(doc: Doc) -> None:
    for predicate, count in (("meets", 1), ("attacks", 2)):
        state(doc)["relations"] = [
            _stated(predicate=predicate, object=RUSSIANS, recipient=None),
            _stated(predicate=predicate, subject=(17, 18), object=(13, 14), recipient=None, trigger=(14, 15)),
        ]
        assert len(relations(doc)) == count


def test_what_differs_in_polarity_or_modality_is_given_twice(doc: Doc) -> None:
    state(doc)["relations"] = [_stated(), _stated(polarity="negated"), _stated(modality="planned")]
    assert len(relations(doc)) == 3


def test_a_doc_without_results_has_none() -> None:
    doc = spacy.blank("en")("Nothing was said.")
    assert relations(doc) == ()
    assert anaphora(doc) == {}
    assert names(doc) == {}


def test_plain_data_survives_docbin(doc: Doc) -> None:
    state(doc)["relations"] = [_stated(source=KIRBY, cues=[(1, 2, "possible")], chain=[KIRBY])]
    state(doc)["anaphora"] = [[8, 10, [[2, 3]]]]
    packed = DocBin(docs=[doc], store_user_data=True).to_bytes()
    (again,) = DocBin().from_bytes(packed).get_docs(doc.vocab)
    assert relations(again) == relations(doc)
    assert anaphora(again) == anaphora(doc) == {(8, 10): [(2, 3)]}
    copy = Doc(doc.vocab).from_bytes(doc.to_bytes())
    assert relations(copy) == relations(doc)


def test_a_mention_is_that_of_the_entity_and_has_its_canonical_name(doc: Doc) -> None:
    found = span_mention(doc.ents[1])
    assert (found.text, found.label, found.id, found.name) == ("Tehran", "COUNTRY", "IRN", "Iran")
    assert doc[2:3]._.canonical == "Tehran"  # a bare Span has no id
    assert doc.ents[1]._.canonical == "Iran"


@pytest.mark.parametrize(
    ("annotation", "component"),
    [
        ("DEP", "parser"),
        ("TAG", "tagger"),
        ("LEMMA", "lemmatizer"),
        ("SENT_START", "sentencizer"),
        ("POS", "morphologizer"),
    ],
)
def test_what_is_missing_is_named(annotation: str, component: str) -> None:
    doc = spacy.blank("en")("Iran sold tanks.")
    with pytest.raises(PipelineError, match=f"entityrel_ruler needs .*{component}.*no {annotation}"):
        require(doc, "entityrel_ruler", annotation)
    require(spacy.blank("en")(""), "entityrel_ruler", annotation)  # an empty Doc needs nothing


def test_extensions_of_others_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    getter = Doc.get_extension("relations")
    register_extensions()
    assert Doc.get_extension("relations") == getter
    assert set(module.__all__) <= set(dir(module))
