"""Every frame's examples, executed on parses of the shipped pipeline; and the errors of wrong frame files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import RootModel

from conftest import DocOf
from entityrel.errors import KnowledgeError
from entityrel.knowledge import files
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
      - {text: "[Iran|COUNTRY|IRN] bestowed [drones|WEAPON|drone] on it.", finds: ["transfers(IRN, drone)"]}
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
        (
            "shape: supply",
            "roles: {subject: [agnet], object: [theme]}",
            ["roles.subject", "'agnet'"],
        ),
        ("shape: supply", 'roles: {subject: ["any:agent"], object: [theme]}', ["roles.subject", "'any:agent'"]),
        ("shape: supply", "shape: supply\n    unless: [frm]", ["transfers.bestow", "'unless'", "'frm'"]),
        ("shape: supply", "shape: supply\n    required: [recipent]", ["transfers.bestow", "'required'", "recipent"]),
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


@pytest.mark.parametrize(
    ("new", "named"),
    [
        ('path: [">nsubj"], via: agnet', "'via'"),
        ('path: [">nsubj"], word_class: light_verbs', "'light_verbs'"),
        ('path: ["nsubj"]', "not a step"),
        ('paths: [">nsubj"]', r"constructions\.0\.paths"),
    ],
)
def test_a_wrong_construction_is_reported(
    new: str, named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (files.DATA / "constructions.yaml").read_text(encoding="utf-8")
    (tmp_path / "constructions.yaml").write_text(text.replace('path: [">nsubj"]', new, 1), encoding="utf-8")
    monkeypatch.setattr(files, "DATA", tmp_path)
    with pytest.raises(KnowledgeError, match=rf"constructions\.yaml.*{named}"):
        load_grammar.__wrapped__()


class _Anything(RootModel[Any]):
    """A file as it is."""


def test_no_word_stands_twice_in_a_list() -> None:
    for path in (files.DATA / "constructions.yaml", *sorted((files.DATA / "frames").glob("*.yaml"))):
        for where, words in _lists(files.read_yaml(path, _Anything).root, path.name):
            assert len(set(words)) == len(words), where


def _lists(data: object, where: str) -> Iterator[tuple[str, list[str]]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _lists(value, f"{where}: {data.get('id', '')} {key}")
    elif isinstance(data, list) and all(isinstance(item, str) for item in data) and not where.endswith("path"):
        yield where, data
    elif isinstance(data, list):
        for item in data:
            yield from _lists(item, where)
