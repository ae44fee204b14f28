"""Every frame's examples, executed on parses of the shipped pipeline; and the errors of wrong frame files."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import DocOf

from entityrel.errors import KnowledgeError
from entityrel.knowledge.frames import Frame, Step, load_frames, load_grammar
from entityrel.knowledge.ontology import load_ontology
from entityrel.pipeline.ruler import RelationRuler
from entityrel.pipeline.state import Proposal

FRAMES = load_frames().frames


def _reading(item: Proposal, ids: dict[tuple[int, int], str]) -> tuple[str, ...]:
    subject, object_ = ids[item["subject"]], ids[item["object"]]
    if load_ontology().predicates[item["predicate"]].symmetric:
        subject, object_ = sorted((subject, object_))
    recipient = item["recipient"]
    return (item["predicate"], subject, object_, *([ids[recipient]] if recipient else []))


def _expected(text: str) -> tuple[str, ...]:
    predicate, _, rest = text.rstrip(")").partition("(")
    arguments, _, recipient = rest.partition(" -> ")
    subject, object_ = arguments.split(", ")
    if load_ontology().predicates[predicate].symmetric:
        subject, object_ = sorted((subject, object_))
    return (predicate, subject, object_, *([recipient] if recipient else []))


def _found(doc_of: DocOf, sentence: str) -> list[tuple[str, tuple[str, ...]]]:
    doc = doc_of(sentence)
    ids = {(ent.start, ent.end): ent.kb_id_ for ent in doc.ents}
    return [(item["frame"], _reading(item, ids)) for item in RelationRuler(load_frames()).propose(doc)]


def test_every_predicate_has_a_frame() -> None:
    assert {frame.predicate for frame in FRAMES} == set(load_ontology().predicates)


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame.id)
def test_examples_are_found_and_the_other_is_not(frame: Frame, doc_of: DocOf) -> None:
    for example in frame.examples:
        found = {reading for _, reading in _found(doc_of, example.text)}
        assert {_expected(text) for text in example.finds} <= found, example.text
    assert frame.id not in {name for name, _ in _found(doc_of, frame.none)}, frame.none


FRAME = """\
frames:
  - id: transfers.bestow
    predicate: transfers
    shape: supply
    verbs: [bestow]
    examples:
      - {text: "[Iran|COUNTRY|IRN] bestowed [drones|WEAPON|drone] on [Russia|COUNTRY|RUS].", finds: ["transfers(IRN, drone)"]}
      - {text: "[Drones|WEAPON|drone] were bestowed by [Iran|COUNTRY|IRN].", finds: ["transfers(IRN, drone)"]}
    none: "[Iran|COUNTRY|IRN] bestowed nothing."
    origin: a test
"""


def test_a_frame_of_the_user_works_without_python(tmp_path: Path, doc_of: DocOf) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(FRAME, encoding="utf-8")
    doc = doc_of("[Iran|COUNTRY|IRN] bestowed [drones|WEAPON|drone].")
    assert [item["frame"] for item in RelationRuler(load_frames(path)).propose(doc)] == ["transfers.bestow"]
    assert not list(RelationRuler(load_frames()).propose(doc))


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("verbs:", "verb:", ["frames.0.verb", "not permitted"]),
        ("predicate: transfers", "predicate: teleports", ["transfers.bestow", "'predicate'", "teleports"]),
        ("shape: supply", "shape: suply", ["transfers.bestow", "'shape'", "suply"]),
        ("shape: supply", "roles: {subject: [agent]}", ["transfers.bestow", "'roles'", "object"]),
        ("shape: supply", "roles: {subject: [agent], object: [theme], goal: [to]}", ["transfers.bestow", "goal"]),
        ("id: transfers.bestow", "id: transfers.supply", ["transfers.supply", "twice"]),
        ('none: "[Iran|COUNTRY|IRN] bestowed nothing."', "", ["frames.0.none", "required"]),
        ("frames:", "frames: [", ["cannot be read as YAML"]),
    ],
)
def test_a_wrong_frame_is_reported_with_file_frame_and_field(
    old: str, new: str, named: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(FRAME.replace(old, new), encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load_frames(path)
    for part in ["mine.yaml", *named]:
        assert part in str(caught.value)


def test_steps_of_a_path() -> None:
    assert Step.parse(">prep:to|into") == Step(True, frozenset({"prep"}), frozenset({"to", "into"}))
    with pytest.raises(ValueError, match="not a step"):
        Step.parse("prep>")


def test_constructions_name_only_known_classes_and_functions() -> None:
    grammar = load_grammar()
    functions = {rule.function for rule in grammar.constructions} | {"same"}
    for rule in grammar.constructions:
        assert rule.via is None or rule.via in functions, rule.name
