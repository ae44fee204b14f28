"""The ontology says what SCHEMA.md, sections 1 and 2, say."""

from __future__ import annotations

from pathlib import Path

import pytest

from entityrel.errors import KnowledgeError
from entityrel.knowledge import ontology as module
from entityrel.knowledge.files import read_yaml
from entityrel.knowledge.ontology import load_ontology

ACTOR = frozenset({"PERSON", "COUNTRY", "ORG"})
PLACE = frozenset({"LOC", "COUNTRY"})
WEAPON = frozenset({"WEAPON"})
#: SCHEMA.md, section 2: subject, object, recipient, symmetric.
SCHEMA = {
    "transfers": (ACTOR, WEAPON, ACTOR, False),
    "acquires": (ACTOR, WEAPON, None, False),
    "produces": (ACTOR, WEAPON, None, False),
    "helps_produce": (ACTOR, WEAPON, ACTOR, False),
    "possesses": (ACTOR, WEAPON, None, False),
    "uses": (ACTOR, WEAPON, ACTOR | PLACE, False),
    "tests": (ACTOR, WEAPON, None, False),
    "deploys": (ACTOR, WEAPON, ACTOR | PLACE, False),
    "destroys": (ACTOR, WEAPON, ACTOR, False),
    "attacks": (ACTOR, ACTOR | PLACE, None, False),
    "threatens": (ACTOR, ACTOR | PLACE, None, False),
    "sanctions": (ACTOR, ACTOR, None, False),
    "accuses": (ACTOR, ACTOR, None, False),
    "meets": (ACTOR, ACTOR, None, True),
    "visits": (ACTOR, PLACE, None, False),
    "negotiates": (ACTOR, ACTOR, None, True),
    "agrees": (ACTOR, ACTOR, None, True),
    "cooperates": (ACTOR, ACTOR, None, True),
    "supports": (ACTOR, ACTOR, None, False),
    "trains": (ACTOR, ACTOR, None, False),
    "trades": (ACTOR, ACTOR, None, True),
    "leads": (frozenset({"PERSON"}), frozenset({"COUNTRY", "ORG"}), None, False),
    "represents": (frozenset({"PERSON"}), frozenset({"COUNTRY", "ORG"}), None, False),
}


def test_the_predicates_are_those_of_schema_md_in_its_order() -> None:
    found = {
        name: (item.subject, item.object, item.recipient, item.symmetric)
        for name, item in load_ontology().predicates.items()
    }
    assert found == SCHEMA
    assert list(found) == list(SCHEMA)


def test_the_labels_are_those_of_schema_md() -> None:
    labels = load_ontology().labels
    assert list(labels) == ["PERSON", "COUNTRY", "WEAPON", "ORG", "LOC"]
    assert len({label.colour for label in labels.values()}) == len(labels)


@pytest.mark.parametrize(
    ("labels", "allowed"),
    [
        (("COUNTRY", "WEAPON"), True),
        (("COUNTRY", "WEAPON", "COUNTRY"), True),
        (("LOC", "WEAPON"), False),
        (("COUNTRY", "COUNTRY"), False),
        (("COUNTRY", "WEAPON", "LOC"), False),
    ],
)
def test_what_a_predicate_allows(labels: tuple[str, ...], allowed: bool) -> None:
    assert load_ontology().predicates["transfers"].allows(*labels) is allowed


def test_no_recipient_where_there_is_no_such_role() -> None:
    assert not load_ontology().predicates["acquires"].allows("COUNTRY", "WEAPON", "COUNTRY")


ONTOLOGY = """\
version: 1
labels: {PERSON: {colour: "#7fb3d5", covers: people}}
groups: {person: [PERSON]}
predicates: {knows: {subject: person, object: person, covers: acquaintance}}
"""


def test_the_small_ontology_is_right(tmp_path: Path) -> None:
    path = tmp_path / "ontology.yaml"
    path.write_text(ONTOLOGY, encoding="utf-8")
    assert list(read_yaml(path, module._File).predicates) == ["knows"]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("covers: acquaintance", "cover: acquaintance", "predicates.knows.cover"),
        ("#7fb3d5", "blue", "labels.PERSON.colour"),
        ("object: person", "object: persons", "predicates.knows.*persons"),
        ("[PERSON]", "[PERSONS]", "groups.person.*PERSONS"),
    ],
)
def test_a_wrong_ontology_is_reported_with_entry_and_field(old: str, new: str, named: str, tmp_path: Path) -> None:
    path = tmp_path / "ontology.yaml"
    path.write_text(ONTOLOGY.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=named):
        read_yaml(path, module._File)
