"""What the classifier is told of known entities: makers, posts, countries, kinds; and no names."""

import pytest

from entityrel.pipeline.linked_mentions import LABELS, Node
from entityrel.pipeline.pair_knowledge import kin, kind, maker, post


def node(label: str, ident: str) -> Node:
    return Node(0, 1, 0, 0, LABELS.index(label), ident)


SHAHED = node("WEAPON", "shahed-136")
IRAN, RUSSIA = node("COUNTRY", "IRN"), node("COUNTRY", "RUS")
PUTIN = node("PERSON", "vladimir-putin")
UNKNOWN = node("PERSON", "jane-roe-of-nowhere")


@pytest.mark.parametrize(
    ("x", "y", "number"),
    [
        (IRAN, SHAHED, 2),
        (node("COUNTRY", "FRA"), SHAHED, 3),
        (UNKNOWN, SHAHED, 1),
        (IRAN, node("WEAPON", "missile"), 0),
        (IRAN, RUSSIA, 0),
        (SHAHED, SHAHED, 0),
    ],
)
def test_maker(x: Node, y: Node, number: int) -> None:
    assert maker(x, y) == number


@pytest.mark.parametrize(
    ("x", "y", "number"),
    [
        (PUTIN, RUSSIA, 2),
        (node("PERSON", "sergei-lavrov"), RUSSIA, 3),
        (PUTIN, IRAN, 4),
        (PUTIN, node("ORG", "NATO"), 5),
        (PUTIN, node("LOC", "kyiv"), 6),
        (UNKNOWN, RUSSIA, 1),
        (IRAN, RUSSIA, 0),
    ],
)
def test_post(x: Node, y: Node, number: int) -> None:
    assert post(x, y) == number


def test_kin_and_kind() -> None:
    assert [kin(PUTIN, RUSSIA), kin(PUTIN, IRAN), kin(UNKNOWN, IRAN), kin(IRAN, SHAHED)] == [1, 2, 0, 0]
    rheinmetall, hezbollah = node("ORG", "rheinmetall"), node("ORG", "hezbollah")
    assert kin(rheinmetall, node("COUNTRY", "DEU")) == 1
    assert kind(rheinmetall) != kind(hezbollah)
    assert 0 not in (kind(rheinmetall), kind(hezbollah))
    assert kind(IRAN) == kind(node("ORG", "no-such-company")) == 0
