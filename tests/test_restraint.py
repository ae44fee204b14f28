"""Restraint: texts of sport, food, business, gardens and arts have hardly a weapon and no country."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

import entityrel

MODELS = Path(__file__).parents[1] / "models"
sys.path.insert(0, str(MODELS / "scripts"))

restraint = import_module("restraint")
TEXTS = MODELS / "restraint" / "texts"
pytestmark = pytest.mark.skipif(not TEXTS.is_dir(), reason="the texts are not in this checkout")


def test_texts_of_peace() -> None:
    nlp = entityrel.load("sm")
    nlp.select_pipes(disable=[f"entityrel_{name}" for name in restraint.RELATIONS])
    docs = list(nlp.pipe(text for *_, text in restraint.own(TEXTS)))
    words = sum(token.is_alpha for doc in docs for token in doc)
    assert words > 5000
    for label in restraint.LABELS:
        found = [f"{ent.text} in {doc.text[:30]!r}" for doc in docs for ent in doc.ents if ent.label_ == label]
        assert len(found) < 1.5 * words / 1000, f"{label}: {found}"


def test_the_tempting_words_are_there() -> None:
    text = " ".join(text for *_, text in restraint.own(TEXTS)).lower()
    for word in ("missile", "tank", "bomb", "rocket", "drone", "turkey", "china", "chad", "jordan", "georgia", "mine"):
        assert text.count(word) > 1, word


def test_judgements_name_what_they_judge() -> None:
    verdicts = restraint.read_judged(MODELS / "restraint" / "judged.csv")
    assert set(verdicts.values()) == {"false", "named"}
    texts = {document: text for _, document, text in restraint.own(TEXTS)}
    own = [key for key in verdicts if key[0] == restraint.OWN]
    assert own
    for _, document, start, end, label in own:
        assert label in restraint.LABELS
        assert texts[document][int(start) : int(end)].strip()
