from __future__ import annotations

from typing import Any

import pytest

from entityrel.graph import build_graph
from entityrel.graph.analysis import (
    arms_matrix,
    brokers,
    changes,
    communities,
    dataframes,
    ego,
    facts,
    paths,
    reciprocity,
    supply_chains,
    time_series,
)
from entityrel.schema import AnnotatedArticle
from graph_records import article


def supply(
    name: str, who: str, whom: str, item: str = "drones", date: str = "2023-05", **more: Any
) -> AnnotatedArticle:
    statement = {"predicate": "transfers", "subject": who, "object": item, "recipient": whom, "date": date, **more}
    return article(name, f"{who} sent {item} to {whom}.", statement)


GRAPH = build_graph(
    [
        supply("a", "China", "Iran", "missiles", "2022-01"),
        supply("b", "Iran", "Russia"),
        supply("c", "Iran", "Russia", date="2024-01"),
        supply("d", "Iran", "Hezbollah", modality="planned"),
        supply("e", "Russia", "Syria", "missiles", "2024-02"),
        supply("f", "Syria", "Russia", polarity="negated"),
        article("g", "Iran makes drones.", {"predicate": "produces", "subject": "Iran", "object": "drones"}),
        article("h", "Russia hit Ukraine.", {"predicate": "attacks", "subject": "Russia", "object": "Ukraine"}),
    ]
)


def test_facts_are_affirmed_and_actual() -> None:
    assert "hezbollah" not in facts(GRAPH)
    assert {edge["predicate"] for *_, edge in facts(GRAPH, {"attacks"}).edges(data=True)} == {"attacks"}


def test_paths_come_with_their_evidence() -> None:
    [path] = paths(GRAPH, "CHN", "UKR")
    assert path.nodes == ("CHN", "IRN", "RUS", "UKR")
    assert [len(step.edges) for step in path.steps] == [1, 2, 1]
    assert all(key.split(":")[0] in "abcdefgh" for step in path.steps for key in step.edges)
    assert paths(GRAPH, "CHN", "UKR", longest=2) == paths(GRAPH, "UKR", "CHN") == paths(GRAPH, "CHN", "hezbollah") == []
    with pytest.raises(KeyError, match="XXX"):
        paths(GRAPH, "XXX", "UKR")


def test_supply_chains_tell_who_arms_whom_through_whom() -> None:
    assert [chain.nodes for chain in supply_chains(GRAPH, "SYR")] == [("CHN", "IRN", "RUS", "SYR")]
    assert [chain.nodes for chain in supply_chains(GRAPH, "SYR", longest=1)] == [("RUS", "SYR")]
    assert [chain.nodes for chain in supply_chains(GRAPH, "RUS", item="drone")] == [("IRN", "RUS")]
    assert supply_chains(GRAPH, "CHN") == []


def test_matrix_brokers_and_reciprocity() -> None:
    assert arms_matrix(GRAPH) == {("CHN", "IRN"): 1, ("IRN", "RUS"): 2, ("RUS", "SYR"): 1}
    assert [node for node, _ in brokers(GRAPH)] == ["IRN", "RUS"]
    assert reciprocity(GRAPH, "transfers") == 0
    both = build_graph([supply("a", "Iran", "Russia"), supply("b", "Russia", "Iran")])
    assert reciprocity(both, "transfers") == 1
    assert reciprocity(both, "attacks") == 0


def test_changes_between_periods() -> None:
    found = changes(GRAPH, ("2022", "2023"), ("2024-01-01", "2024-12-31"))
    assert [(each.subject, each.other) for each in found.gone] == [("CHN", "IRN")]
    assert [(each.subject, each.other) for each in found.new] == [("RUS", "SYR")]
    assert [(each.subject, each.other) for each in found.kept] == [("IRN", "RUS")]


def test_time_series_ego_and_communities() -> None:
    assert time_series(GRAPH, "IRN", "RUS") == {"2023-05": {"transfers": 1}, "2024-01": {"transfers": 1}}
    assert time_series(GRAPH, "RUS", "CHN") == {}
    assert set(ego(GRAPH, "CHN")) == {"CHN", "IRN"}
    groups = communities(GRAPH)
    assert groups == communities(GRAPH) and {"IRN", "CHN"} <= set().union(*groups)


def test_dataframes() -> None:
    pytest.importorskip("pandas")
    nodes, edges = dataframes(GRAPH)
    assert nodes.loc["IRN", "name"] == "Iran"
    assert len(edges) == GRAPH.number_of_edges()
