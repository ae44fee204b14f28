from __future__ import annotations

from entityrel.graph import aggregate, build_graph, sides
from entityrel.graph.rollup import roll_up, stars, unroll, weapon_classes
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


def test_unrolling_gives_the_graph_back() -> None:
    for parents in (weapon_classes(GRAPH, {"weapon"}), {"IRN": "axis", "CHN": "axis"}, sides(GRAPH), {}):
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
