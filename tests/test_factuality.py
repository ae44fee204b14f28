"""Factuality on the sentences of data/factuality_unseen.yaml, by the whole pipeline and with the relation given.

Each set was written before it was first run; what it showed then is in docs/quality.md. Here they keep what was mended.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
import srsly
from spacy.language import Language
from spacy.tokens import Doc

from entityrel.knowledge.ontology import Ontology, load_ontology
from entityrel.pipeline.qualifier import Qualifier
from entityrel.pipeline.state import Proposal, TokenSpan, relations, state
from entityrel.schema import Mention, Relation
from marked_sentences import read_marked

SETS = cast(
    "dict[str, list[tuple[str, str, str]]]",
    cast("Any", srsly).read_yaml(Path(__file__).parent / "data" / "factuality_unseen.yaml"),
)
FACT = "affirmed actual"


@dataclass(frozen=True, slots=True)
class Case:
    """A parsed sentence: its marked characters by role ("t" for the trigger), and what is expected of it."""

    doc: Doc
    spans: dict[str, tuple[int, int]]
    predicate: str
    expected: tuple[str, ...]

    def is_right(self, said: str | None) -> bool:
        return said in self.expected or ("unstated" in self.expected and said != FACT)

    def invents(self, said: str | None) -> bool:
        return said == FACT and all(reading.startswith("negated") for reading in self.expected)


@pytest.fixture(scope="module", params=sorted(SETS))
def cases(request: pytest.FixtureRequest, nlp: Language) -> list[Case]:
    """A set, each sentence run through the pipeline."""
    found = []
    for marked, predicate, readings in SETS[request.param]:
        text, spans = read_marked(marked)
        found.append(Case(nlp(text), spans, predicate, tuple(readings.split(" / "))))
    return found


def _said(case: Case, ontology: Ontology) -> list[str]:
    """What the pipeline says of the marked relation, wherever it finds it."""
    spans = case.spans

    def is_at(mention: Mention | None, role: str) -> bool:
        if mention is None or role not in spans:
            return mention is None and role not in spans
        return mention.start < spans[role][1] and spans[role][0] < mention.end

    def states_it(relation: Relation) -> bool:
        there = is_at(relation.subject, "s") and is_at(relation.object, "o") and is_at(relation.recipient, "r")
        symmetric = ontology.predicates[case.predicate].symmetric
        return there or (symmetric and is_at(relation.subject, "o") and is_at(relation.object, "s"))

    found = (r for r in relations(case.doc) if r.predicate == case.predicate and states_it(r))
    return [f"{relation.polarity} {relation.modality}" for relation in found]


def test_what_the_pipeline_finds(cases: list[Case]) -> None:
    ontology = load_ontology()
    judged = [(case, said) for case in cases for said in _said(case, ontology)]
    assert [case.doc.text for case, said in judged if case.invents(said)] == []
    wrong = [f"{case.doc.text}: {said}, not {case.expected}" for case, said in judged if not case.is_right(said)]
    assert len(wrong) <= 0.05 * len(judged), "\n".join(wrong)


def test_the_relation_given(cases: list[Case], nlp: Language) -> None:
    qualifier = cast("Qualifier", nlp.get_pipe("entityrel_qualifier"))
    wrong, invented = [], []
    for case in cases:
        tokens: dict[str, TokenSpan] = {}
        for role, (start, end) in case.spans.items():
            span = case.doc.char_span(start, end, alignment_mode="expand")
            assert span is not None
            tokens[role] = (span.start, span.end)
        item: Proposal = {
            "predicate": case.predicate, "subject": tokens["s"], "object": tokens["o"],
            "recipient": tokens.get("r"), "trigger": tokens["t"],
        }  # fmt: skip
        own = state(case.doc)["relations"]
        state(case.doc)["relations"] = [item]
        found = state(qualifier(case.doc))["relations"]
        state(case.doc)["relations"] = own
        said = f"{found[0]['polarity']} {found[0]['modality']}" if found else None
        if not case.is_right(said):
            wrong.append(f"{case.doc.text}: {said}, not {case.expected}")
        if case.invents(said):
            invented.append(case.doc.text)
    assert len(invented) <= 0.03 * len(cases), "\n".join(invented)
    assert len(wrong) <= 0.05 * len(cases), "\n".join(wrong)
