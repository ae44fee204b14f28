from __future__ import annotations

import pytest

from entityrel.errors import KnowledgeError, RecordError
from entityrel.graph import aggregate, build_graph, sides
from entityrel.graph.parents import Parents, alliances, chain, leaders, named, regions
from entityrel.graph.rollup import roll_up, stars, unroll, weapon_classes
from entityrel.schema import AnnotatedArticle
from graph_records import SUPPLY, article

GRAPH = build_graph(
    [
        article("a", "Iran sent drones to Russia, Kirby said.", {**SUPPLY, "source": "Kirby"}),
        article("b", "China sent missiles to Russia.",
                {"predicate": "transfers", "subject": "China", "object": "missiles", "recipient": "Russia"}),
        article("c", "Kanaani speaks for Iran.", {"predicate": "represents", "subject": "Kanaani", "object": "Iran"}),
    ]
)  # fmt: skip


def test_weapons_roll_up_the_class_tree() -> None:
    assert weapon_classes(GRAPH, {"weapon"}) == {"drone": "weapon", "missile": "weapon"}
    assert weapon_classes(GRAPH, {"drone", "weapon"}) == {"missile": "weapon"}
    rolled = roll_up(GRAPH, weapon_classes(GRAPH, {"weapon"}))
    assert "drone" not in rolled and rolled.nodes["weapon"]["label"] == "WEAPON"
    assert {key for *_, key in aggregate(rolled).in_edges("RUS", keys=True)} == {"transfers:weapon"}


def test_countries_roll_up_to_an_alliance_and_persons_to_their_country() -> None:
    rolled = roll_up(GRAPH, {"IRN": "axis", "CHN": "axis", "john-kirby": "USA"})
    assert {edge["rolled_subject"] for _, _, edge in rolled.in_edges("RUS", data=True)} == {"IRN", "CHN"}
    assert sorted(rolled.nodes["axis"]["members"]) == ["CHN", "IRN"]
    assert {edge.get("attribution") for *_, edge in rolled.edges(data=True)} == {"USA", None}
    own = roll_up(GRAPH, sides(GRAPH))
    assert own.has_edge("IRN", "IRN") and own.nodes["IRN"]["name"] == "Iran"


def meeting(identifier: str, date: str, one: str = "Iran", two: str = "China") -> AnnotatedArticle:
    statement = {"predicate": "meets", "subject": one, "object": two}
    return article(identifier, f"{one} met {two}.", statement, date=date)


def test_an_alliance_has_the_members_of_the_edges_date() -> None:
    graph = build_graph([meeting("a", "2023-12-31"), meeting("b", "2024-01-02")])
    rolled = roll_up(graph, alliances("brics"))
    assert {edge[:3] for edge in rolled.edges(keys=True)} == {
        ("IRN", "brics", key) if key.startswith("a") else ("brics", "brics", key) for *_, key in graph.edges(keys=True)
    }
    assert rolled.nodes["brics"]["name"] == "BRICS" and sorted(rolled.nodes["brics"]["members"]) == ["CHN", "IRN"]
    assert dict(unroll(rolled).nodes(data=True)) == dict(graph.nodes(data=True))
    assert set(unroll(rolled).edges(keys=True)) == set(graph.edges(keys=True))
    assert set(roll_up(graph, alliances("brics", date="2025"))) == {"brics"}
    assert "IRN" in roll_up(graph, alliances("brics", date="2010"))


def test_the_first_alliance_of_several_is_taken() -> None:
    assert alliances("nato", "five-eyes").of("GBR", "2000") == "nato"
    assert alliances("five-eyes", "nato").of("GBR", "2000") == "five-eyes"
    assert alliances("european-union").of("GBR", "2021") is None
    with pytest.raises(KnowledgeError, match="'natto'"):
        alliances("natto")


def test_regions_and_their_parts() -> None:
    rolled = roll_up(GRAPH, regions())
    assert rolled.nodes["asia"]["name"] == "Asia" and rolled.nodes["asia"]["label"] == "LOC"
    assert rolled.has_edge("asia", "europe") and not {"IRN", "CHN", "RUS"} & set(rolled)
    assert roll_up(GRAPH, regions("part")).nodes["eastern-asia"]["name"] == "Eastern Asia"


def test_a_person_is_taken_for_the_country_that_he_leads_then() -> None:
    of = leaders(GRAPH).of
    assert of("dmitry-medvedev", "2010") == "RUS" and of("john-kirby", "2023") is None
    assert of("jens-stoltenberg", "2012") == "NOR" and of("jens-stoltenberg", "2020") is None  # he led NATO then
    text = "Kanaani, the leader of Syria, met Kirby."
    told = [
        article("a", text, {"predicate": "leads", "subject": "Kanaani", "object": "Syria"},
                {"predicate": "meets", "subject": "Kanaani", "object": "Kirby"}),
    ]  # fmt: skip
    graph = build_graph(told)
    assert roll_up(graph, leaders(graph)).has_edge("SYR", "john-kirby")


def test_parents_can_be_chained_and_a_rolled_graph_is_not_rolled_again() -> None:
    parents = chain(
        Parents(lambda node, date: "USA" if node == "john-kirby" else None, {}), alliances("nato"), regions()
    )
    rolled = roll_up(GRAPH, parents)
    assert {edge.get("attribution") for *_, edge in rolled.edges(data=True)} == {"nato", None}
    assert rolled.has_edge("asia", "europe") and sorted(rolled.nodes["asia"]["members"]) == ["CHN", "IRN"]
    assert dict(unroll(rolled).nodes(data=True)) == dict(GRAPH.nodes(data=True))
    with pytest.raises(RecordError, match="already"):
        roll_up(rolled, regions())
    assert named(GRAPH, ["leaders", "nato", "part"]).of("angela-merkel", "2010") == "nato"
    assert named(GRAPH, ["part", "nato"]).of("IRN", None) == "southern-asia"


def test_unrolling_gives_the_graph_back() -> None:
    for parents in (
        weapon_classes(GRAPH, {"weapon"}), {"IRN": "axis", "CHN": "axis"}, sides(GRAPH), {}, {"IRN": "CHN"},
        alliances("brics"), regions(), leaders(GRAPH), Parents(lambda node, date: "x" if node > "M" else None, {}),
    ):  # fmt: skip
        back = unroll(roll_up(GRAPH, parents))
        assert dict(back.nodes(data=True)) == dict(GRAPH.nodes(data=True))
        assert {edge[:3]: edge[3] for edge in back.edges(keys=True, data=True)} == {
            edge[:3]: edge[3] for edge in GRAPH.edges(keys=True, data=True)
        }


def test_weapons_as_nodes_between_supplier_and_recipient() -> None:
    found = stars(GRAPH)
    assert {edge[:2] for edge in found.edges} == {
        ("IRN", "drone"), ("drone", "RUS"), ("CHN", "missile"), ("missile", "RUS"), ("nasser-kanaani", "IRN"),
    }  # fmt: skip
    assert {edge["evidence"] for _, _, edge in found.in_edges("RUS", data=True)} == {
        edge["evidence"] for _, _, edge in GRAPH.in_edges("RUS", data=True)
    }
