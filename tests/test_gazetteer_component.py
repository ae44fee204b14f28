"""The gazetteer component: spans for known names, before the recogniser and without it."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, DocBin

from entityrel.errors import KnowledgeError
from entityrel.pipeline.gazetteer import GazetteerComponent, make_gazetteer
from entityrel.pipeline.state import GAZETTEER_SPANS, is_sure

BLANK = spacy.blank("en")
assert make_gazetteer, "importing the module registers the factory"


@pytest.fixture(scope="module")
def nlp() -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("entityrel_gazetteer")
    return nlp


def marks(doc: Doc, label: str | None = None) -> list[tuple[str, str, str]]:
    return [
        (span.text, span.label_, span.kb_id_) for span in doc.spans[GAZETTEER_SPANS] if label in (None, span.label_)
    ]


def test_marks_names_with_label_id_and_sense(nlp: Language) -> None:
    doc = nlp("Iranian officials in Tehran told the White House that the N’Djamena talks failed.")
    spans = {span.text: span for span in doc.spans[GAZETTEER_SPANS]}
    assert {text: span.kb_id_ for text, span in spans.items()} == {
        "Iranian": "IRN", "Tehran": "IRN", "White House": "USA", "N’Djamena": "TCD",
    }  # fmt: skip
    assert spans["Tehran"].id_ == "capital" and not is_sure(spans["Tehran"])
    assert is_sure(spans["Iranian"]) and is_sure(spans["White House"])


def test_words_are_no_countries(nlp: Language) -> None:
    doc = nlp("Tell us about turkey on china plates, Danish pastries, South Americans and polish from the niger river.")
    assert marks(doc, "COUNTRY") == []


def test_short_names_between_capitals_are_not_sure(nlp: Language) -> None:
    shouted = nlp("ISRAEL SHOULD GIVE US AIR DEFENCE")
    assert not any(is_sure(span) for span in shouted.spans[GAZETTEER_SPANS] if span.text == "US")
    spoken = nlp("The US gave Israel air defence.")
    assert any(is_sure(span) for span in spoken.spans[GAZETTEER_SPANS] if span.text == "US")


def test_a_name_with_two_labels_has_two_spans(nlp: Language) -> None:
    labels = {label for text, label, _ in marks(nlp("Georgia is far away.")) if text == "Georgia"}
    assert labels >= {"COUNTRY", "LOC"}


@pytest.mark.parametrize(
    ("text", "weapon", "id"),
    [
        ("They fired Shahed-136 drones at night.", "Shahed-136 drones", "shahed-136"),
        ("Two MiG 29 jets landed.", "MiG 29 jets", "mig-29"),
        ("The S300 was hit.", "S300", "s-300"),
        ("The new Su-75M flew.", "Su-75M", "su-75m"),
    ],
)
def test_weapons_by_designation(nlp: Language, text: str, weapon: str, id: str) -> None:
    assert (weapon, "WEAPON", id) in marks(nlp(text))


def test_users_own_names(tmp_path: Path) -> None:
    own = tmp_path / "mine.csv"
    own.write_text("text,label,id,name\nProject Zebra,WEAPON,project-zebra,Zebra\n", encoding="utf-8")
    nlp = spacy.blank("en")
    nlp.add_pipe("entityrel_gazetteer", config={"paths": [str(own)]})
    assert ("Project Zebra", "WEAPON", "project-zebra") in marks(nlp("They hid Project Zebra."))
    again = spacy.blank("en").from_config(nlp.config)
    assert ("Project Zebra", "WEAPON", "project-zebra") in marks(again("They hid Project Zebra."))


def test_wrong_path_is_reported_when_first_used() -> None:
    with pytest.raises(KnowledgeError, match=r"none\.csv"):
        GazetteerComponent(paths=["none.csv"])(spacy.blank("en")("Iran"))


def test_survives_bytes_docbin_and_pickle(nlp: Language) -> None:
    doc = nlp("Iran and Iraq, the Danish pastries.")
    other = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    assert marks(other) == marks(doc)
    stored = next(iter(DocBin(store_user_data=True, docs=[doc]).get_docs(nlp.vocab)))
    assert marks(stored) == marks(doc)
    component = pickle.loads(pickle.dumps(GazetteerComponent()))
    assert marks(component(nlp.make_doc("Iran"))) == [("Iran", "COUNTRY", "IRN")]


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_never_raises(text: str) -> None:
    doc = GazetteerComponent()(BLANK.make_doc(text))
    assert all(span.text for span in doc.spans[GAZETTEER_SPANS])
