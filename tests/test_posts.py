"""Posts that are no longer held, never were or will be; claims denied, proofs missing."""

from __future__ import annotations

import pytest
from spacy.lang.en import English
from spacy.language import Language
from spacy.tokens import Doc

from entityrel.knowledge.cues import load_cues
from entityrel.pipeline.polarity import judge

LEXICON = load_cues()


def _judged(doc: Doc, predicate: str, trigger: str, subject: str, item: str) -> str:
    places = {token.text: token.i for token in reversed(doc)}
    verdict = judge(doc, predicate, places[trigger], [places[subject], places[item]], LEXICON)
    return f"{verdict.polarity} {verdict.modality}"


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Varga is defence minister of Hungary.", "affirmed actual"),
        ("Varga is no longer defence minister of Hungary.", "negated actual"),
        ("Varga was never minister of Hungary.", "negated actual"),
        ("Varga ceased to be minister of Hungary.", "negated actual"),
        ("Varga will become minister of Hungary.", "affirmed planned"),
        ("Varga, the defence minister of Hungary, has resigned.", "negated actual"),
        ("Varga, the defence minister of Hungary, will resign.", "affirmed actual"),
        ("Varga, the defence minister of Hungary, has not resigned.", "affirmed actual"),
        ("Varga was ousted as minister of Hungary.", "negated actual"),
        ("Varga ousted a general, said the minister of Hungary.", "affirmed actual"),
    ],
)
def test_posts(nlp: Language, sentence: str, expected: str) -> None:
    assert _judged(nlp(sentence), "represents", "minister", "Varga", "Hungary") == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("There is no evidence that Cuba attacked Chad.", "negated actual"),
        ("There is evidence that Cuba attacked Chad.", "affirmed actual"),
        ("They found nothing to suggest that Cuba attacked Chad.", "negated actual"),
        ("They found documents which suggest that Cuba attacked Chad.", "affirmed possible"),
        ("They could not confirm that Cuba attacked Chad.", "affirmed possible"),
        ("They confirmed that Cuba attacked Chad.", "affirmed actual"),
        ("They would neither confirm nor deny that Cuba attacked Chad.", "affirmed possible"),
        ("They confirmed a date and denied that Cuba attacked Chad.", "negated actual"),
        ("A report that Cuba attacked Chad turned out to be false.", "negated actual"),
    ],
)
def test_claims(nlp: Language, sentence: str, expected: str) -> None:
    assert _judged(nlp(sentence), "attacks", "attacked", "Cuba", "Chad") == expected


def test_endless_chains_are_judged() -> None:
    """What a hostile text may be parsed into; each link would have been a recursion."""
    size = 2000
    vocab = English().vocab
    tries = ["Cuba", *["try"] * size, "confirm", "Cuba", "attacked", "Chad"]
    doc = Doc(
        vocab,
        tries,
        heads=[1, 1, *range(1, size + 1), size + 3, size + 1, size + 3],
        deps=["nsubj", "ROOT", *["xcomp"] * size, "nsubj", "ccomp", "dobj"],
        pos=["PROPN", *["VERB"] * (size + 1), "PROPN", "VERB", "PROPN"],
        tags=["NNP", *["VB"] * (size + 1), "NNP", "VBD", "NNP"],
        lemmas=[{"attacked": "attack"}.get(word, word) for word in tries],
    )
    assert judge(doc, "attacks", size + 3, [size + 2, size + 4], LEXICON).polarity == "affirmed"
    talks = ["talks", *["of"] * size, "attacks"]
    doc = Doc(
        vocab,
        talks,
        heads=[0, *range(size), size],
        deps=["ROOT", *["prep"] * size, "pobj"],
        pos=["NOUN", *["ADP"] * size, "NOUN"],
        tags=["NNS", *["IN"] * size, "NNS"],
        lemmas=talks,
    )
    assert judge(doc, "attacks", size + 1, [0], LEXICON).polarity == "affirmed"
