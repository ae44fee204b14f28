from __future__ import annotations

from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entityrel.errors import RecordError
from entityrel.graph import build_graph
from entityrel.schema import AnnotatedArticle, Article, Relation
from graph_records import SUPPLY, article


def described(graph: nx.MultiDiGraph) -> tuple[object, object]:
    return list(graph.nodes(data=True)), list(graph.edges(keys=True, data=True))


ARTICLES = [
    article(
        "a1",
        "Iran sent drones to Russia, Kirby said.",
        {**SUPPLY, "source": "Kirby", "quantity": "sent", "confidence": 0.9},
        date="2023-12-07",
        url="https://www.example.org/x",
    ),
    article("a2", "Tehran makes missiles.", {"predicate": "produces", "subject": "Tehran", "object": "missiles"}),
    article("a3", "Russia bombed Odesa.", {"predicate": "attacks", "subject": "Russia", "object": "Odesa"}, date=""),
    article("a4", "Kalashnikov sold kalashnikovs.",
            {"predicate": "produces", "subject": "Kalashnikov", "object": "kalashnikovs"}, date="2020-01-01"),
    article("a5", "Iran and Syria were named.", date="2024-01-01"),
]  # fmt: skip


def test_materiel_with_recipient_goes_to_the_recipient() -> None:
    graph = build_graph(ARTICLES)
    [(start, end, key, edge)] = graph.in_edges("RUS", keys=True, data=True)
    assert (start, end) == ("IRN", "RUS")
    assert key == f"a1:{ARTICLES[0].relations[0].id}"
    assert edge["item"] == "drone"
    assert edge["attribution"] == "john-kirby"
    assert edge["reading"] == "(Iran, transfers, drones → Russia)"
    assert edge["evidence"] == ARTICLES[0].text
    assert (edge["subject_start"], edge["recipient_end"]) == (0, 26)
    assert (edge["published"], edge["outlet"], edge["confidence"]) == ("2023-12-07", "example.org", 0.9)
    assert "date" not in edge and "extractor" not in edge


def test_materiel_without_recipient_goes_to_the_weapon() -> None:
    graph = build_graph(ARTICLES)
    [edge] = graph.get_edge_data("IRN", "missile").values()
    assert edge["item"] == "missile"


def test_a_place_is_an_end_like_an_actor() -> None:
    [edge] = build_graph(ARTICLES).get_edge_data("RUS", "odesa").values()
    assert "item" not in edge and "published" not in edge


def test_nodes_tell_names_aliases_and_dates() -> None:
    graph = build_graph(ARTICLES)
    assert graph.nodes["IRN"] == {
        "label": "COUNTRY", "name": "Iran", "aliases": ("Iran", "Tehran"), "articles": 3,
        "first_seen": "2023-12-07", "last_seen": "2024-01-01",
    }  # fmt: skip
    assert graph.nodes["john-kirby"]["label"] == "PERSON"
    assert "SYR" not in graph
    assert "SYR" in build_graph(ARTICLES, isolated=True)


def test_one_id_with_two_labels_is_two_nodes() -> None:
    graph = build_graph(ARTICLES)
    assert graph.nodes["kalashnikov"]["label"] == "PERSON"
    assert graph.nodes["kalashnikov:WEAPON"]["label"] == "WEAPON"
    [edge] = graph.get_edge_data("kalashnikov", "kalashnikov:WEAPON").values()
    assert edge["item"] == "kalashnikov:WEAPON"


@given(st.permutations(ARTICLES), st.lists(st.sampled_from(ARTICLES), max_size=3))
def test_neither_order_nor_repetition_matters(articles: list[AnnotatedArticle], again: list[AnnotatedArticle]) -> None:
    assert described(build_graph(iter(articles + again))) == described(build_graph(ARTICLES))


def test_removing_an_article_is_never_having_added_it() -> None:
    with_others = build_graph(ARTICLES)
    with_others.remove_edges_from(
        [edge[:3] for edge in with_others.edges(keys=True, data="article") if edge[3] == "a1"]
    )
    assert set(with_others.edges(keys=True)) == set(build_graph(ARTICLES[1:]).edges(keys=True))


def test_of_two_versions_of_a_relation_the_more_confident_stays() -> None:
    def version(confidence: float, extractor: str) -> AnnotatedArticle:
        statement = {**SUPPLY, "confidence": confidence, "provenance": {"extractors": [extractor]}}
        return article("a1", "Iran sent drones to Russia.", statement)

    versions = [version(0.4, "classifier"), version(0.8, "ruler")]
    for order in (versions, versions[::-1]):
        [edge] = build_graph(order).get_edge_data("IRN", "RUS").values()
        assert (edge["extractor"], edge["confidence"]) == ("ruler", 0.8)


def test_every_relation_is_one_edge_and_no_attribute_is_none() -> None:
    graph = build_graph(ARTICLES)
    relations: list[Relation] = [relation for each in ARTICLES for relation in each.relations]
    assert graph.number_of_edges() == len(relations)
    assert None not in [value for *_, edge in graph.edges(data=True) for value in edge.values()]
    assert not {"source", "target", "key", "id"} & {name for *_, edge in graph.edges(data=True) for name in edge}


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [(["x"], "number 1 is of type str"), ("x", "not str"), (ARTICLES[0], "not AnnotatedArticle"),
     ([ARTICLES[0], Article(text="x")], "number 2 is of type Article"), ({"text": "x"}, "not dict")],
)  # fmt: skip
def test_what_is_no_annotated_article_is_named(wrong: Any, complaint: str) -> None:
    with pytest.raises(RecordError, match=complaint):
        build_graph(wrong)
