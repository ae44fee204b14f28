"""Fixtures that several test modules share: the shipped pipeline, and Docs from inline markup."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from spacy.language import Language
from spacy.tokens import Doc, Span

import entityrel
from entityrel import markup
from entityrel.pipeline.state import relations

#: Components that need no entities of the text; what comes after them is the relation layer.
SYNTAX = ("tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer")

DocOf = Callable[[str], Doc]


@pytest.fixture(scope="session")
def nlp() -> Language:
    """The shipped default pipeline."""
    return entityrel.load()


@pytest.fixture(scope="session")
def doc_of(nlp: Language) -> DocOf:
    """A function that parses a sentence in inline markup and sets its mentions as ``doc.ents``."""

    def make(sentence: str) -> Doc:
        article = markup.parse(f"1: {sentence}\n---\n")
        doc = nlp.make_doc(article.text)
        for name, pipe in nlp.pipeline:
            if name in SYNTAX:
                doc = pipe(doc)
        spans = []
        for mention in article.entities:
            span = doc.char_span(mention.start, mention.end, alignment_mode="expand")
            assert span is not None
            spans.append(Span(doc, span.start, span.end, mention.label, kb_id=mention.id))
        doc.set_ents(spans)
        return doc

    return make


def calls(work: Callable[[], object]) -> int:
    """How many function calls some work takes: how it grows can be tested so, and a busy machine does not matter."""
    count = 0

    def step(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(step)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def readings(doc: Doc) -> set[str]:
    """The relations of a Doc in short form with ids: ``transfers(IRN, drone -> RUS)``."""
    return {
        f"{r.predicate}({r.subject.id}, {r.object.id}" + (f" -> {r.recipient.id})" if r.recipient else ")")
        for r in relations(doc)
    }
