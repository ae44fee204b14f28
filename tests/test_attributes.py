"""The attribute ruler with a memory does what spaCy's does."""

from __future__ import annotations

import random
from typing import Any

import pytest
import spacy
from spacy.language import Language
from spacy.pipeline import AttributeRuler
from spacy.tokens import Doc

from entityrel.pipeline.attributes import RememberingAttributeRuler

WORDS = ("There", "'s", "is", "gon", "na", "ain", "ai", "n't", "it", "you", "I", "that", "do", "had", "y'", "all",
         "let", "tanks", "Iran", "\n", " ", "to", "was", "c'm", "on", "the")  # fmt: skip
TAGS = ("EX", "VBZ", "VBP", "VBD", "PRP", "IN", "DT", "WDT", "NN", "NNP", "_SP", "TO", "MD", "RB", "")
DEPS = ("expl", "nsubj", "aux", "auxpass", "ROOT", "det", "mark", "pobj", "dobj", "ccomp", "")


def _reading(doc: Doc) -> list[tuple[str, ...]]:
    return [(t.tag_, t.pos_, str(t.morph), t.lemma_, t.dep_) for t in doc]


def _both(nlp: Language) -> tuple[AttributeRuler, RememberingAttributeRuler]:
    ours = nlp.get_pipe("attribute_ruler")
    assert isinstance(ours, RememberingAttributeRuler)
    stock = AttributeRuler(nlp.vocab)
    stock.add_patterns(ours.patterns)
    return stock, ours


def test_any_tokens_get_what_the_stock_ruler_gives_them(nlp: Language) -> None:
    stock, ours = _both(nlp)
    chosen = random.Random(0)
    for _ in range(300):
        size = chosen.randint(1, 12)
        pick = [chosen.choices(values, k=size) for values in (WORDS, TAGS, DEPS)]
        docs = [Doc(nlp.vocab, pick[0], tags=pick[1], deps=pick[2], heads=[0] * size) for _ in range(2)]
        assert _reading(ours(docs[0])) == _reading(stock(docs[1])), pick


@pytest.mark.parametrize("pattern", [[{"NORM": "a"}], [{"LOWER": "a", "OP": "+"}], [{"LOWER": "a"}, {}]])
def test_patterns_that_look_elsewhere_are_matched_all_the_same(pattern: list[dict[int | str, Any]]) -> None:
    vocab = spacy.blank("en").vocab
    stock, ours = AttributeRuler(vocab), RememberingAttributeRuler(vocab)
    for ruler in (stock, ours):
        ruler.add([[{"LOWER": "a"}]], {"POS": "DET"})
        ruler.add([pattern], {"POS": "X"})
    docs = [Doc(vocab, ["b", "a", "A", "c", "a"]) for _ in range(2)]
    assert _reading(ours(docs[0])) == _reading(stock(docs[1]))


def test_a_pattern_added_later_counts() -> None:
    vocab = spacy.blank("en").vocab
    ours = RememberingAttributeRuler(vocab)
    ours.add([[{"LOWER": "a"}]], {"POS": "DET"})
    assert ours(Doc(vocab, ["a"]))[0].pos_ == "DET"
    ours.add([[{"LOWER": "a"}]], {"POS": "NOUN"})
    assert ours(Doc(vocab, ["a"]))[0].pos_ == "NOUN"


def test_it_reads_what_the_stock_ruler_wrote(nlp: Language) -> None:
    stock, _ = _both(nlp)
    read = RememberingAttributeRuler(nlp.vocab).from_bytes(stock.to_bytes())
    assert read.patterns == stock.patterns
