"""A small pipeline with planted behaviour, for tests of the corpus layer that need no trained components.

"Iran" and "Russia" are countries, "drones" are weapons, and Iran transfers each of the drones of its piece. A text
with RAISE makes a component raise, with HANG sleep, with NAP sleep a little, with DIE end the process, with EAT ask
for 64 GB of memory.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span

from entityrel.pipeline.state import state

__all__ = ["StubSource", "stub_pipeline"]

_ENTITIES = {"Iran": ("COUNTRY", "IRN"), "Russia": ("COUNTRY", "RUS"), "drones": ("WEAPON", "drone")}


@Language.component("stub_relations")
def stub_relations(doc: Doc) -> Doc:
    if "RAISE" in doc.text:
        raise ZeroDivisionError("planted")
    if "HANG" in doc.text:
        time.sleep(3600)
    if "NAP" in doc.text:
        time.sleep(0.01)
    if "DIE" in doc.text:
        os._exit(9)
    if "EAT" in doc.text:
        bytearray(64 << 30)
    words = [(token.i, *_ENTITIES[token.text]) for token in doc if token.text in _ENTITIES]
    doc.ents = tuple(Span(doc, at, at + 1, label, kb_id=ident) for at, label, ident in words)
    subjects = [at for at, _, ident in words if ident == "IRN"]
    kept = state(doc)
    kept["relations"] = [
        {
            "predicate": "transfers", "subject": (subjects[0], subjects[0] + 1), "object": (at, at + 1),
            "trigger": (at, at + 1), "scores": {"stub": 1.0}, "date": kept["article_date"],
            "evidence_chars": (0, len(doc.text)),
        }
        for at, label, _ in words if label == "WEAPON" and subjects
    ]  # fmt: skip
    return doc


def stub_pipeline(name: str = "stub_relations") -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("stub_relations", name=name)
    return nlp


@dataclass(frozen=True)
class StubSource:
    """Sent to the processes of a pool instead of a pipeline."""

    broken: bool = False

    def load(self) -> Language:
        if self.broken:
            raise ValueError("planted: no such pipeline")
        return stub_pipeline()
